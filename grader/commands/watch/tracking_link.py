"""A link that tracks what each check asks, so that only checks whose answers can have changed are judged again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.machine.question import EngineQuestion, FileQuestion, HttpQuestion

if TYPE_CHECKING:
    from grader.machine.question import Answer, NoAnswer, Question
    from grader.machine.transport.engine import EngineVersion
    from grader.machine.transport.interface import Transport

_ID = re.compile(r"[0-9a-f]{64}")


class TrackingLink:
    """Notes, for the check that is being judged, the ids it asks about and whether it looks outside the engine.

    What is answered from a machine's memory never comes here: a check is then noted for what it asked first, and the
    checks that it needs for theirs. `needs` therefore counts, too, when it is decided what to judge again.
    """

    def __init__(self, link: Transport) -> None:
        self.facts = link.facts
        self._link = link
        self.check = ""
        self.ids: dict[str, set[str]] = {}
        """Check to the ids of containers, networks and images that it asked about."""
        self.outside_engine: set[str] = set()
        """Checks that looked at a site or a file."""

    def ask(self, question: Question) -> Answer | NoAnswer:
        match question:
            case EngineQuestion():
                self.ids.setdefault(self.check, set()).update(_ID.findall(question.path))
            case HttpQuestion() | FileQuestion():
                self.outside_engine.add(self.check)
        return self._link.ask(question)

    def version(self) -> EngineVersion:
        return self._link.version()

    def now(self) -> float:
        return self._link.now()

    def close(self) -> None:
        self._link.close()
