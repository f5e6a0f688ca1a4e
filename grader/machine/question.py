"""What can be asked of a machine, and what comes back: the unit of asking, counting and recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Answer",
    "ComposeQuestion",
    "ComposeVerb",
    "EngineQuestion",
    "FileQuestion",
    "HttpQuestion",
    "NoAnswer",
    "NonceQuestion",
    "Question",
    "WaitQuestion",
]


@dataclass(frozen=True)
class EngineQuestion:
    """A request to the Engine API, as its reference documents it, without the `/v1.xx` prefix."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE"] = "GET"
    body: bytes = b""
    content_type: str = "application/json"


@dataclass(frozen=True)
class HttpQuestion:
    """A request to a published port, as seen from the machine itself."""

    port: int
    path: str = "/"
    method: Literal["GET", "POST", "DELETE"] = "GET"
    host: str = ""
    """The address that the port is published on; empty for the machine's own loopback."""
    body: bytes = b""
    content_type: str = ""
    within_s: float = 5.0
    """Seconds for the whole exchange, body included."""


@dataclass(frozen=True)
class FileQuestion:
    """A file or folder of the machine itself (not of a container). Only `.grader-` names are written or removed."""

    operation: Literal["list", "read", "write", "remove"]
    path: str
    body: bytes = b""


ComposeVerb = Literal["config", "hashes", "down", "up"]


@dataclass(frozen=True)
class ComposeQuestion:
    """`docker compose` on the machine, for the project that was brought up from `files` in `folder`."""

    verb: ComposeVerb
    """`config` prints the files as compose understands them, in JSON; `hashes` a line a service: its name and the hash
    that compose puts on its containers. `down` and `up` are only for machines that are declared disposable."""
    project: str
    folder: str
    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class NonceQuestion:
    """A word nobody can have prepared. A question, so that a recording gives the same again."""


@dataclass(frozen=True)
class WaitQuestion:
    """Lets time pass. A question, so that a recording is judged without waiting."""

    seconds: float


Question = EngineQuestion | HttpQuestion | FileQuestion | ComposeQuestion | NonceQuestion | WaitQuestion


@dataclass(frozen=True)
class Answer:
    status: int = 200
    """The HTTP status; 200 and 404 for files; 200 and 422 for compose, which then says why."""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    truncated: bool = False
    """True where the body was longer than what is kept."""
    at: float | None = None
    """The machine's own clock (its `Date` header), in seconds since 1970, UTC."""


@dataclass(frozen=True)
class NoAnswer:
    """Asked, and nothing usable came back. For a site that is the student's; for files it is not at hand."""

    reason: Literal[
        "refused", "timeout", "cut-off", "not-http", "too-large", "unresolved", "no-access", "not-at-hand", "redirect"
    ]
    detail: str = ""
