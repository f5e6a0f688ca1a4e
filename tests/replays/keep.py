"""Writes a recording down where it tells anything new."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from tests.replays.document import opened
from tests.replays.files import Header, Kept, path_of, read_kept, write_kept
from tests.replays.judged import judged, wrong_in
from tests.replays.names import solution_hash
from tests.replays.same import answers_of, key_of, outcomes_of
from tests.replays.stable import stable
from tests.replays.trim import trimmed, without_waits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.machine.recording import Exchange
    from tests.replays.taken import Taken

__all__ = ["keep"]


def keep(taken: Taken) -> str:
    """What became of the recording: `new`, `unchanged` or `changed`. Raises `ValueError` where it replays otherwise."""
    kept = _laid_down(taken)
    if not path_of(taken.name).exists():
        write_kept(kept)
        return "new"
    before = read_kept(taken.name)
    is_same = before.header == kept.header and not wrong_in(before, judged(before)) and _tell_the_same(before, kept)
    if not is_same:
        write_kept(_with_what_is_the_same(before, kept))
    return "unchanged" if is_same else "changed"


def _laid_down(taken: Taken) -> Kept:
    """With only the ends of each wait where that is judged the same, else with all that was seen."""
    whole, short = (_kept(taken, some(taken.recording.exchanges)) for some in (without_waits, trimmed))
    ledger = judged(whole)
    wrong = wrong_in(whole, ledger)
    if wrong:
        raise ValueError(f"{taken.name} is judged otherwise from its recording: {'; '.join(wrong)}")
    return short if outcomes_of(judged(short)) == outcomes_of(ledger) else whole


def _kept(taken: Taken, exchanges: Sequence[Exchange]) -> Kept:
    recording = taken.recording
    header = Header(
        name=taken.name,
        engine=msgspec.to_builtins(recording.engine),
        ports=recording.ports,
        passive=recording.passive,
        disposable=recording.disposable,
        solution="" if taken.test else solution_hash(taken.name),
        test=taken.test,
        sheet=taken.sheet,
    )
    return Kept(header, stable([opened(one) for one in exchanges], taken.home))


def _tell_the_same(one: Kept, other: Kept) -> bool:
    """Memory, process numbers, addresses, ages and how often something was asked are others each time."""
    if answers_of(one.exchanges) != answers_of(other.exchanges):
        return False
    return outcomes_of(judged(one)) == outcomes_of(judged(other))


def _with_what_is_the_same(before: Kept, now: Kept) -> Kept:
    """`now`, with the lines of `before` for the questions that are answered the same, where it is judged the same.

    So that git shows what has changed, and not the moments of all that has not.
    """
    old, new = _by_question(before), _by_question(now)
    told_before, told_now = answers_of(before.exchanges), answers_of(now.exchanges)
    mixed: list[dict[str, Any]] = []
    for key, exchanges in new.items():
        is_same = told_before.get(key) == told_now[key]
        mixed += old[key] if is_same else exchanges
    merged = Kept(now.header, sorted(mixed, key=lambda one: float(one["at"])))
    return merged if outcomes_of(judged(merged)) == outcomes_of(judged(now)) else now


def _by_question(kept: Kept) -> dict[str, list[dict[str, Any]]]:
    ordered = sorted(kept.exchanges, key=lambda one: key_of(one["ask"]))
    return {key: list(same) for key, same in itertools.groupby(ordered, key=lambda one: key_of(one["ask"]))}
