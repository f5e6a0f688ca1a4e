"""Containers killed, started and created again: only if the machine is declared disposable."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from grader.errors import ProbeFailed
from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.machine.question import Answer, EngineQuestion
from grader.machine.recording.redaction import REDACTED
from grader.probes.engine_json import decode, post, require_status
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_ALREADY_STARTED: Final = 304
_STOP_TIMEOUT_S: Final = "2"
"""Seconds to end in. A student's `docker rm -f` gives none, but comes long after the last todo: a database that is
killed within a tenth of a second of a write may lose it, wherever it keeps its data."""
_ALREADY_GONE: Final = {404, 409}
"""The statuses for a container that removes itself when it ends (`--rm`)."""


@contextlib.contextmanager
def container_killed(machine: Machine, container: ContainerFact) -> Iterator[None]:
    """Kills the container, and starts it again in every case. Raises `ProbeFailed` if the engine refuses."""
    try:
        kill_container(machine, container)
        yield
    finally:
        started = post(machine, f"/containers/{container.id}/start")
        machine.clear_answers()
        require_status(started, "docker start", 204, _ALREADY_STARTED)


def kill_container(machine: Machine, container: ContainerFact) -> None:
    """Kills the container as a crash would: its process gets no time to finish."""
    require_status(post(machine, f"/containers/{container.id}/kill"), "docker kill", 204)
    machine.clear_answers()


def start_container(machine: Machine, container: ContainerFact) -> None:
    """Starts a container that has ended."""
    _post(machine, f"/containers/{container.id}/start")
    machine.clear_answers()


def recreate_container(machine: Machine, old: ContainerFact) -> None:
    """Stops and removes the container, and starts a new one with its name, image, mounts, networks and ports.

    A student would do the same by typing the same command. The old container is only renamed until the new one runs:
    if that fails, it is put back and `ProbeFailed` is raised.
    """
    raw: dict[str, Any] = decode(machine.engine(f"/containers/{old.id}/json"), dict[str, Any], "docker inspect")
    if REDACTED in old.env.values():
        raise ProbeFailed("cannot-renew", asked=old.name, detail="its secrets are kept out of the recording")
    aside = f"grader-{machine.nonce('renewal')}"
    _post(machine, f"/containers/{old.id}/stop", query=(("t", _STOP_TIMEOUT_S),), allowed=_ALREADY_GONE)
    _post(machine, f"/containers/{old.id}/rename", query=(("name", aside),), allowed=_ALREADY_GONE)
    try:
        _create_copy(machine, old, raw)
    except ProbeFailed:
        _remove(machine, old.name)
        _post(machine, f"/containers/{old.id}/rename", query=(("name", old.name),), allowed=_ALREADY_GONE)
        _post(machine, f"/containers/{old.id}/start", allowed=_ALREADY_GONE)
        raise
    _remove(machine, old.id)
    machine.clear_answers()


def _create_copy(machine: Machine, old: ContainerFact, raw: dict[str, Any]) -> None:
    config = dict(raw["Config"])
    if str(config.get("Hostname", "")) == old.id[:12]:
        del config["Hostname"]
    endpoints: dict[str, dict[str, Any]] = raw["NetworkSettings"]["Networks"]
    first = str(raw["HostConfig"].get("NetworkMode", ""))
    # Engines before API 1.44 take one network when a container is created; the others are joined before it starts.
    made_with = {
        name: _endpoint_config(old, one) for name, one in endpoints.items() if first in {name, one.get("NetworkID")}
    }
    settings = dict(raw["HostConfig"])
    if machine.is_podman:
        settings = _as_podman_takes_them(settings)
    if not made_with and first not in BUILT_IN_NETWORKS | {"default", ""} and endpoints:
        # It has left the network that it was created on, which may be gone.
        first, one = next(iter(endpoints.items()))
        settings["NetworkMode"], made_with = first, {first: _endpoint_config(old, one)}
    body = config | {"HostConfig": settings, "NetworkingConfig": {"EndpointsConfig": made_with}}
    made = _post(machine, "/containers/create", query=(("name", old.name),), body=body)
    new_id = decode(Answer(200, made.body), dict[str, Any], "docker create")["Id"]
    for name, one in endpoints.items():
        if name not in made_with and name not in BUILT_IN_NETWORKS:
            joining = {"Container": new_id, "EndpointConfig": _endpoint_config(old, one)}
            _post(machine, f"/networks/{name}/connect", body=joining)
    _post(machine, f"/containers/{new_id}/start")


def _as_podman_takes_them(settings: dict[str, Any]) -> dict[str, Any]:
    """Podman refuses some of what it shows: `--cpus` as a period and a quota, too; ulimits by the kernel's names."""
    shown_twice = {"CpuPeriod", "CpuQuota"} if settings.get("NanoCpus") else set()
    taken = {key: value for key, value in settings.items() if key not in shown_twice}
    if taken.get("Ulimits"):
        names = [str(one["Name"]).removeprefix("RLIMIT_").lower() for one in taken["Ulimits"]]
        taken["Ulimits"] = [one | {"Name": name} for one, name in zip(taken["Ulimits"], names, strict=True)]
    return taken


def _endpoint_config(old: ContainerFact, endpoint: dict[str, Any]) -> dict[str, Any]:
    """The settings that were asked for on one network, without those that the engine added."""
    aliases = [alias for alias in endpoint.get("Aliases") or [] if alias != old.id[:12]]
    asked = {"IPAMConfig": endpoint.get("IPAMConfig"), "Links": endpoint.get("Links"), "Aliases": aliases}
    return {key: value for key, value in asked.items() if value}


def _remove(machine: Machine, reference: str) -> None:
    machine.ask(EngineQuestion(f"/containers/{reference}", (("force", "1"),), method="DELETE"))


def _post(
    machine: Machine,
    path: str,
    query: tuple[tuple[str, str], ...] = (),
    body: dict[str, Any] | None = None,
    allowed: frozenset[int] | set[int] = frozenset(),
) -> Answer:
    answer = post(machine, path, body, query)
    if answer.status >= 400 and answer.status not in allowed:
        raise ProbeFailed(
            "cannot-renew", asked=path, detail=f"{answer.status} {escape_control_characters(answer.body, 160)}"
        )
    return answer
