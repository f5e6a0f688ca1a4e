"""Options that a student may add and that nobody asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.fairness.operators.registry import harmless

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State


def _restart_always(doc: Json) -> None:
    doc["HostConfig"]["RestartPolicy"] = {"Name": "unless-stopped", "MaximumRetryCount": 0}


def _limits(doc: Json) -> None:
    doc["HostConfig"].update(Memory=536870912, NanoCpus=1000000000, PidsLimit=200)


def _labels(doc: Json) -> None:
    doc["Config"]["Labels"] = {**(doc["Config"].get("Labels") or {}), "auteur": "e2301234"}


def _variables(doc: Json) -> None:
    doc["Config"]["Env"] = [*(doc["Config"].get("Env") or []), "TZ=Europe/Paris", "LC_ALL=C.UTF-8"]


def _privileges(doc: Json) -> None:
    doc["HostConfig"].update(CapAdd=["NET_ADMIN"], SecurityOpt=["no-new-privileges"])


def _dns(doc: Json) -> None:
    doc["HostConfig"].update(Dns=["9.9.9.9"], DnsSearch=["iut.example"])


def _exposed(doc: Json) -> None:
    """`--expose`: nothing is published by it."""
    doc["Config"]["ExposedPorts"] = {**(doc["Config"].get("ExposedPorts") or {}), "9999/tcp": {}}
    if doc["NetworkSettings"].get("Ports") or doc["State"]["Status"] == "running":
        doc["NetworkSettings"]["Ports"] = {**(doc["NetworkSettings"].get("Ports") or {}), "9999/tcp": None}


def _log_limits(doc: Json) -> None:
    doc["HostConfig"]["LogConfig"] = {"Type": "json-file", "Config": {"max-size": "10m"}}


def _healthy(doc: Json) -> None:
    if doc["State"]["Status"] == "running":
        doc["State"]["Health"] = {"Status": "healthy", "FailingStreak": 0, "Log": []}


def _stop_signal(doc: Json) -> None:
    doc["Config"].update(StopSignal="SIGTERM", StopTimeout=1)


_OPTIONS: Final[dict[str, Callable[[Json], None]]] = {
    "restart": _restart_always,
    "limits": _limits,
    "labels": _labels,
    "variables": _variables,
    "privileges": _privileges,
    "dns": _dns,
    "expose": _exposed,
    "logs": _log_limits,
    "healthcheck": _healthy,
    "stop": _stop_signal,
}


@harmless
def option_more(state: State) -> Variants:
    """An option more on every container of the exercise."""
    for name, edit in _OPTIONS.items():
        if not (state.exercise == "tp1" and name == "variables"):
            yield name, _on_all(edit)


def _on_all(edit: Callable[[Json], None]) -> Change:
    def change(state: State) -> None:
        for slot in dict.fromkeys(state.slots.values()):
            if state.inspects(slot):
                state.edit(slot, edit)

    return change
