"""Finds the engine's socket on a machine over SSH, with the first question to its shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from grader.errors import MachineUnreachable
from grader.roster.machine_url import MAX_SOCKET_BYTES, SOCKET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.roster.machine_url import MachineUrl

Shape = TypeVar("Shape", bound=msgspec.Struct)

_USUAL_SOCKETS: Final = (
    "/var/run/docker.sock",
    "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock",  # rootless
    "$HOME/.docker/run/docker.sock",  # Docker Desktop, on macOS and on Linux
    "$HOME/.docker/desktop/docker.sock",
    "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/podman/podman.sock",
    "/run/podman/podman.sock",
)


class _Endpoint(msgspec.Struct):
    Host: str = ""


class _Context(msgspec.Struct):
    Name: str
    Endpoints: dict[str, _Endpoint]


class _Config(msgspec.Struct):
    currentContext: str = ""  # noqa: N815 - Docker's name


def engine_socket_question(url: MachineUrl) -> str:
    """The question, for `sh`; it contains no quote `'`, no newline and no `!`."""
    sockets = [url.docker_socket] if url.docker_socket else _USUAL_SOCKETS
    quoted = " ".join(f'"{path}"' for path in sockets)
    found = f'for s in {quoted}; do test -S "$s" && if test -w "$s"; then echo "open $s"; else echo "shut $s"; fi; done'
    if url.docker_socket:
        return found
    # Only the line with the context is asked for: the configuration may contain passwords.
    current = 'echo "env $DOCKER_HOST"; grep -hs currentContext "$HOME/.docker/config.json" | sed "s/^/current /"'
    contexts = 'for f in "$HOME"/.docker/contexts/meta/*/meta.json; do test -f "$f" && echo "context $(cat "$f")"; done'
    return f"{found}; {current}; {contexts}"


def engine_socket(url: MachineUrl, user: str, answer: Iterable[str]) -> str:
    """The path of the socket: that of `?docker=`, else the one that `docker` would use, else one that exists.

    Raises `MachineUnreachable` if there is none that this account may use.
    """
    lines_by_kind: dict[str, list[str]] = {}
    for line in answer:
        kind, _, rest = line.partition(" ")
        lines_by_kind.setdefault(kind, []).append(rest)
    chosen = _configured_socket(lines_by_kind)
    if chosen:
        return chosen
    for path in lines_by_kind.get("open", []):
        if _is_plain(path):
            return path
    shut = lines_by_kind.get("shut", [])
    code = "ssh-socket-permission" if shut else "ssh-no-socket"
    detail = shut[0] if shut else url.docker_socket or "/var/run/docker.sock"
    raise MachineUnreachable(code, where=str(url), user=user, detail=detail)


def _configured_socket(lines_by_kind: dict[str, list[str]]) -> str:
    """The socket of the account's `DOCKER_HOST` or current context; empty if it is not a socket."""
    host = next(iter(lines_by_kind.get("env", [])), "")
    if not host:
        current = _current_context(lines_by_kind.get("current", []))
        contexts = (_decoded(text, _Context) for text in lines_by_kind.get("context", []))
        mine = next((one for one in contexts if one and one.Name == current), None)
        host = mine.Endpoints.get("docker", _Endpoint()).Host if mine else ""
    path = host.removeprefix("unix://")
    return path if path != host and _is_plain(path) else ""


def _current_context(lines: list[str]) -> str:
    """The current context, from a line of the configuration."""
    for line in lines:
        found = _decoded("{" + line.strip().strip("{},") + "}", _Config)
        if found:
            return found.currentContext
    return ""


def _decoded(text: str, shape: type[Shape]) -> Shape | None:
    try:
        return msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def _is_plain(path: str) -> bool:
    """`ssh -L` splits at `:` and expands `%` and `$`: a machine's answer must meet the rules for a roster."""
    return SOCKET.fullmatch(path) is not None and len(path) <= MAX_SOCKET_BYTES
