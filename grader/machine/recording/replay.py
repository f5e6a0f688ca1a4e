"""Replays a recording in place of its machine."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from grader.errors import MachineUnreachable, ProbeFailed
from grader.machine.question import (
    Answer,
    ComposeQuestion,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NonceQuestion,
    WaitQuestion,
)
from grader.machine.recording.format import ConnectionLost
from grader.machine.recording.inventory_lookup import InventoryLookup
from grader.machine.transport.engine_version import EngineVersion
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.question import NoAnswer, Question
    from grader.machine.recording.format import RecordedExchange, Recording

MOST_S: Final = 20.0
"""Processor seconds that judging one recording may take. An honest one takes a tenth of a second: a
recording may have been made to take hours, and others wait behind it."""
_ANY_NONCE: Final = Answer(body=b"0-0000000000000000")
"""For a purpose that was not recorded: the questions that use it were not recorded either."""


class Replay:
    """Answers a question with its recorded answers in order; the last answer is repeated.

    Its clock jumps to the time of each recorded answer, so nobody waits.
    """

    def __init__(self, recording: Recording, url: str = "") -> None:
        """`url`: the URL to show in place of the machine's own."""
        self.facts = dataclasses.replace(recording.machine, url=url) if url else recording.machine
        self.recording = recording
        self._remaining: dict[Question, deque[RecordedExchange]] = {}
        for exchange in recording.exchanges:
            self._remaining.setdefault(exchange.question, deque()).append(exchange)
        self._lookup = InventoryLookup(recording.inventory)
        self._clock = 0.0
        self._until_s = time.process_time() + MOST_S

    @property
    def is_exhausted(self) -> bool:
        """True if judging has taken longer than any honest recording needs."""
        return time.process_time() > self._until_s

    def ask(self, question: Question) -> Answer | NoAnswer:
        """Raises `ProbeFailed` if the question was not recorded, `MachineUnreachable` if the machine was lost."""
        if self.is_exhausted:
            detail = f"not judged after {MOST_S:.0f} s of processor time"
            raise MachineUnreachable(
                "recording-unreadable", where=escape_control_characters(self.facts.url, 1000), detail=detail
            )
        if self.recording.lost:
            raise self.recording.lost.to_error()
        exchange = self._next(question)
        if exchange:
            self._clock = max(self._clock, exchange.at)
            if isinstance(exchange.answer, ConnectionLost):
                raise exchange.answer.to_error()
            return exchange.answer
        match question:
            case WaitQuestion():
                self._clock += question.seconds
                return Answer(404)
            case NonceQuestion():
                return _ANY_NONCE
            case EngineQuestion():
                known = self._lookup.answer(question)
                if known:
                    return known
        raise ProbeFailed("not-recorded", asked=_describe_question(question))

    def version(self) -> EngineVersion:
        """Raises `MachineUnreachable` if the version was not recorded."""
        engine = self.recording.engine
        if engine is None:
            raise self._lost().to_error()
        return EngineVersion(
            {
                "Version": engine.version,
                "ApiVersion": engine.api,
                "MinAPIVersion": engine.oldest_api,
                "Components": [{"Name": engine.product}],
            }
        )

    def now(self) -> float:
        return self._clock

    def close(self) -> None:
        """Nothing is held."""

    def _next(self, question: Question) -> RecordedExchange | None:
        recorded = self._remaining.get(question)
        if not recorded:
            return None
        if len(recorded) > 1:
            return recorded.popleft()
        # A wait ends once; and if the recording is incomplete, its last answer may be an old one.
        once = isinstance(question, WaitQuestion) or not self.recording.is_whole
        return recorded.popleft() if once else recorded[0]

    def _lost(self) -> ConnectionLost:
        answers = (exchange.answer for exchange in self.recording.exchanges)
        unknown = ConnectionLost("recording-unreadable", {"where": self.facts.url, "detail": "no engine version"})
        return self.recording.lost or next((one for one in answers if isinstance(one, ConnectionLost)), unknown)


def _describe_question(question: Question) -> str:
    match question:
        case EngineQuestion():
            return escape_control_characters(f"{question.method} {question.path}", 120)
        case HttpQuestion():
            return escape_control_characters(f"{question.method} http://…:{question.port}{question.path}", 120)
        case FileQuestion():
            return escape_control_characters(f"{question.operation} {question.path}", 120)
        case ComposeQuestion():
            return escape_control_characters(f"docker compose {question.verb}", 120)
        case NonceQuestion() | WaitQuestion():
            return type(question).__name__
