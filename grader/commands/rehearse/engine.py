"""The engine that solutions are brought up on: empty before, empty after."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

import docker
import stamina
from docker.errors import APIError, DockerException, NotFound
from stamina.instrumentation import set_on_retry_hooks

from grader.errors import GraderError, MachineUnreachable
from grader.machine.built_in_networks import BUILT_IN_NETWORKS, SWARM_NETWORKS
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.commands.rehearse.solution import Solution
    from grader.machine.transport.engine_address import EngineAddress
    from grader.scoring.suite import Suite

_GONE_S: Final = 20.0
UP_S: Final = 120
"""Seconds that a solution's `up.sh` may take."""
_KEPT_LINES: Final = 20
_KEPT: Final = "grader-rehearsal"


def _goes_by_itself(error: Exception) -> bool:
    """A swarm's tasks and networks do, a little after the machine left: until then, they can only be waited for."""
    return isinstance(error, APIError) and error.status_code in {HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE}


class BringUpOutput:
    """What `up.sh` said and came to."""

    def __init__(self, exit_code: int, last_lines: list[str]) -> None:
        self.exit_code = exit_code
        self.last_lines = last_lines


class RehearsalEngine:
    """Takes down only what came after it was made.

    Raises `GraderError` where nothing answers, or where the engine holds other people's containers: they would be in
    the way. `beside_others` lets them be there.
    """

    def __init__(self, address: EngineAddress, *, beside_others: bool = False) -> None:
        self._address = address
        set_on_retry_hooks(())  # they would log each try on the teacher's screen
        try:
            self._client = docker.APIClient(address.url, version="auto", timeout=60)
            held = self._client.containers(all=True)
        except DockerException as error:
            detail = escape_control_characters(str(error), 200)
            raise MachineUnreachable("engine-unreachable", where=address.display_name, detail=detail) from error
        if held and not beside_others:
            names = ", ".join(str(one["Names"][0]).lstrip("/") for one in held[:5])
            raise GraderError(
                f"the engine at {address.display_name} holds containers ({names}): a rehearsal needs one of its own; "
                "make engine starts one"
            )
        self._containers = {str(one["Id"]) for one in held}
        self._tags = self._image_tags()
        self._layers = self._image_ids()
        self._nameless = self._nameless_ids()
        self._networks = self._network_ids()
        self._volumes = self._volume_names()
        self._was_in_swarm = self._in_swarm()

    @contextlib.contextmanager
    def bring_up(self, solution: Solution, suite: Suite) -> Iterator[BringUpOutput]:
        """Runs `up.sh` in a copy of its folder, as a student with an empty home; takes everything down again."""
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
                    env=self._environment(scratch / "home", suite),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                try:
                    code = process.wait(UP_S)
                except subprocess.TimeoutExpired:
                    code = -1
            yield BringUpOutput(code, log.read_text("utf-8", "replace").splitlines()[-_KEPT_LINES:])
        finally:
            self._run_down(scratch, suite)
            if process:
                # What the script left in the background, too: a server that holds a port, a client in the foreground.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            self.empty()
            shutil.rmtree(scratch, ignore_errors=True)

    def _run_down(self, scratch: Path, suite: Suite) -> None:
        """`down.sh`, where a solution leaves things on the machine that are not the engine's."""
        if (scratch / "work" / "down.sh").is_file():
            subprocess.run(
                ["bash", "down.sh"],  # noqa: S607 - as up.sh
                cwd=scratch / "work",
                env=self._environment(scratch / "home", suite),
                timeout=UP_S,
                check=False,
                start_new_session=True,  # as up.sh: Ctrl-C must not leave half of it on the machine
            )

    def empty(self) -> None:
        """Removes all that was not there at the beginning."""
        if self._in_swarm() and not self._was_in_swarm:
            self._client.leave_swarm(force=True)
        now = {str(one["Id"]) for one in self._client.containers(all=True)}
        for container in now - self._containers:
            with contextlib.suppress(NotFound):
                self._remove_container(container)
        for network in self._network_ids() - self._networks:
            with contextlib.suppress(NotFound):
                self._remove_network(network)
        for volume in self._volume_names() - self._volumes:
            with contextlib.suppress(NotFound):
                self._client.remove_volume(volume, force=True)
        self._give_back_names()
        for tag in self._image_tags().keys() - self._tags:
            with contextlib.suppress(NotFound, APIError):
                # What was built stays until the end under another name: the next solution builds the same.
                self._client.tag(tag, _KEPT, hashlib.sha256(tag.encode()).hexdigest()[:12])
                self._client.remove_image(tag, force=True)
        for image in self._nameless_ids() - self._nameless:
            with contextlib.suppress(NotFound, APIError):
                self._client.remove_image(image, force=True)

    def _give_back_names(self) -> None:
        """Names that a solution took away from their images, or gave to others: `docker commit` over `ubuntu`."""
        now = self._image_tags()
        for tag, image in self._tags.items():
            if now.get(tag) != image:
                repository, _, version = tag.rpartition(":")
                self._client.tag(image, repository, version, force=True)

    def close(self) -> None:
        # The newest first: an image that another was built on cannot go before it.
        for image in [one for one in self._image_ids() if one not in self._layers]:
            with contextlib.suppress(NotFound, APIError):
                self._client.remove_image(image, force=True)
        self._client.close()

    def _environment(self, home: Path, suite: Suite) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "DOCKER_CONFIG", "DOCKER_BUILDKIT") if name in os.environ}
        return kept | {
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "DOCKER_HOST": self._address.url,
            "MATERIAL": str(suite.folder / "material"),
        }

    @stamina.retry(on=_goes_by_itself, attempts=None, timeout=_GONE_S, wait_initial=0.2)
    def _remove_container(self, container: str) -> None:
        self._client.remove_container(container, force=True, v=True)

    @stamina.retry(on=_goes_by_itself, attempts=None, timeout=_GONE_S, wait_initial=0.2)
    def _remove_network(self, network: str) -> None:
        self._client.remove_network(network)

    def _in_swarm(self) -> bool:
        return bool(self._client.info().get("Swarm", {}).get("LocalNodeState") == "active")

    def _image_tags(self) -> dict[str, str]:
        """Each name of an image, to its id."""
        return {
            str(tag): str(image["Id"])
            for image in self._client.images()
            for tag in image.get("RepoTags") or []
            if tag != "<none>:<none>" and not tag.startswith(f"{_KEPT}:")
        }

    def _image_ids(self) -> list[str]:
        """Of every image, layers of images that were built included, the newest first."""
        images = sorted(self._client.images(all=True), key=lambda one: int(one["Created"]), reverse=True)
        return [str(one["Id"]) for one in images]

    def _nameless_ids(self) -> set[str]:
        """Of images that lost their name to a newer build, or never had one."""
        return {str(one["Id"]) for one in self._client.images(filters={"dangling": True})}

    def _network_ids(self) -> set[str]:
        return {
            str(one["Id"]) for one in self._client.networks() if one["Name"] not in BUILT_IN_NETWORKS | SWARM_NETWORKS
        }

    def _volume_names(self) -> set[str]:
        return {str(one["Name"]) for one in self._client.volumes()["Volumes"] or []}
