"""Stores a recording if it contains anything new."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from tests.replays.comparison import masked_answers, masked_outcomes, question_key
from tests.replays.document import to_document
from tests.replays.names import solution_hash
from tests.replays.replay import judge_recording, replay_differences
from tests.replays.stable_values import stabilize
from tests.replays.stored_recording import Header, StoredRecording, read_stored, stored_path, write_stored
from tests.replays.trim import remove_waits, trim_waits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.machine.recording.format import RecordedExchange
    from tests.replays.raw_recording import RawRecording


def store_recording(taken: RawRecording) -> str:
    """What became of the recording: `new`, `unchanged` or `changed`. Raises `ValueError` if it replays differently."""
    kept = _shortest_recording(taken)
    if not stored_path(taken.name).exists():
        write_stored(kept)
        return "new"
    before = read_stored(taken.name)
    is_same = (
        before.header == kept.header
        and not replay_differences(before, judge_recording(before))
        and _is_same_recording(before, kept)
    )
    if not is_same:
        write_stored(_merge_unchanged(before, kept))
    return "unchanged" if is_same else "changed"


def _shortest_recording(taken: RawRecording) -> StoredRecording:
    """With only the ends of each wait if that is judged the same, otherwise with everything."""
    whole, short = (_to_stored(taken, some(taken.recording.exchanges)) for some in (remove_waits, trim_waits))
    scorecard = judge_recording(whole)
    wrong = replay_differences(whole, scorecard)
    if wrong:
        raise ValueError(f"{taken.name} is judged otherwise from its recording: {'; '.join(wrong)}")
    return short if masked_outcomes(judge_recording(short)) == masked_outcomes(scorecard) else whole


def _to_stored(taken: RawRecording, exchanges: Sequence[RecordedExchange]) -> StoredRecording:
    recording = taken.recording
    header = Header(
        name=taken.name,
        engine=msgspec.to_builtins(recording.engine),
        ports=recording.ports,
        passive=recording.passive,
        disposable=recording.disposable,
        solution="" if taken.test else solution_hash(taken.name),
        test=taken.test,
        spec=taken.spec,
    )
    return StoredRecording(header, stabilize([to_document(one) for one in exchanges], taken.home))


def _is_same_recording(one: StoredRecording, other: StoredRecording) -> bool:
    """Memory, process numbers, addresses, ages and how often something was asked differ each time."""
    if masked_answers(one.exchanges) != masked_answers(other.exchanges):
        return False
    return masked_outcomes(judge_recording(one)) == masked_outcomes(judge_recording(other))


def _merge_unchanged(before: StoredRecording, now: StoredRecording) -> StoredRecording:
    """`now`, with the lines of `before` for the questions with the same answers, if it is judged the same.

    So that git shows what has changed, and not the times of everything else.
    """
    old, new = _by_question(before), _by_question(now)
    told_before, told_now = masked_answers(before.exchanges), masked_answers(now.exchanges)
    mixed: list[dict[str, Any]] = []
    for key, exchanges in new.items():
        is_same = told_before.get(key) == told_now[key]
        mixed += old[key] if is_same else exchanges
    merged = StoredRecording(now.header, sorted(mixed, key=lambda one: float(one["at"])))
    return merged if masked_outcomes(judge_recording(merged)) == masked_outcomes(judge_recording(now)) else now


def _by_question(kept: StoredRecording) -> dict[str, list[dict[str, Any]]]:
    ordered = sorted(kept.exchanges, key=lambda one: question_key(one["ask"]))
    return {key: list(same) for key, same in itertools.groupby(ordered, key=lambda one: question_key(one["ask"]))}
