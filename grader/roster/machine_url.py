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

from grader.errors import AddressError, RosterError
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
        raise RosterError(f"a machine holds no control or invisible character: {quoted(text)}")
    if text.lower() == "local":
        return MachineUrl("local")
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if scheme == "recording" and colon:
        return MachineUrl("recording", path=parse_recording_path(rest))
    if not rest.startswith("//"):
        suggestion = suggest_url(text)
        raise AddressError("typed-machine-near" if suggestion else "typed-machine", given=quoted(text), near=suggestion)
    rest = rest[2:]
    if scheme == "unix":
        return MachineUrl("unix", path=parse_socket_path(rest))
    if scheme == "tcp":
        return parse_tcp(rest)
    if scheme == "ssh":
        return parse_ssh(rest)
    raise AddressError("typed-machine-scheme", given=quoted(scheme))


def suggest_url(text: str) -> str:
    """What a bare host name was probably meant to be; empty if unknown."""
    try:
        return str(parse_ssh(text))
    except RosterError:
        return ""


def parse_recording_path(text: str) -> str:
    if not text or len(text) > MAX_PATH_LENGTH:
        raise AddressError("typed-machine-recording", given=quoted(text))
    return text


def parse_socket_path(text: str) -> str:
    if not text.startswith("/") or len(text.encode()) > MAX_SOCKET_BYTES:
        raise AddressError("typed-machine-unix", given=quoted(text), longest=str(MAX_SOCKET_BYTES))
    return text


def parse_tcp(text: str) -> MachineUrl:
    if "@" in text:
        raise RosterError(f"tcp:// takes no user, only a host and a port, not {quoted(text)}")
    host, port = parse_host_and_port(text.removesuffix("/"))
    if port is None:
        raise AddressError("typed-machine-tcp", given=text)
    return MachineUrl("tcp", host=host, port=port)


def parse_ssh(text: str) -> MachineUrl:
    authority, _, query = text.partition("?")
    user, at, where = authority.removesuffix("/").rpartition("@")
    if "/" in authority.removesuffix("/"):
        raise RosterError(f"the socket behind ssh:// is written ?docker=/path/of/its.sock: not {quoted(text)}")
    if at:
        check_user(user)
    host, port = parse_host_and_port(where)
    return MachineUrl("ssh", user=user or None, host=host, port=port, docker_socket=parse_docker_socket(query))


def check_user(user: str) -> None:
    if ":" in user:
        raise RosterError("a password has no place in a machine: use a key, or your ssh configuration")
    if not USER.fullmatch(user):
        raise RosterError(f"a user name holds letters, digits and ._+- and does not start with -: not {quoted(user)}")


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
        raise AddressError("typed-machine-host", given=quoted(host))
    if port is None:
        return host, None
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= HIGHEST_PORT:
        raise AddressError("typed-machine-port", given=quoted(port), highest=str(HIGHEST_PORT))
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
        near = " (did you mean docker?)" if difflib.get_close_matches(name.lower(), ["docker"]) else ""
        raise RosterError(f"ssh:// takes ?docker=/path/of/its.sock and nothing else, not {quoted(name)}{near}")
    socket = unquote(value)
    if not SOCKET.fullmatch(socket) or len(socket) > MAX_SOCKET_BYTES:
        raise RosterError(
            f"?docker= is followed by the absolute path of a socket, of letters, digits and ._@+=,- "
            f"and at most {MAX_SOCKET_BYTES} characters, not {quoted(socket)}"
        )
    return socket
