"""Finds the engine from `--machine`, the environment and the Docker context."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from grader.errors import MachineUnreachable, RosterError
from grader.roster.machine_url import MachineUrl, parse_machine_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from docker.context import Context


_SSH_PORT: Final = 22


@dataclass(frozen=True)
class Tls:
    ca: str
    cert: str
    key: str
    verify: bool = True


@dataclass(frozen=True)
class EngineAddress:
    url: str
    """As the `docker` package takes it: `unix:///…`, `npipe:///…` or `tcp://host:port`."""
    display_name: str
    """The address to show to the user."""
    context: str = ""
    """The Docker context that it comes from; empty without one."""
    tls: Tls | None = None

    @property
    def host(self) -> str:
        """The host that published ports are on; empty for this machine."""
        return urlsplit(self.url).hostname or "" if self.url.startswith("tcp://") else ""

    @property
    def socket(self) -> Path | None:
        """The engine's socket; `None` if it is not a Unix socket of this computer."""
        return Path(self.url.removeprefix("unix://")) if self.url.startswith("unix://") else None


def engine_address(machine: MachineUrl, environ: Mapping[str, str]) -> EngineAddress:
    """The engine that the `docker` command can use. Raises `MachineUnreachable` for one behind SSH."""
    address = resolve_engine(machine, environ)
    if isinstance(address, MachineUrl):
        raise MachineUnreachable("engine-behind-ssh", where=str(address))
    return address


def resolve_engine(machine: MachineUrl, environ: Mapping[str, str]) -> EngineAddress | MachineUrl:
    """The engine that the `docker` command would talk to, or the one that `machine` names.

    A `MachineUrl` with the `ssh` scheme if `machine`, `DOCKER_HOST` or the context says so.
    """
    if machine.scheme == "ssh":
        return machine
    if machine.scheme == "unix":
        return EngineAddress(f"unix://{machine.path}", str(machine))
    if machine.scheme == "tcp":
        return _tcp_address(f"tcp://{_bracket_ipv6(machine.host or '')}:{machine.port or 2376}", environ)
    given = environ.get("DOCKER_HOST", "").strip()
    if given:
        return _from_docker_host(given, environ)
    return _from_context(environ)


def engine_key(machine: MachineUrl, environ: Mapping[str, str]) -> str:
    """Equal for two addresses that lead to one engine, as far as they can tell; empty if there is none.

    Accounts are left out: behind SSH, several of them usually use the engine of the whole machine.
    """
    if machine.scheme == "recording":
        return ""
    try:
        address = resolve_engine(machine, environ)
    except MachineUnreachable:
        return ""
    if isinstance(address, MachineUrl):
        return f"ssh://{(address.host or '').lower()}:{address.port or _SSH_PORT}{address.docker_socket or ''}"
    return f"unix://{address.socket.resolve()}" if address.socket else address.url.lower()


def usable_socket(sockets: Iterable[Path]) -> Path | None:
    """The first socket that this account may use, else the first that exists."""
    existing = [path for path in sockets if path.exists()]
    return next((path for path in existing if os.access(path, os.R_OK | os.W_OK)), existing[0] if existing else None)


def _from_docker_host(host: str, environ: Mapping[str, str]) -> EngineAddress | MachineUrl:
    """The address in `DOCKER_HOST`."""
    match host.partition("://")[0]:
        case "ssh":
            return _parse_ssh_host(host)
        case "tcp" if urlsplit(host).hostname:
            return _tcp_address(host, environ)
        case "unix" | "npipe" if len(host) > len("npipe://"):
            return EngineAddress(host, host)
    raise MachineUnreachable("docker-host-unusable", where=host)


def _from_context(environ: Mapping[str, str]) -> EngineAddress | MachineUrl:
    from docker.context import ContextAPI  # noqa: PLC0415 - slow to import, not always needed

    name = environ.get("DOCKER_CONTEXT") or ""
    try:
        context: Context | None = ContextAPI.get_context(name) if name else ContextAPI.get_current_context()
    except Exception as error:  # the package raises bare `Exception` for a file that it cannot read
        raise MachineUnreachable("context-unusable", where=name or "~/.docker", detail=str(error)) from error
    if context is None:
        raise MachineUnreachable("context-unusable", where=name, detail="no such context")
    host = context.Host or ""
    if context.name == "default" or not host:
        return _default_address(environ)
    if host.startswith("ssh://"):
        return _parse_ssh_host(host)
    url = host.replace("http+unix://", "unix://")
    return EngineAddress(url, url, context.name, _tls_of(context))


def _tls_of(context: Context) -> Tls | None:
    tls = context.TLSConfig
    if tls is None or tls.cert is None or tls.ca_cert is None:
        return None
    cert, key = tls.cert
    return Tls(tls.ca_cert, cert, key, bool(tls.verify))


def _parse_ssh_host(host: str) -> MachineUrl:
    """Parses Docker's form, in which the path of the socket follows the host."""
    found = re.fullmatch(r"(ssh://[^/?]*)(/[^?]*)?", host)
    path = (found[2] or "").rstrip("/") if found else ""
    try:
        return parse_machine_url(f"{found[1]}?docker={path}" if found and path else host)
    except RosterError as error:
        raise MachineUnreachable("docker-host-unusable", where=host) from error


def _default_address(environ: Mapping[str, str]) -> EngineAddress:
    """The usual socket; if this account has none, that of rootless Docker or Podman."""
    if sys.platform == "win32":
        return EngineAddress("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine", "default")
    usual = Path("/var/run/docker.sock")
    runtime = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    found = usable_socket(
        (
            usual,
            Path(runtime, "docker.sock"),
            Path(_home(), ".docker/run/docker.sock"),
            Path(runtime, "podman/podman.sock"),
            Path("/run/podman/podman.sock"),
        )
    )
    return EngineAddress(f"unix://{found or usual}", f"unix://{found or usual}", "default")


def _tcp_address(url: str, environ: Mapping[str, str]) -> EngineAddress:
    folder = environ.get("DOCKER_CERT_PATH", "")
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not folder and not verify:
        return EngineAddress(url, url)
    # Absolute: programs that run in another folder are given the same variable.
    base = Path(folder).absolute() if folder else Path(_home(), ".docker")
    tls = Tls(str(base / "ca.pem"), str(base / "cert.pem"), str(base / "key.pem"), verify)
    missing = next((path for path in (tls.ca, tls.cert, tls.key) if not Path(path).is_file()), None)
    if missing:
        raise MachineUnreachable("engine-no-certificate", where=url, detail=missing)
    return EngineAddress(url, url, tls=tls)


def _home() -> str:
    """The user's home; `~` itself for an account without one, as in a container with a numeric user."""
    return os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises there


def _bracket_ipv6(host: str) -> str:
    return f"[{host}]" if ":" in host else host
