"""The address of a machine in a roster or after `--machine`, checked before the machine is contacted.

Host and user names are passed to `ssh` and, by `ProxyCommand`, to a shell. Therefore only characters that occur in
such names are allowed; it is not enough to reject a leading `-`.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from grader.errors import RosterError
from grader.text.escaping import quoted

Scheme = Literal["local", "unix", "tcp", "ssh", "recording"]

HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})", re.ASCII)
INTERFACE = re.compile(r"[A-Za-z0-9._-]{0,15}", re.ASCII)
"""The zone of a link-local IPv6 address."""
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}", re.ASCII)
SOCKET = re.compile(r"(?:/[A-Za-z0-9._@+=,-]+)+", re.ASCII)
"""`ssh -L` splits at `:` and expands `%` and `$` in a socket's path: they are not allowed."""
MAX_SOCKET_BYTES = 107
"""The longest path of a socket on Linux, in bytes."""
MAX_PATH_LENGTH = 4096
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class MachineUrl:
    """A machine's address. `parse_machine_url(str(url)) == url`."""

    scheme: Scheme
    user: str | None = None
    """The account for `ssh`; `None` for the default of `ssh`."""
    host: str | None = None
    """A name or an address; IPv6 without brackets."""
    port: int | None = None
    """`None` for `ssh`: as in the SSH configuration."""
    path: str | None = None
    """The socket of `unix`, or the file of `recording`."""
    docker_socket: str | None = None
    """The engine's socket on the remote machine, from `?docker=`; `None` for the default."""

    @property
    def machine_key(self) -> tuple[str, str, int | None]:
        """Equal for two addresses of the same machine, as far as addresses can tell.

        The port counts, since a gateway may forward each port to another machine.
        """
        match self.scheme:
            case "local" | "unix":
                return ("local", "", None)
            case "recording":
                return ("recording", self.path or "", None)
            case "tcp" | "ssh":
                return (self.scheme, (self.host or "").lower(), self.port or (22 if self.scheme == "ssh" else None))

    def __str__(self) -> str:
        match self.scheme:
            case "local":
                return "local"
            case "unix":
                return f"unix://{self.path}"
            case "recording":
                return f"recording:{self.path}"
            case "tcp" | "ssh":
                user = f"{self.user}@" if self.user else ""
                host = f"[{self.host}]" if self.host and ":" in self.host else self.host
                port = f":{self.port}" if self.port else ""
                docker = f"?docker={self.docker_socket}" if self.docker_socket else ""
                return f"{self.scheme}://{user}{host}{port}{docker}"


def parse_machine_url(text: str) -> MachineUrl:
    """Parses a machine's address. Raises `RosterError` with one sentence that says what is expected."""
    text = text.strip(" ")
    if not text.isprintable():
        raise RosterError("machine.control-character", given=quoted(text))
    if text.lower() == "local":
        return MachineUrl("local")
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if scheme == "recording" and colon:
        return MachineUrl("recording", path=parse_recording_path(rest))
    if not rest.startswith("//"):
        suggestion = suggest_url(text)
        raise RosterError("machine.near" if suggestion else "machine.form", given=quoted(text), near=suggestion)
    rest = rest[2:]
    if scheme == "unix":
        return MachineUrl("unix", path=parse_socket_path(rest))
    if scheme == "tcp":
        return parse_tcp(rest)
    if scheme == "ssh":
        return parse_ssh(rest)
    raise RosterError("machine.scheme", given=quoted(scheme))


def suggest_url(text: str) -> str:
    """What a bare host name was probably meant to be; empty if unknown."""
    try:
        return str(parse_ssh(text))
    except RosterError:
        return ""


def parse_recording_path(text: str) -> str:
    if not text or len(text) > MAX_PATH_LENGTH:
        raise RosterError("machine.recording", given=quoted(text))
    return text


def parse_socket_path(text: str) -> str:
    if not text.startswith("/") or len(text.encode()) > MAX_SOCKET_BYTES:
        raise RosterError("machine.unix", given=quoted(text), longest=MAX_SOCKET_BYTES)
    return text


def parse_tcp(text: str) -> MachineUrl:
    if "@" in text:
        raise RosterError("machine.tcp-user", given=quoted(text))
    host, port = parse_host_and_port(text.removesuffix("/"))
    if port is None:
        raise RosterError("machine.tcp", given=text)
    return MachineUrl("tcp", host=host, port=port)


def parse_ssh(text: str) -> MachineUrl:
    authority, _, query = text.partition("?")
    user, at, where = authority.removesuffix("/").rpartition("@")
    if "/" in authority.removesuffix("/"):
        raise RosterError("machine.ssh-path", given=quoted(text))
    if at:
        check_user(user)
    host, port = parse_host_and_port(where)
    return MachineUrl("ssh", user=user or None, host=host, port=port, docker_socket=parse_docker_socket(query))


def check_user(user: str) -> None:
    if ":" in user:
        raise RosterError("machine.password")
    if not USER.fullmatch(user):
        raise RosterError("machine.user", given=quoted(user))


def parse_host_and_port(text: str) -> tuple[str, int | None]:
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(.*))?", text)
    if bracketed:
        host, port = bracketed[1], bracketed[2]
        right = is_ipv6(host)
    else:
        host, colon, after = text.partition(":")
        port = after if colon else None
        right = HOST.fullmatch(host) is not None
    if not right:
        raise RosterError("machine.host", given=quoted(host))
    if port is None:
        return host, None
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= HIGHEST_PORT:
        raise RosterError("machine.port", given=quoted(port), highest=HIGHEST_PORT)
    return host, int(port)


def is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return INTERFACE.fullmatch(text.partition("%")[2]) is not None


def parse_docker_socket(query: str) -> str | None:
    if not query:
        return None
    name, _, value = query.partition("=")
    if name != "docker":
        is_near = difflib.get_close_matches(name.lower(), ["docker"])
        raise RosterError("machine.ssh-query-near" if is_near else "machine.ssh-query", given=quoted(name))
    socket = unquote(value)
    if not SOCKET.fullmatch(socket) or len(socket) > MAX_SOCKET_BYTES:
        raise RosterError("machine.socket", given=quoted(socket), longest=MAX_SOCKET_BYTES)
    return socket
