"""A container removed and made again with the same settings, as a student would by typing the same command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from grader.checks.containers import there
from grader.errors import ProbeFailed
from grader.machine.question import Answer, EngineQuestion
from grader.machine.redaction import HIDDEN
from grader.machine.text import visible
from grader.probes.engine_json import decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.subjects import Container
    from grader.probes.container_json import ContainerFact

__all__ = ["renew", "wake"]

_STOP_S: Final = "2"
"""Seconds to end in. A student's `docker rm -f` gives none, but comes long after the last todo: a database that is
killed within a tenth of a second of a write may lose it, wherever it keeps its data."""
_MAY_BE_GONE: Final = {404, 409}
"""Of a container that removes itself when it ends (`--rm`)."""


def renew(machine: Machine, old: ContainerFact) -> None:
    """Stops and removes the container, and starts a new one of its name, image, mounts, networks and ports.

    The old one is only put aside until the new one runs: it comes back where that fails, with `ProbeFailed`.
    """
    raw: dict[str, Any] = decode(machine.engine(f"/containers/{old.id}/json"), dict[str, Any], "docker inspect")
    if HIDDEN in old.env.values():
        raise ProbeFailed("cannot-renew", asked=old.name, detail="its secrets are kept out of the recording")
    aside = f"grader-{machine.nonce('renewal')}"
    _post(machine, f"/containers/{old.id}/stop", query=(("t", _STOP_S),), allowed=_MAY_BE_GONE)
    _post(machine, f"/containers/{old.id}/rename", query=(("name", aside),), allowed=_MAY_BE_GONE)
    try:
        _make_again(machine, old, raw)
    except ProbeFailed:
        _delete(machine, old.name)
        _post(machine, f"/containers/{old.id}/rename", query=(("name", old.name),), allowed=_MAY_BE_GONE)
        _post(machine, f"/containers/{old.id}/start", allowed=_MAY_BE_GONE)
        raise
    _delete(machine, old.id)
    machine.look_again()


def wake(container: Container) -> ContainerFact:
    """The container, started again where it ended because another one that it needs had gone."""
    fact = there(container)
    if fact.state == "exited":
        _post(container.machine, f"/containers/{fact.id}/start")
        container.machine.look_again()
        fact = there(container)
    return fact


def _make_again(machine: Machine, old: ContainerFact, raw: dict[str, Any]) -> None:
    config = dict(raw["Config"])
    if str(config.get("Hostname", "")) == old.id[:12]:
        del config["Hostname"]
    endpoints: dict[str, dict[str, Any]] = raw["NetworkSettings"]["Networks"]
    first = str(raw["HostConfig"].get("NetworkMode", ""))
    # Engines before API 1.44 take one network when a container is made; the others are joined before it starts.
    made_with = {name: _place(old, one) for name, one in endpoints.items() if first in {name, one.get("NetworkID")}}
    body = config | {"HostConfig": raw["HostConfig"], "NetworkingConfig": {"EndpointsConfig": made_with}}
    made = _post(machine, "/containers/create", query=(("name", old.name),), body=body)
    new_id = decode(Answer(200, made.body), dict[str, Any], "docker create")["Id"]
    for name, one in endpoints.items():
        if name not in made_with and name not in {"bridge", "host", "none"}:
            joining = {"Container": new_id, "EndpointConfig": _place(old, one)}
            _post(machine, f"/networks/{name}/connect", body=joining)
    _post(machine, f"/containers/{new_id}/start")


def _place(old: ContainerFact, endpoint: dict[str, Any]) -> dict[str, Any]:
    """What was asked for on one network, without what the engine added by itself."""
    aliases = [alias for alias in endpoint.get("Aliases") or [] if alias != old.id[:12]]
    asked = {"IPAMConfig": endpoint.get("IPAMConfig"), "Links": endpoint.get("Links"), "Aliases": aliases}
    return {key: value for key, value in asked.items() if value}


def _delete(machine: Machine, reference: str) -> None:
    machine.ask(EngineQuestion(f"/containers/{reference}", (("force", "1"),), method="DELETE"))


def _post(
    machine: Machine,
    path: str,
    query: tuple[tuple[str, str], ...] = (),
    body: dict[str, Any] | None = None,
    allowed: frozenset[int] | set[int] = frozenset(),
) -> Answer:
    encoded = json.dumps(body, sort_keys=True).encode() if body else b""
    answer = machine.ask(EngineQuestion(path, query, method="POST", body=encoded))
    assert isinstance(answer, Answer), "an engine answers or the machine is unreachable"  # noqa: S101
    if answer.status >= 400 and answer.status not in allowed:
        raise ProbeFailed("cannot-renew", asked=path, detail=f"{answer.status} {visible(answer.body, 160)}")
    return answer
