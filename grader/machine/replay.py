"""A machine that is no longer there, as it was recorded."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from grader.errors import MachineUnreachable, ProbeFailed
from grader.machine.engine import EngineVersion
from grader.machine.lookup import Lookup
from grader.machine.question import (
    Answer,
    ComposeQuestion,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NonceQuestion,
    WaitQuestion,
)
from grader.machine.recording import Lost
from grader.machine.text import visible

if TYPE_CHECKING:
    from grader.machine.question import NoAnswer, Question
    from grader.machine.recording import Exchange, Recording

__all__ = ["MOST_S", "Replay"]

MOST_S: Final = 20.0
"""Seconds of the processor's that all the judging of one recording may take. An honest one takes a tenth of one: a
recording may have been made to take hours, and others wait behind it."""
_ANY_NONCE: Final = Answer(body=b"0-0000000000000000")
"""For a purpose that nothing was asked for: what it is used in was not asked either."""


class Replay:
    """Answers a question as it was answered then; asked again, with the next answer, and in the end with the last.

    Its clock goes as the machine's went: to the moment of each answer, without anyone waiting.
    """

    def __init__(self, recording: Recording, url: str = "") -> None:
        """`url`: how the recording itself is called, where that is to be shown rather than the machine's own."""
        self.facts = dataclasses.replace(recording.machine, url=url) if url else recording.machine
        self.recording = recording
        self._to_come: dict[Question, deque[Exchange]] = {}
        for exchange in recording.exchanges:
            self._to_come.setdefault(exchange.question, deque()).append(exchange)
        self._lookup = Lookup(recording.inventory)
        self._clock = 0.0
        self._until_s = time.process_time() + MOST_S

    @property
    def is_exhausted(self) -> bool:
        """True where it has taken so long to judge that it cannot be a machine's."""
        return time.process_time() > self._until_s

    def ask(self, question: Question) -> Answer | NoAnswer:
        """Raises `ProbeFailed` where nobody asked that then, and `MachineUnreachable` where it was lost then."""
        if self.is_exhausted:
            detail = f"not judged after {MOST_S:.0f} s of processor time"
            raise MachineUnreachable("recording-unreadable", where=visible(self.facts.url, 1000), detail=detail)
        if self.recording.lost:
            raise self.recording.lost.again()
        exchange = self._next(question)
        if exchange:
            self._clock = max(self._clock, exchange.at)
            if isinstance(exchange.answer, Lost):
                raise exchange.answer.again()
            return exchange.answer
        match question:
            case WaitQuestion():
                self._clock += question.seconds
                return Answer()
            case NonceQuestion():
                return _ANY_NONCE
            case EngineQuestion():
                known = self._lookup.answer(question)
                if known:
                    return known
        raise ProbeFailed("not-recorded", asked=_shown(question))

    def version(self) -> EngineVersion:
        """Raises `MachineUnreachable` where the engine never told it."""
        engine = self.recording.engine
        if engine is None:
            raise self._lost().again()
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

    def _next(self, question: Question) -> Exchange | None:
        recorded = self._to_come.get(question)
        if not recorded:
            return None
        if len(recorded) > 1:
            return recorded.popleft()
        # A wait is over once; and where not all was kept, the last answer that was kept may be an old one.
        once = isinstance(question, WaitQuestion) or not self.recording.is_whole
        return recorded.popleft() if once else recorded[0]

    def _lost(self) -> Lost:
        answers = (exchange.answer for exchange in self.recording.exchanges)
        unknown = Lost("recording-unreadable", {"where": self.facts.url, "detail": "no engine version"})
        return self.recording.lost or next((one for one in answers if isinstance(one, Lost)), unknown)


def _shown(question: Question) -> str:
    match question:
        case EngineQuestion():
            return visible(f"{question.method} {question.path}", 120)
        case HttpQuestion():
            return visible(f"{question.method} http://…:{question.port}{question.path}", 120)
        case FileQuestion():
            return visible(f"{question.operation} {question.path}", 120)
        case ComposeQuestion():
            return visible(f"docker compose {question.verb}", 120)
        case NonceQuestion() | WaitQuestion():
            return type(question).__name__
