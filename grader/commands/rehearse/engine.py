"""The engine that solutions are brought up on: empty before, empty after."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.engine_state.client import engine_variables, open_engine_client
from grader.engine_state.engine_state import read_engine_state
from grader.engine_state.take_down import take_down
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.commands.rehearse.solution import Solution
    from grader.machine.transport.engine_address import EngineAddress
    from grader.scoring.suite import Suite

UP_S: Final = 120
"""Seconds that a solution's `up.sh` may take."""
_SHOWN_LINES: Final = 20
_CACHE: Final = "grader-rehearsal"


@dataclass(frozen=True)
class BringUpOutput:
    """The exit code of `up.sh`, and the last lines that it printed."""

    exit_code: int
    last_lines: list[str]
    folder: Path
    """With the student's `home`, and `work`, where `up.sh` was run."""


class RehearsalEngine:
    """Takes down only what came after it was opened.

    Raises `MachineUnreachable` if nothing answers, and `GraderError` if the engine has containers of others: they would
    be in the way. `beside_others` lets them be there.
    """

    def __init__(self, address: EngineAddress, *, beside_others: bool = False) -> None:
        self._address = address
        self._client = open_engine_client(address)
        self._before = read_engine_state(self._client)
        if self._before.containers and not beside_others:
            held = self._client.containers(all=True)
            names = ", ".join(str(one["Names"][0]).lstrip("/") for one in held[:5])
            raise GraderError("rehearsal.engine-not-empty", engine=address.display_name, names=names)

    @contextlib.contextmanager
    def bring_up(self, solution: Solution, suite: Suite) -> Iterator[BringUpOutput]:
        """Run `up.sh` in a copy of its folder, as a student with an empty home; take everything down again."""
        scratch = Path(tempfile.mkdtemp(prefix="grader-rehearsal-"))
        process: subprocess.Popen[bytes] | None = None
        try:
            shutil.copytree(solution.folder, scratch / "work", symlinks=True)
            (scratch / "home").mkdir()
            log = scratch / "log"
            with log.open("wb") as output:
                process = subprocess.Popen(
                    ["bash", "up.sh"],  # noqa: S607 - the student's shell, wherever it is
                    cwd=scratch / "work",
                    env=self.environment(scratch / "home", suite),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                try:
                    code = process.wait(UP_S)
                except subprocess.TimeoutExpired:
                    code = -1
            yield BringUpOutput(code, log.read_text("utf-8", "replace").splitlines()[-_SHOWN_LINES:], scratch)
        finally:
            try:
                self._run_down(scratch, suite)
            finally:
                if process:
                    # What the script left in the background, too: a server that holds a port, a client in the
                    # foreground.
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                self.empty()
                shutil.rmtree(scratch, ignore_errors=True)

    def _run_down(self, scratch: Path, suite: Suite) -> None:
        """Run `down.sh`, which removes what a solution leaves on the machine outside the engine.

        Raises `GraderError` if it does not end.
        """
        if (scratch / "work" / "down.sh").is_file():
            try:
                subprocess.run(
                    ["bash", "down.sh"],  # noqa: S607 - as up.sh
                    cwd=scratch / "work",
                    env=self.environment(scratch / "home", suite),
                    timeout=UP_S,
                    check=False,
                    start_new_session=True,  # as up.sh: Ctrl-C must not leave half of it on the machine
                )
            except subprocess.TimeoutExpired as error:
                raise GraderError("rehearsal.down-time", seconds=UP_S) from error

    def empty(self) -> None:
        """Remove everything that was not there at the beginning.

        Images that were built stay until `close`, under another name: the next solution builds the same. Those of
        `docker commit` do not: a check that looks for a student's file in other images would find it in them.
        """
        for name, image in read_engine_state(self._client).image_names.items():
            is_new = self._before.image_names.get(name) != image and not _is_cached(name)
            if is_new and self._is_built(image):
                self._client.tag(image, _CACHE, hashlib.sha256(name.encode()).hexdigest()[:12])
        now = read_engine_state(self._client)
        nameless = {str(one["Id"]) for one in self._client.images(filters={"dangling": True})}
        cached = {name: image for name, image in now.image_names.items() if _is_cached(name)}
        left = take_down(
            self._client,
            replace(
                self._before,
                images=self._before.images | (now.images - nameless),
                image_names={**self._before.image_names, **cached},
            ),
            prune_build_cache=False,
        ).left
        if left:
            raise GraderError("rehearsal.not-emptied", engine=self._address.display_name, left="; ".join(left))

    def _is_built(self, image: str) -> bool:
        """By the newest line of `docker history`: that of a commit has the container's own command."""
        newest: dict[str, str] = self._client.history(image)[0]  # type: ignore[no-untyped-call]
        return newest["CreatedBy"].startswith("/bin/sh -c") or newest["Comment"].startswith("buildkit")

    def close(self) -> None:
        take_down(self._client, self._before, prune_build_cache=False)
        self._client.close()

    def environment(self, home: Path, suite: Suite) -> dict[str, str]:
        """The variables of the student's shell."""
        inherited = {
            name: os.environ[name] for name in ("PATH", "DOCKER_CONFIG", "DOCKER_BUILDKIT") if name in os.environ
        }
        return (
            inherited
            | engine_variables(self._address)
            | {
                "HOME": str(home),
                "LANG": "C.UTF-8",
                "MATERIAL": str(suite.folder / "material"),
            }
        )


def _is_cached(name: str) -> bool:
    """Podman puts a registry in front of the name."""
    return name.rpartition("/")[2].startswith(f"{_CACHE}:")
