"""The transport protocol: anything that answers questions, such as a machine, a recording or a recorder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Protocol

from msgspec import Meta

from grader.errors import MachineUnreachable
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
from grader.machine.temporary_files import new_nonce
from grader.machine.transport.compose import NoCompose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.transport.engine_version import EngineVersion

_Line = Annotated[str, Meta(max_length=5000)]
"""The limit is for what is read from a recording."""


@dataclass(frozen=True)
class TransportFacts:
    """What is known about the machine, for headers and results."""

    url: _Line
    context: _Line = ""
    host: _Line = ""
    """The host of published ports; empty for this computer."""


class Transport(Protocol):
    facts: TransportFacts

    def ask(self, question: Question) -> Answer | NoAnswer:
        """Always returns. Raises `MachineUnreachable` if the engine or the connection failed."""

    def version(self) -> EngineVersion: ...

    def now(self) -> float:
        """Seconds on a monotonic clock; that of a recording runs as fast as it is judged."""

    def close(self) -> None: ...


class _EngineTransport(Protocol):
    @property
    def version(self) -> EngineVersion: ...

    def ask(self, question: EngineQuestion) -> Answer: ...

    def stream_lines(self, question: EngineQuestion) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class _SiteTransport(Protocol):
    def ask(self, question: HttpQuestion) -> Answer | NoAnswer: ...


class FileTransport(Protocol):
    def ask(self, question: FileQuestion) -> Answer | NoAnswer: ...


class ComposeTransport(Protocol):
    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer: ...


class DirectTransport:
    """A real machine: its engine, sites, files and compose, each with its own transport."""

    def __init__(
        self,
        facts: TransportFacts,
        engine: _EngineTransport,
        sites: _SiteTransport,
        files: FileTransport,
        deadline_s: float,
        *,
        compose: ComposeTransport | None = None,
        is_local: bool = False,
    ) -> None:
        """`is_local`: the folders that the engine names are on this computer."""
        self.facts = facts
        self.is_local = is_local
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
                return Answer(body=new_nonce().encode())
            case WaitQuestion():
                time.sleep(question.seconds)
                return Answer()

    def events(self) -> Iterator[bytes]:
        """The engine's events from now on: one JSON object per line, endless."""
        return self._engine.stream_lines(EngineQuestion("/events"))

    def close(self) -> None:
        self._engine.close()
