"""A transport that tracks what each check asks, so that only checks with possibly changed answers are run again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.machine.question import EngineQuestion, FileQuestion, HttpQuestion

if TYPE_CHECKING:
    from grader.machine.question import Answer, NoAnswer, Question
    from grader.machine.transport.engine_version import EngineVersion
    from grader.machine.transport.interface import Transport

_ID = re.compile(r"[0-9a-f]{64}")


class TrackingTransport:
    """Records the ids that the current check asks about, and whether it looks outside the engine.

    Answers from the machine's cache do not pass through here: only the first check that asks is recorded. Therefore
    `needs` counts, too, when the checks to run again are chosen.
    """

    def __init__(self, transport: Transport) -> None:
        self.facts = transport.facts
        self._transport = transport
        self.check = ""
        self.ids: dict[str, set[str]] = {}
        """Maps each check to the ids of containers, networks and images that it asked about."""
        self.outside_engine: set[str] = set()
        """Checks that asked for a site or a file."""

    def ask(self, question: Question) -> Answer | NoAnswer:
        match question:
            case EngineQuestion():
                self.ids.setdefault(self.check, set()).update(_ID.findall(question.path))
            case HttpQuestion() | FileQuestion():
                self.outside_engine.add(self.check)
        return self._transport.ask(question)

    def version(self) -> EngineVersion:
        return self._transport.version()

    def now(self) -> float:
        return self._transport.now()

    def close(self) -> None:
        self._transport.close()
