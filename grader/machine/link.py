"""The way to a machine: whatever answers questions. A recording is one, and a recorder stands between two."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Protocol

from msgspec import Meta

from grader.errors import MachineUnreachable
from grader.machine.compose import NoCompose
from grader.machine.question import (
    Answer,
    ComposeQuestion,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NoAnswer,
    NonceQuestion,
    Question,
    WaitQuestion,
)
from grader.machine.traces import new_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.engine import EngineVersion

__all__ = ["Compose", "DirectLink", "Files", "Link", "LinkFacts"]

_Line = Annotated[str, Meta(max_length=5000)]
"""The limit is for what is read from a recording."""


@dataclass(frozen=True)
class LinkFacts:
    """What is known of the machine itself, for headers and results."""

    url: _Line
    context: _Line = ""
    host: _Line = ""
    """Where published ports are, when not on this machine."""


class Link(Protocol):
    facts: LinkFacts

    def ask(self, question: Question) -> Answer | NoAnswer:
        """Always ends. Raises `MachineUnreachable` where the engine or the way to it failed."""

    def version(self) -> EngineVersion: ...

    def now(self) -> float:
        """Seconds on a clock that only goes forward; a recording's goes as fast as it is judged."""

    def close(self) -> None: ...


class _Engine(Protocol):
    @property
    def version(self) -> EngineVersion: ...

    def ask(self, question: EngineQuestion) -> Answer: ...

    def lines(self, question: EngineQuestion) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class _Sites(Protocol):
    def ask(self, question: HttpQuestion) -> Answer | NoAnswer: ...


class Files(Protocol):
    def ask(self, question: FileQuestion) -> Answer | NoAnswer: ...


class Compose(Protocol):
    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer: ...


class DirectLink:
    """A machine that is really there: its engine, its sites, its files and its compose, each reached in its own way."""

    def __init__(
        self,
        facts: LinkFacts,
        engine: _Engine,
        sites: _Sites,
        files: Files,
        deadline_s: float,
        *,
        compose: Compose | None = None,
        is_here: bool = False,
    ) -> None:
        """`is_here`: the folders that the engine tells of are this computer's."""
        self.facts = facts
        self.is_here = is_here
        self._engine = engine
        self._sites = sites
        self._files = files
        self._compose = compose or NoCompose()
        self._deadline_s = deadline_s
        self._deadline = time.monotonic() + deadline_s

    def version(self) -> EngineVersion:
        return self._engine.version

    def now(self) -> float:
        return time.monotonic()

    def ask(self, question: Question) -> Answer | NoAnswer:
        if time.monotonic() > self._deadline:
            raise MachineUnreachable("machine-deadline", where=self.facts.url, seconds=f"{self._deadline_s:.0f}")
        match question:
            case EngineQuestion():
                return self._engine.ask(question)
            case HttpQuestion():
                return self._sites.ask(question)
            case FileQuestion():
                return self._files.ask(question)
            case ComposeQuestion():
                return self._compose.ask(question)
            case NonceQuestion():
                return Answer(body=new_word().encode())
            case WaitQuestion():
                time.sleep(question.seconds)
                return Answer()

    def events(self) -> Iterator[bytes]:
        """What happens on the engine from now on: one JSON object a line, without end."""
        return self._engine.lines(EngineQuestion("/events"))

    def close(self) -> None:
        self._engine.close()
