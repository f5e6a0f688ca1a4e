"""The states: every recorded right answer, changed by one operator, and by a harmless one and a mistake together."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.judging import judge_by_checks
from benchmarks.fairness.operators import OPERATORS
from benchmarks.fairness.state import NotApplicableError, State, read_state
from tests.replays.stored_recording import recorded_names

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAIRS: Final = 17
"""One in so many pairs of a harmless operator and a mistake is tried: they are too many."""


def right_answers(exercise: str) -> Iterator[State]:
    """The recorded right answers whose machine answers in full from what was recorded."""
    for name in recorded_names():
        if name.startswith(f"{exercise}/") and "/wrong/" not in name:
            try:
                state = read_state(name)
            except NotApplicableError:
                continue
            judged = judge_by_checks(state)
            if not judged.missing and judged.points == judged.total:
                yield state


def make_states(exercise: str) -> Iterator[State]:
    for base in right_answers(exercise):
        yield base
        for operator in OPERATORS:
            yield from operator.apply(base)
        yield from _pairs(base)


def _pairs(base: State) -> Iterator[State]:
    if not base.header.name.endswith("/reference"):
        return
    for harmless in (one for one in OPERATORS if not one.is_mistake):
        for changed in harmless.apply(base):
            for mistake in (one for one in OPERATORS if one.is_mistake):
                for state in mistake.apply(changed):
                    if _is_chosen(state):
                        yield state


def _is_chosen(state: State) -> bool:
    return hashlib.sha256(" ".join((state.header.name, *state.operators)).encode()).digest()[0] % _PAIRS == 0
