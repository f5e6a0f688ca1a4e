"""What can be done to a machine: operators, each with its variants (`port_reversed`, of the page or of the API)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.fairness.state import NotApplicableError, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Change: TypeAlias = "Callable[[State], None]"
Variants: TypeAlias = "Iterator[tuple[str, Change]]"
"""A name for each variant, such as the role that it is about; and what it does."""

OPERATORS: list[Operator] = []


@dataclass(frozen=True)
class Operator:
    name: str
    is_mistake: bool
    """False if it changes nothing that matters: every point must stay."""
    variants: Callable[[State], Variants]

    def apply(self, state: State) -> Iterator[State]:
        """The changed machines, those that can be derived."""
        for variant, change in self._offered(state):
            changed = state.copy()
            try:
                change(changed)
            except NotApplicableError:
                continue
            changed.operators = (*state.operators, f"{self.name} {variant}".strip())
            yield changed

    def _offered(self, state: State) -> Iterator[tuple[str, Change]]:
        try:
            yield from self.variants(state)
        except NotApplicableError:
            return


def mistake(variants: Callable[[State], Variants]) -> Callable[[State], Variants]:
    """An operator after which something is wrong."""
    OPERATORS.append(Operator(variants.__name__, is_mistake=True, variants=variants))
    return variants


def harmless(variants: Callable[[State], Variants]) -> Callable[[State], Variants]:
    """An operator after which everything is as right as before."""
    OPERATORS.append(Operator(variants.__name__, is_mistake=False, variants=variants))
    return variants
