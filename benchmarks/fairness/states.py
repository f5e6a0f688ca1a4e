"""The states: recorded right answers, changed by one operator, or by a harmless one and a mistake together."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.judging import judge_by_checks
from benchmarks.fairness.operators import OPERATORS
from benchmarks.fairness.state import NotApplicableError, read_state
from tests.replays.stored_recording import recorded_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.fairness.state import State

_PAIRS: Final = 37
"""One in so many pairs of a harmless operator and a mistake is tried: they are too many."""
_OTHERS: Final = 3
"""Another right answer than the reference is changed by one in so many operators."""


def right_answer_names(exercise: str) -> list[str]:
    """The recorded right answers, the reference first."""
    return [name for name in recorded_names() if name.startswith(f"{exercise}/") and "/wrong/" not in name]


def read_right_answer(name: str) -> State | None:
    """The machine of a right answer; `None` unless the checks give it full marks from what was recorded alone."""
    try:
        state = read_state(name)
    except NotApplicableError:
        return None
    judged = judge_by_checks(state)
    return state if not judged.missing and judged.points == judged.total else None


def make_states(base: State, *, is_complete: bool = False) -> Iterator[State]:
    """The right answer itself, and operators applied to it.

    The reference is changed by every variant of each operator, and by pairs of operators. Another right answer is
    changed by one variant each of some operators, always the same ones for that answer, unless `is_complete`; among
    them are those that do not apply to the reference.
    """
    yield base
    is_reference = base.header.name.endswith("/reference")
    for operator in OPERATORS:
        if is_reference or is_complete:
            yield from operator.apply(base)
        elif _is_chosen(_OTHERS, base.header.name, operator.name) or operator.name in _not_of_reference(base.exercise):
            yield from operator.apply_one(base)
    if is_reference:
        yield from _pairs(base)


@cache
def _not_of_reference(exercise: str) -> frozenset[str]:
    """The operators that do not apply to the reference of an exercise."""
    reference = read_state(f"{exercise}/reference")
    return frozenset(operator.name for operator in OPERATORS if not any(operator.apply_one(reference)))


def _pairs(base: State) -> Iterator[State]:
    for harmless in (one for one in OPERATORS if not one.is_mistake):
        for changed in harmless.apply(base):
            for mistake in (one for one in OPERATORS if one.is_mistake):
                yield from mistake.apply(changed, is_chosen=partial(_is_chosen, _PAIRS, base.header.name))


def _is_chosen(of: int, *words: str) -> bool:
    """True for one in so many; the same ones each time."""
    return hashlib.sha256(" ".join(words).encode()).digest()[0] % of == 0
