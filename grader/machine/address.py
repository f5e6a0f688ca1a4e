"""Where the engine is: what `--machine`, the environment and the Docker context come to."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from grader.errors import MachineUnreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.roster.machine_url import MachineUrl

__all__ = ["EngineAddress", "Tls", "engine_address"]


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
    shown: str
    """As the user knows it."""
    context: str = ""
    """The Docker context it came from, where it did."""
    tls: Tls | None = None

    @property
    def host(self) -> str:
        """The host that published ports are on; empty for this machine."""
        return urlsplit(self.url).hostname or "" if self.url.startswith("tcp://") else ""


def engine_address(machine: MachineUrl, environ: Mapping[str, str]) -> EngineAddress:
    """The engine that the `docker` command would talk to, or the one that `machine` names."""
    if machine.scheme == "unix":
        return EngineAddress(f"unix://{machine.path}", str(machine))
    if machine.scheme == "tcp":
        return _tcp(f"tcp://{_bracketed(machine.host or '')}:{machine.port or 2376}", environ)
    given = environ.get("DOCKER_HOST", "").strip()
    if given:
        if given.startswith("ssh://"):
            raise MachineUnreachable("docker-host-ssh", where=given)
        return _tcp(given, environ) if given.startswith("tcp://") else EngineAddress(given, given)
    return _from_context(environ)


def _from_context(environ: Mapping[str, str]) -> EngineAddress:
    from docker.context import ContextAPI  # noqa: PLC0415 - slow to import, not always needed
    from docker.errors import DockerException  # noqa: PLC0415

    name = environ.get("DOCKER_CONTEXT") or ""
    try:
        context = ContextAPI.get_context(name) if name else ContextAPI.get_current_context()
    except (DockerException, ValueError, KeyError, OSError) as error:
        raise MachineUnreachable("context-unusable", where=name or "~/.docker", detail=str(error)) from error
    if context is None:
        raise MachineUnreachable("context-unusable", where=name, detail="no such context")
    host = context.Host or ""
    if context.name == "default" or not host:
        return _default(environ)
    if host.startswith("ssh://"):
        raise MachineUnreachable("docker-host-ssh", where=host)
    url = host.replace("http+unix://", "unix://")
    return EngineAddress(url, url, context.name)


def _default(environ: Mapping[str, str]) -> EngineAddress:
    """The usual socket; where there is none, that of a rootless Docker or of Podman."""
    if sys.platform == "win32":
        return EngineAddress("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine", "default")
    usual = Path("/var/run/docker.sock")
    runtime = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    others = [Path(runtime, "docker.sock"), Path(runtime, "podman/podman.sock"), Path("/run/podman/podman.sock")]
    found = usual if usual.exists() else next((path for path in others if path.exists()), usual)
    return EngineAddress(f"unix://{found}", f"unix://{found}", "default")


def _tcp(url: str, environ: Mapping[str, str]) -> EngineAddress:
    folder = environ.get("DOCKER_CERT_PATH", "")
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not folder and not verify:
        return EngineAddress(url, url)
    base = Path(folder) if folder else Path.home() / ".docker"
    tls = Tls(str(base / "ca.pem"), str(base / "cert.pem"), str(base / "key.pem"), verify)
    missing = next((path for path in (tls.ca, tls.cert, tls.key) if not Path(path).is_file()), None)
    if missing:
        raise MachineUnreachable("engine-no-certificate", where=url, detail=missing)
    return EngineAddress(url, url, tls=tls)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
