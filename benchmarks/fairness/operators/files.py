"""The compose file: what is written there follows what runs, unless an operator forgets to apply it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.state import Json, State

_SERVICE: Final = "com.docker.compose.service"
_HASH: Final = "com.docker.compose.config-hash"


def service_of(state: State, slot: str) -> str:
    """The compose service of a container; empty if it has none."""
    labels = state.doc(slot)["Config"].get("Labels") or {}
    return str(labels.get(_SERVICE, ""))


def written_services(state: State) -> list[dict[str, Json]]:
    """The services of the file, in every answer of `docker compose config`."""
    found = [one["say"]["body"]["json"] for one in state.exchanges if one["ask"].get("verb") == "config"]
    return [one["services"] for one in found if "services" in one]


def write(state: State, slot: str, change: Callable[[Json], None], *, is_applied: bool = True) -> None:
    """Changes the service of a container in its file. `is_applied`: `docker compose up` was run after that."""
    service = service_of(state, slot)
    for services in written_services(state):
        if service in services:
            change(services[service])
    old = str((state.doc(slot)["Config"].get("Labels") or {}).get(_HASH, ""))
    new = hashlib.sha256(f"{old} {state.operators} {service}".encode()).hexdigest()
    for one in state.exchanges:
        if one["ask"].get("verb") == "hashes" and "text" in one["say"].get("body", {}):
            one["say"]["body"]["text"] = one["say"]["body"]["text"].replace(f"{service} {old}", f"{service} {new}")
    if is_applied and old:
        for other in dict.fromkeys(state.slots.values()):
            if state.inspects(other) and service_of(state, other) == service:
                state.edit(other, lambda doc: doc["Config"]["Labels"].update({_HASH: new}))


def write_ports(state: State, slot: str) -> None:
    """The service's `ports:`, as its container publishes them."""
    if not written_services(state):
        return
    typed = state.doc(slot)["HostConfig"]["PortBindings"]

    def change(service: Json) -> None:
        service["ports"] = [
            {
                "mode": "ingress",
                "protocol": inside.partition("/")[2],
                "target": int(inside.partition("/")[0]),
                "published": one["HostPort"],
                **({"host_ip": one["HostIp"]} if one["HostIp"] else {}),
            }
            for inside, bindings in typed.items()
            for one in bindings
        ]

    write(state, slot, change)


def write_mounts(state: State, slot: str) -> None:
    """The service's `volumes:`, as its container has them."""
    if not written_services(state):
        return
    mounts = [one for one in state.doc(slot)["Mounts"] if one.get("Driver") != "-"]

    def change(service: Json) -> None:
        service["volumes"] = [
            {"type": one["Type"], "source": one.get("Name") or one["Source"], "target": one["Destination"]}
            for one in mounts
        ]

    write(state, slot, change)
