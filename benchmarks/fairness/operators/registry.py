"""What can be done to a machine: operators, each with its variants (`port_reversed`, of the page or of the API)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.fairness.state import NotApplicableError, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Change: TypeAlias = "Callable[[State], None]"
Variants: TypeAlias = "Iterator[tuple[str, Change]]"
"""A name for each variant, such as the role that it is about; and what it does."""

IsChosen: TypeAlias = "Callable[..., bool]"
"""Whether operators are to be tried together."""

OPERATORS: list[Operator] = []


@dataclass(frozen=True)
class Operator:
    name: str
    is_mistake: bool
    """False if it changes nothing that matters: every point must stay."""
    variants: Callable[[State], Variants]

    def apply(self, state: State, *, is_chosen: IsChosen = lambda *_operators: True) -> Iterator[State]:
        """The changed machines, those that can be derived."""
        for variant, change in self._offered(state):
            changed = self._change(state, variant, change, is_chosen)
            if changed:
                yield changed

    def apply_one(self, state: State) -> Iterator[State]:
        """One of the changed machines, always the same one for this right answer; none if none can be derived."""
        offered = sorted(self._offered(state), key=lambda pair: _digest(f"{state.header.name} {self.name} {pair[0]}"))
        changed = (self._change(state, variant, change) for variant, change in offered)
        yield from islice(filter(None, changed), 1)

    def _change(
        self, state: State, variant: str, change: Change, is_chosen: IsChosen = lambda *_operators: True
    ) -> State | None:
        operators = (*state.operators, f"{self.name} {variant}".strip())
        if not is_chosen(*operators):
            return None
        changed = state.copy()
        try:
            change(changed)
        except NotApplicableError:
            return None
        changed.operators = operators
        return changed

    def _offered(self, state: State) -> Iterator[tuple[str, Change]]:
        try:
            yield from self.variants(state)
        except NotApplicableError:
            return


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def mistake(variants: Callable[[State], Variants]) -> Callable[[State], Variants]:
    """An operator after which something is wrong."""
    OPERATORS.append(Operator(variants.__name__, is_mistake=True, variants=variants))
    return variants


def harmless(variants: Callable[[State], Variants]) -> Callable[[State], Variants]:
    """An operator after which everything is as right as before."""
    OPERATORS.append(Operator(variants.__name__, is_mistake=False, variants=variants))
    return variants
