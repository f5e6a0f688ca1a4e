"""Stands before a machine and keeps what it is asked and answers.

What is judged is what is kept: the checks see the answers without their secrets, and a clock that stands still between
two answers. So a recording gives the very same verdicts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import MachineUnreachable
from grader.machine.inventory import take_inventory
from grader.machine.question import Answer
from grader.machine.recording import MOST_EXCHANGES, Exchange, KeptEngine, Lost, Recording
from grader.machine.redaction import Redactor

if TYPE_CHECKING:
    from grader.machine.engine import EngineVersion
    from grader.machine.link import Link
    from grader.machine.question import NoAnswer, Question

__all__ = ["Recorder"]

_LARGEST: Final = 48 * 1024 * 1024
"""Bytes of all answers that are kept. An exercise comes to a few hundred thousand."""


class Recorder:
    """A link that records the one behind it."""

    def __init__(self, link: Link) -> None:
        self.facts = link.facts
        self._link = link
        self._redactor = Redactor()
        self._began = link.now()
        self._clock = 0.0
        self._exchanges: list[Exchange] = []
        self._size = 0
        self._is_whole = True

    def ask(self, question: Question) -> Answer | NoAnswer:
        try:
            answer = self._link.ask(question)
        except MachineUnreachable as error:
            self._keep(question, Lost.of(error))
            raise
        if isinstance(answer, Answer):
            answer = self._redactor.redacted(answer)
        self._keep(question, answer)
        return answer

    def version(self) -> EngineVersion:
        return self._link.version()

    def now(self) -> float:
        return self._clock

    def close(self) -> None:
        self._link.close()

    def recording(self, about: Recording) -> Recording:
        """`about` (whose work, which exercise) with all that was kept, and an inventory of the machine as it is now."""
        engine = None
        try:
            version = self._link.version()
            engine = KeptEngine(version.product, version.version, version.api, version.oldest_api)
            inventory = take_inventory(self._link, self._redactor)
        except MachineUnreachable:
            inventory = []  # what was asked before tells why
        return msgspec.structs.replace(
            about,
            machine=self.facts,
            engine=engine,
            exchanges=[self._without_secrets(exchange) for exchange in self._exchanges],
            inventory=inventory,
            is_whole=self._is_whole,
        )

    def _without_secrets(self, exchange: Exchange) -> Exchange:
        """A log may have been read before it was known what is secret in it."""
        if not isinstance(exchange.answer, Answer):
            return exchange
        return Exchange(exchange.question, self._redactor.redacted(exchange.answer), exchange.at)

    def _keep(self, question: Question, answer: Answer | NoAnswer | Lost) -> None:
        self._clock = max(self._clock, round(self._link.now() - self._began, 3))
        self._size += len(getattr(question, "body", b"")) + len(getattr(answer, "body", b""))
        if self._size > _LARGEST or len(self._exchanges) >= MOST_EXCHANGES:
            self._is_whole = False
        if self._is_whole:
            self._exchanges.append(Exchange(question, answer, self._clock))
