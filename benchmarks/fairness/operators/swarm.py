"""tp8: the swarm, its network, its service, its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.fairness.operators.edits import keep_intact
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_NET = "tp8-net"


def _in_tp8(state: State) -> bool:
    return state.exercise == "tp8"


def _web(state: State) -> list[Json]:
    """The service in every list of services."""
    return [
        one for listed in state.bodies("/services") for one in listed if one["Spec"]["Name"].rpartition("_")[2] == "web"
    ]


def _node(**fields: Any) -> Change:
    def change(state: State) -> None:
        for info in state.bodies("/info"):
            info["Swarm"].update(fields)
        if fields.get("LocalNodeState") != "active" or not fields.get("ControlAvailable", True):
            for one in state.exchanges:
                if one["ask"].get("path") in {"/services", "/tasks", "/nodes"}:
                    one["say"] = {"status": 503, "body": {"json": {"message": "This node is not a swarm manager."}}}
            for slot in dict.fromkeys(state.slots.values()):
                state.remove(slot)
            for listed in state.networks():
                listed[:] = [one for one in listed if one["Scope"] != "swarm"]

    return change


@mistake
def swarm_left(state: State) -> Variants:
    if _in_tp8(state):
        yield "inactive", _node(LocalNodeState="inactive", ControlAvailable=False, NodeID="")
        yield "locked", _node(LocalNodeState="locked", ControlAvailable=False)
        yield "worker", _node(LocalNodeState="active", ControlAvailable=False)


@mistake
def network_not_attachable(state: State) -> Variants:
    """Only where the service publishes its port itself: no container could be on it."""

    def change(state: State) -> None:
        if state.role_slots("porte"):
            raise NotApplicableError("a container is attached")
        for listed in state.networks():
            for one in listed:
                if one["Name"] == _NET:
                    one["Attachable"] = False

    if _in_tp8(state):
        yield "", change


@mistake
def service_on_no_network(state: State) -> Variants:
    """`--network` forgotten: its tasks are on none that the entry point could reach."""

    def change(state: State) -> None:
        for service in _web(state):
            service["Spec"]["TaskTemplate"]["Networks"] = []
        for slot in state.role_slots("web"):
            if state.inspects(slot):
                state.edit(slot, _leave)

    if _in_tp8(state):
        yield "", change


def _leave(doc: Json) -> None:
    networks = doc["NetworkSettings"].get("Networks") or {}
    doc["NetworkSettings"]["Networks"] = {name: one for name, one in networks.items() if not name.endswith(_NET)}


@mistake
def service_of_another_name(state: State) -> Variants:
    def change(new: str) -> Change:
        def rename(state: State) -> None:
            old = next(iter(_web(state)))["Spec"]["Name"]
            if old != "web":
                raise NotApplicableError("the name of a stack")
            for service in _web(state):
                service["Spec"]["Name"] = new
            for slot in state.role_slots("web"):
                if state.inspects(slot):
                    state.edit(slot, lambda doc: _rename_task(doc, new))

        return rename

    if _in_tp8(state):
        yield "capital", change("Web")
        yield "other", change("site")


def _rename_task(doc: Json, new: str) -> None:
    doc["Config"]["Labels"]["com.docker.swarm.service.name"] = new
    doc["Name"] = doc["Name"].replace("/web.", f"/{new}.")


@mistake
def service_scaled_otherwise(state: State) -> Variants:
    if _in_tp8(state):
        yield "two", _scale(2)
        yield "one", _scale(1)


def _scale(count: int) -> Change:
    def change(state: State) -> None:
        for service in _web(state):
            if "Replicated" not in service["Spec"]["Mode"]:
                raise NotApplicableError("not replicated")
            service["Spec"]["Mode"]["Replicated"]["Replicas"] = count
        tasks = _settled_tasks(state)
        for one in tasks[count:]:
            gone = one["Status"].get("ContainerStatus", {}).get("ContainerID", "")
            if gone in state.slots:
                state.remove(state.slots[gone])
        del tasks[count:]

    return change


def _settled_tasks(state: State) -> list[Json]:
    """The service's running tasks, the same in every answer from now on: nobody kills one."""
    ids = {one["ID"] for one in _web(state)}
    for exchange in state.answers("/tasks"):
        listed = exchange["say"]["body"]["json"]
        running = [one for one in listed if one["ServiceID"] in ids and one["Status"]["State"] == "running"]
        if len(running) == 3:
            break
    else:
        raise NotApplicableError("never three at once")
    for one in state.answers("/tasks"):
        if any(task["ServiceID"] in ids for task in one["say"]["body"]["json"]):
            one["say"]["body"]["json"] = running
    if not any(".grader" in str(one["say"]) for one in state.exchanges if one["ask"].get("path", "").endswith("/logs")):
        raise NotApplicableError("its tasks log nothing")
    keep_intact(state)
    return running


@mistake
def tasks_pending(state: State) -> Variants:
    """No machine for one of the tasks."""

    def change(state: State) -> None:
        task = _settled_tasks(state)[-1]
        gone = task["Status"].get("ContainerStatus", {}).get("ContainerID", "")
        if gone in state.slots:
            state.remove(state.slots[gone])
        task["Status"] = {
            "State": "pending",
            "Timestamp": "2026-01-01T11:00:00Z",
            "Err": "no suitable node (insufficient resources on 1 node)",
        }
        task.pop("NodeID", None)

    if _in_tp8(state):
        yield "", change


def _ports(change: Callable[[Json], None]) -> Change:
    def edit(state: State) -> None:
        done = False
        for service in _web(state):
            for place in (service["Spec"]["EndpointSpec"], service["Endpoint"], service["Endpoint"]["Spec"]):
                for port in place.get("Ports") or []:
                    if port.get("PublishMode", "ingress") == "ingress":
                        change(port)
                        done = True
        if not done:
            raise NotApplicableError("a container is published")

    return edit


@mistake
def service_port_wrong(state: State) -> Variants:
    if _in_tp8(state):
        yield "reversed", _ports(lambda port: port.update(TargetPort=4000, PublishedPort=80))
        yield "other", _ports(lambda port: port.update(PublishedPort=4999))
        yield "udp", _ports(lambda port: port.update(Protocol="udp"))


@mistake
def entry_point_elsewhere(state: State) -> Variants:
    """The container in front: gone, or not on the network."""

    def remove(state: State) -> None:
        state.remove(state.role("porte"))

    def leave(state: State) -> None:
        state.edit(state.role("porte"), _leave)

    if _in_tp8(state):
        yield "removed", remove
        yield "left", leave


@harmless
def service_with_more(state: State) -> Variants:
    """Limits, labels, constraints: nobody asks."""

    def change(state: State) -> None:
        for service in _web(state):
            service["Spec"]["Labels"] = {**(service["Spec"].get("Labels") or {}), "auteur": "e2301234"}
            service["Spec"]["TaskTemplate"]["Resources"] = {"Limits": {"MemoryBytes": 268435456}, "Reservations": {}}
            service["UpdateStatus"] = {"State": "completed", "Message": "update completed"}

    if _in_tp8(state):
        yield "", change
