"""Runs the health checks of Podman's containers: Podman leaves that to timers of systemd, which a job does not have."""

from __future__ import annotations

import math
import threading
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import requests
from docker.errors import DockerException

from grader.engine_state.client import open_engine_client
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import docker

    from grader.machine.transport.engine_address import EngineAddress

_FAULTS: Final = (DockerException, requests.RequestException, AttributeError, LookupError, TypeError, ValueError)
"""Of an engine, or of what a student made it say."""
_TICK_S: Final = 1.0
_INTERVAL_S: Final = 30.0
"""Docker's default."""
_CALL_S: Final = 60
"""A command that hangs is left to itself."""


@contextmanager
def health_checks(engine: EngineAddress) -> Iterator[None]:
    """Runs them for the length of the block, each at its interval."""
    has_ended = threading.Event()
    thread = threading.Thread(target=_run_health_checks, args=(engine, has_ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        has_ended.set()


def _run_health_checks(engine: EngineAddress, has_ended: threading.Event) -> None:
    due: dict[str, float] = {}
    with suppress(GraderError), closing(open_engine_client(engine)) as client:
        while not has_ended.wait(_TICK_S):
            # A container may be gone by now. An engine that answers nothing, or nonsense, is noticed by whoever grades.
            with suppress(*_FAULTS):
                for one in client.containers():
                    _run_if_due(client, str(one["Id"]), due)


def _run_if_due(client: docker.APIClient, container: str, due: dict[str, float]) -> None:
    """Run its health check if it is time for that; `due` says when, by container."""
    if time.monotonic() < due.get(container, 0):
        return
    interval_s = _interval_s(client.inspect_container(container)["Config"].get("Healthcheck") or {})
    if container in due:
        client.get(f"{client.base_url}/v4.0.0/libpod/containers/{container}/healthcheck", timeout=_CALL_S)
    due[container] = time.monotonic() + interval_s  # as Docker does, also before the first one


def _interval_s(health_check: dict[str, Any]) -> float:
    if health_check.get("Test", ["NONE"]) == ["NONE"]:
        return math.inf
    return (health_check.get("Interval") or 0) / 1e9 or _INTERVAL_S
