"""Questions to a machine and their answers: what is asked, counted and recorded.

They are `msgspec` structures so that a recording keeps them as they are. The limits written beside a field hold for
what is read from a recording, which may come from anyone; what a machine answers is bounded where it is asked.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

_Query = Annotated[tuple[tuple[str, str], ...], Meta(max_length=64)]
_MOST = 48 * 1024 * 1024
"""Bytes of an answer: as many as a recorder keeps of all."""
_Headers = Annotated[dict[str, str], Meta(max_length=64)]


class EngineQuestion(msgspec.Struct, frozen=True, omit_defaults=True, tag="engine"):
    """A request to the Engine API, as its reference documents it, without the `/v1.xx` prefix."""

    path: str
    query: _Query = ()
    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE"] = "GET"
    body: bytes = b""
    content_type: str = "application/json"


class HttpQuestion(msgspec.Struct, frozen=True, omit_defaults=True, tag="http"):
    """A request to a published port, as seen from the machine itself."""

    port: int
    path: str = "/"
    method: Literal["GET", "POST", "DELETE"] = "GET"
    host: str = ""
    """The address that the port is published on; empty for the machine's own loopback. Only the machine's own addresses
    are asked, and behind TCP the engine's own host alone, whatever is given here."""
    body: bytes = b""
    content_type: str = ""
    within_s: float = 5.0
    """Seconds for the whole exchange, body included."""


class FileQuestion(msgspec.Struct, frozen=True, omit_defaults=True, tag="file"):
    """A file or folder of the machine itself (not of a container). Only `.grader-` names are written or removed."""

    operation: Literal["identify", "list", "listener", "read", "write", "remove"]
    """`identify` tells which file or folder it is, through links: its device and inode, and its real path.

    `listener` tells which program listens on a TCP port: `path` is its number.
    """
    path: str
    """Absolute; for `identify` also below `~`, the home of the account that asks."""
    body: bytes = b""


ComposeVerb = Literal["config", "hashes", "down", "up"]
_Paths = Annotated[tuple[str, ...], Meta(max_length=64)]


class ComposeQuestion(msgspec.Struct, frozen=True, omit_defaults=True, tag="compose"):
    """`docker compose` on the machine, for the project that was brought up from `files` in `folder`."""

    verb: ComposeVerb
    """`config` prints the files as compose understands them, in JSON; `hashes` one line per service: its name and the
    hash that compose puts on its containers. `down` and `up` are only for machines that are declared disposable."""
    project: str
    folder: str
    files: _Paths
    env_files: _Paths = ()
    profiles: _Paths = ()
    """Those whose services `up` brings up, too."""


class NonceQuestion(msgspec.Struct, frozen=True, omit_defaults=True, tag="nonce"):
    """An unpredictable word. It is a question so that a replay gets the same word."""

    purpose: str = ""
    """What it is for: a replay gives each purpose its own words, in whatever order they are asked for."""


class WaitQuestion(msgspec.Struct, frozen=True, omit_defaults=True, tag="wait"):
    """Lets time pass. It is a question so that a recording is judged without waiting."""

    seconds: float


Question = EngineQuestion | HttpQuestion | FileQuestion | ComposeQuestion | NonceQuestion | WaitQuestion


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, tag="answer"):
    status: Annotated[int, Meta(ge=0, le=999)] = 200
    """The HTTP status; 200 and 404 for files; 200 and 422 for compose, whose error message is then the body."""
    body: Annotated[bytes, Meta(max_length=_MOST)] = b""
    headers: _Headers = {}
    """Names in lower case."""
    truncated: bool = False
    """True if the body was longer than what is kept."""
    at: Annotated[float, Meta(ge=-1e11, le=1e12)] | None = None
    """The machine's own clock (its `Date` header), in seconds since 1970, UTC."""


class NoAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag="no-answer"):
    """No usable answer. For a site that is the student's failure; for files, they are not accessible."""

    reason: Literal[
        "refused",
        "timeout",
        "cut-off",
        "not-http",
        "too-large",
        "unresolved",
        "no-access",
        "not-at-hand",
        "redirect",
        "elsewhere",
        "not-mounted",
    ]
    """`no-access`: it may exist, but must not be read; `elsewhere`: it is on another computer; `not-mounted`: it is not
    in the container that the grader runs in."""
    detail: Annotated[str, Meta(max_length=5000)] = ""
