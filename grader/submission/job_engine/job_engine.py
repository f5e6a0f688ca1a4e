"""Starts a rootless engine in a folder of the job, and removes it with everything that it has made."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections import deque
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import requests
from docker.errors import DockerException

from grader.engine_state.client import open_engine_client
from grader.errors import GraderError, MachineUnreachable
from grader.machine.transport.engine_address import EngineAddress
from grader.programs.bounded import Limits, run_bounded
from grader.programs.temporary_folder import remove_tree
from grader.programs.tools import PATH, plain_environment
from grader.submission.job_engine.docker import docker_command, lay_out_docker
from grader.submission.job_engine.health_checks import health_checks
from grader.submission.job_engine.podman import lay_out_podman, podman_command
from grader.submission.job_engine.requirements import (
    EngineKind,
    find_engine_program,
    require_rootless,
    require_short_path,
)
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import docker

_START_S: Final = 60.0
_END_S: Final = 15.0
_LOAD_S: Final = 600
_REMOVE_S: Final = 600.0
"""A gigabyte of small files, on a busy disk."""
_PAUSE_S: Final = 0.1
_LOADED: Final = "localhost/"


@dataclass(frozen=True, slots=True)
class JobEngine:
    url: str
    """Of its socket."""
    workspaces: Path
    """A folder that the engine sees under the same path, and that is removed with it."""


@contextmanager
def job_engine(
    kind: EngineKind, *, archives: Sequence[Path] = (), mirrors: Sequence[str] = (), folder: Path | None = None
) -> Iterator[JobEngine]:
    """A rootless engine for the length of the block, in a new folder below `folder`.

    `archives` are image archives to load first, as `docker save` writes them; `mirrors` are mirrors of Docker Hub.
    Raises `GraderError` if something is missing here, `MachineUnreachable` if the engine does not start.
    """
    require_rootless(kind)
    home = Path(tempfile.mkdtemp(prefix=".grader-engine-", dir=folder))
    try:
        require_short_path(kind, home)
        for name in ("run", "tmp", "workspaces"):
            (home / name).mkdir(mode=0o700)
        lay_out, command = (lay_out_podman, podman_command) if kind == "podman" else (lay_out_docker, docker_command)
        socket = home / "engine.sock"
        env = plain_environment(home, XDG_RUNTIME_DIR=str(home / "run"), TMPDIR=str(home / "tmp"))
        env |= lay_out(home, mirrors) | {"PATH": f"{PATH}:{Path(str(find_engine_program('newuidmap'))).parent}"}
        with (home / "log").open("wb") as log:
            process = _start(command(socket), env, home, log)
            try:
                engine = EngineAddress(f"unix://{socket}", f"{kind} (rootless)")
                _wait_until_ready(process, engine, home / "log")
                _load(engine, archives)
                with health_checks(engine) if kind == "podman" else nullcontext():
                    yield JobEngine(engine.url, home / "workspaces")
            finally:
                _stop(process)
    finally:
        _remove(home)


def _start(command: list[str], env: dict[str, str], home: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    # The kernel ends it if the grader is killed, and with it everything in its process namespace.
    with_parent = ["/usr/bin/setpriv", "--pdeathsig", "KILL", *command]
    return subprocess.Popen(
        with_parent, env=env, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )


def _wait_until_ready(process: subprocess.Popen[bytes], engine: EngineAddress, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if engine.socket and engine.socket.exists():
            try:
                with open_engine_client(engine) as client:
                    client.ping()
            except (DockerException, requests.RequestException, GraderError):
                pass
            else:
                return
        time.sleep(_PAUSE_S)
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    detail = escape_control_characters(" · ".join([line for line in lines if line.strip()][-3:]), 400)
    raise MachineUnreachable("job-engine-not-started", where=engine.display_name, detail=detail)


def _load(engine: EngineAddress, archives: Sequence[Path]) -> None:
    for archive in archives:
        try:
            with archive.open("rb") as data, open_engine_client(engine) as client:
                client.timeout = _LOAD_S
                deque(client.load_image(data), 0)  # type: ignore[no-untyped-call]  # it loads while it is read
                _name_as_pulled(client)
        except OSError as error:
            raise GraderError("at.file", file=archive, fault=error.strerror) from error
        except DockerException as error:
            detail = escape_control_characters(str(error), 200)
            raise MachineUnreachable("engine-lost", where=engine.display_name, detail=detail) from error


def _name_as_pulled(client: docker.APIClient) -> None:
    """Podman names what it loads `localhost/nginx`; pulled from Docker Hub it would be `docker.io/library/nginx`."""
    loaded = [name for image in client.images() for name in image.get("RepoTags") or [] if name.startswith(_LOADED)]
    for name in loaded:
        repository, _, tag = name.removeprefix(_LOADED).rpartition(":")
        client.tag(name, f"docker.io/{repository if '/' in repository else f'library/{repository}'}", tag)
        client.remove_image(name, noprune=True)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number, seconds in ((signal.SIGTERM, _END_S), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            process.kill()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return


def _remove(home: Path) -> None:
    """Most files belong to ids of the user's range: only a user namespace with that range may remove them."""
    unshare = str(find_engine_program("unshare"))
    run_bounded(
        [unshare, "--user", "--map-auto", "--map-root-user", "rm", "-rf", "--one-file-system", str(home)],
        cwd=Path("/"),
        limits=Limits(_REMOVE_S),
    )
    remove_tree(home)
