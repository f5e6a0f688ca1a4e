"""Records the questions to a machine and its answers.

What is judged is what is recorded: checks see the answers without their secrets, and a clock that stands still between
two answers. So a recording gives exactly the same verdicts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import MachineUnreachable
from grader.machine.question import Answer
from grader.machine.recording.format import MAX_EXCHANGES, ConnectionLost, RecordedEngine, RecordedExchange, Recording
from grader.machine.recording.inventory import take_inventory
from grader.machine.recording.redaction import Redactor

if TYPE_CHECKING:
    from grader.machine.question import NoAnswer, Question
    from grader.machine.transport.engine_version import EngineVersion
    from grader.machine.transport.interface import Transport

_MAX_BYTES: Final = 48 * 1024 * 1024
"""Bytes of all answers that are recorded. An exercise needs a few hundred thousand."""


class Recorder:
    """A transport that records the one behind it."""

    def __init__(self, transport: Transport) -> None:
        self.facts = transport.facts
        self._transport = transport
        self._redactor = Redactor()
        self._began = transport.now()
        self._clock = 0.0
        self._exchanges: list[RecordedExchange] = []
        self._size = 0
        self._is_complete = True

    def ask(self, question: Question) -> Answer | NoAnswer:
        try:
            answer = self._transport.ask(question)
        except MachineUnreachable as error:
            self._record(question, ConnectionLost.from_error(error))
            raise
        if isinstance(answer, Answer):
            answer = self._redactor.redact(answer)
        self._record(question, answer)
        return answer

    def version(self) -> EngineVersion:
        return self._transport.version()

    def now(self) -> float:
        return self._clock

    def close(self) -> None:
        self._transport.close()

    def recording(self, about: Recording) -> Recording:
        """`about` (whose work, which exercise) with all that was recorded, and an inventory of the machine."""
        engine = None
        try:
            version = self._transport.version()
            engine = RecordedEngine(version.product, version.version, version.api, version.oldest_api)
            inventory = take_inventory(self._transport, self._redactor)
        except MachineUnreachable:
            inventory = []  # what was asked before shows why
        return msgspec.structs.replace(
            about,
            machine=self.facts,
            engine=engine,
            exchanges=[self._without_secrets(exchange) for exchange in self._exchanges],
            inventory=inventory,
            is_whole=self._is_complete,
        )

    def _without_secrets(self, exchange: RecordedExchange) -> RecordedExchange:
        """A log may have been read before a secret in it was known."""
        if not isinstance(exchange.answer, Answer):
            return exchange
        return RecordedExchange(exchange.question, self._redactor.redact(exchange.answer), exchange.at)

    def _record(self, question: Question, answer: Answer | NoAnswer | ConnectionLost) -> None:
        self._clock = max(self._clock, round(self._transport.now() - self._began, 3))
        self._size += len(getattr(question, "body", b"")) + len(getattr(answer, "body", b""))
        if self._size > _MAX_BYTES or len(self._exchanges) >= MAX_EXCHANGES:
            self._is_complete = False
        if self._is_complete:
            self._exchanges.append(RecordedExchange(question, answer, self._clock))
