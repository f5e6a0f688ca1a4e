"""Removes what a recording does not need: waits, and what was asked in the middle of a wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.polling import PROGRAM_PAUSE_S
from grader.machine.question import WaitQuestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.machine.recording.format import RecordedExchange

_PAUSES_S: Final = (0.1, 0.2, 0.4, 0.8, 1.0)
"""How the pauses of `grader.checks.polling` grow; the last one repeats."""


def remove_waits(exchanges: Sequence[RecordedExchange]) -> list[RecordedExchange]:
    """`exchanges` without the waiting itself: the clock of a replay jumps to the time of each answer.

    The waits for a program stay: a replay that has none left does not look again.
    """
    return [
        one
        for one in exchanges
        if not isinstance(one.question, WaitQuestion) or one.question.seconds == PROGRAM_PAUSE_S
    ]


def trim_waits(exchanges: Sequence[RecordedExchange]) -> list[RecordedExchange]:
    """`exchanges` with the first and the last look of each wait only, and without the waiting itself.

    How often a check has to look depends on how busy the machine is, and so would the recording. A check that looks
    twice still finds its time over. One that counts what it sees meanwhile needs all of it: the caller must judge the
    trimmed recording.
    """
    middle: set[int] = set()
    for first, last in _find_polls(exchanges):
        middle.update(range(first, last + 1))
    return remove_waits([one for place, one in enumerate(exchanges) if place not in middle])


def _find_polls(exchanges: Sequence[RecordedExchange]) -> Iterator[tuple[int, int]]:
    """The places of the first and the last pause of each wait."""
    first, last, turn = 0, 0, 0
    for place, one in enumerate(exchanges):
        if not isinstance(one.question, WaitQuestion):
            continue
        seconds = one.question.seconds
        if turn and seconds == _PAUSES_S[min(turn, len(_PAUSES_S) - 1)]:
            last, turn = place, turn + 1
            continue
        if turn > 1:
            yield first, last
        first, last, turn = place, place, int(seconds == _PAUSES_S[0])
    if turn > 1:
        yield first, last
