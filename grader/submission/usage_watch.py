"""Watches the disk usage of a submission until its take-down, and removes its containers beyond the limit."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import requests
from docker.errors import DockerException

from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import docker

    from grader.engine_state.engine_state import EngineState
    from grader.submission.sandbox.quota import Quota
    from grader.submission.workspace import Workspace

_TICK_S: Final = 0.2
_ENGINE_LOOK_S: Final = 1.0
_PAUSE_PER_LOOK: Final = 4
"""The engine computes its disk usage for each request, Podman for long: it is to do so a fifth of the time at most."""
_CLOSE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class EngineQuota:
    """Disk usage on the engine, in addition to what was there before."""

    written_bytes: int = 1 << 30
    """In containers and volumes of the run."""
    image_bytes: int = 8 << 30
    """By images pulled and built."""


class UsageWatch:
    """`reason` says which limit is exceeded; empty while all is well."""

    def __init__(
        self,
        connect: Callable[[], docker.APIClient],
        before: EngineState,
        workspace: Workspace,
        quota: Quota,
        engine_quota: EngineQuota | None = None,
    ) -> None:
        self.reason = ""
        self._connect = connect
        self._before = before
        self._workspace = workspace
        self._quota = quota
        self._engine_quota = engine_quota or EngineQuota()
        self._images_before: int | None = None
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._has_ended.set()
        self._thread.join(_CLOSE_S)

    def __call__(self, pid: int) -> str | None:
        """The watch for `run_bounded`, while the program `pid` brings the submission up."""
        return self.reason or self._quota.memory_exceeded(pid)

    def _watch(self) -> None:
        try:
            client = self._connect()
        except (GraderError, DockerException, requests.RequestException, OSError):
            return  # whoever grades notices that the engine does not answer
        with closing(client):
            next_look = 0.0
            while not self._has_ended.is_set():
                found = self._quota.disk_exceeded(self._workspace.shared, self._workspace.tmp)
                try:
                    began = time.monotonic()
                    if not found and began >= next_look:
                        found = self._engine_exceeded(client)
                        took_s = time.monotonic() - began
                        next_look = began + max(_ENGINE_LOOK_S, took_s * (1 + _PAUSE_PER_LOOK))
                    self.reason = self.reason or found or ""
                    if self.reason:
                        self._remove_containers(client)
                except (DockerException, requests.RequestException, OSError, ValueError, TypeError):
                    pass  # an engine that does not answer now is noticed by whoever grades
                self._has_ended.wait(_TICK_S)

    def _engine_exceeded(self, client: docker.APIClient) -> str | None:
        usage = client.df()
        images = (usage.get("LayersSize") or 0) + sum(one.get("Size") or 0 for one in usage.get("BuildCache") or [])
        if self._images_before is None:
            self._images_before = images
        written = sum(
            one.get("SizeRw") or 0
            for one in usage.get("Containers") or []
            if one.get("Id") not in self._before.containers
        ) + sum(
            max(0, (one.get("UsageData") or {}).get("Size") or 0)
            for one in usage.get("Volumes") or []
            if one.get("Name") not in self._before.volumes
        )
        if written > self._engine_quota.written_bytes:
            return f"disk: more than {self._engine_quota.written_bytes >> 20} MiB in containers and volumes"
        if images - self._images_before > self._engine_quota.image_bytes:
            return f"disk: more than {self._engine_quota.image_bytes >> 20} MiB of images"
        return None

    def _remove_containers(self, client: docker.APIClient) -> None:
        for one in client.containers(all=True):
            if str(one["Id"]) not in self._before.containers:
                client.remove_container(str(one["Id"]), v=True, force=True)
