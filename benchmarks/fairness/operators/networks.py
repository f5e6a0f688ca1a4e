"""Networks: who is on which, and what is published inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.fairness.operators.edits import endpoint, on, rebind
from benchmarks.fairness.operators.files import write_ports
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError
from benchmarks.fairness.world import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_BRIDGE_ID: Final = "bb" * 32
_OTHER_ID: Final = "aa" * 32
_ROLES: Final = {"tp5": ("mongo", "api", "app"), "tp6": ("mongo", "api", "app"), "tp7": ("redis", "lb")}
_OPEN: Final = {"mongo": (27017, 4000), "api": (8082, 4001), "redis": (6379, 6379)}
"""Role to the port of its container, and the one of the machine that somebody may publish it on."""


def _each(state: State, change: Callable[[State, str], None]) -> Variants:
    for role in _ROLES.get(state.exercise, ()):
        yield role, _of(role, change)
    if state.exercise == "tp7":
        for slot in state.role_slots("web"):
            yield slot, _on(slot, change)


def _of(role: str, change: Callable[[State, str], None]) -> Change:
    return lambda state: change(state, state.role(role))


def _on(slot: str, change: Callable[[State, str], None]) -> Change:
    return lambda state: change(state, slot)


def _own_networks(doc: Json) -> list[str]:
    return [one for one in doc["NetworkSettings"].get("Networks") or {} if one not in BUILT_IN]


def _move(doc: Json, name: str, address: str, network_id: str) -> None:
    """The container is on this network only."""
    gateway = f"{address.rpartition('.')[0]}.1"
    aliases = None if name == "bridge" else [doc["Id"][:12]]
    doc["NetworkSettings"]["Networks"] = {name: endpoint(doc, address, gateway, network_id, aliases)}
    doc["HostConfig"]["NetworkMode"] = "default" if name == "bridge" else name


def _add_network(state: State, name: str, **settings: object) -> None:
    for listed in state.networks():
        template = next(one for one in listed if one["Name"] == "bridge")
        own = {"Name": name, "Id": _OTHER_ID, "Options": {}, "Labels": {}, "Containers": {}}
        listed.append(template | own | settings)


@mistake
def network_default(state: State) -> Variants:
    """`--network` forgotten."""

    def change(state: State, slot: str) -> None:
        state.edit(slot, lambda doc: _move(doc, "bridge", "172.17.0.77", _BRIDGE_ID))

    if state.exercise == "tp5":
        yield from _each(state, change)


@mistake
def network_another(state: State) -> Variants:
    """One container is on a network where the others are not."""

    def change(state: State, slot: str) -> None:
        _add_network(state, "autre")
        state.edit(slot, lambda doc: _move(doc, "autre", "172.30.0.77", _OTHER_ID))

    if state.exercise in {"tp5", "tp7"}:
        yield from _each(state, change)


@mistake
def network_left(state: State) -> Variants:
    """A container of two networks is on one only."""

    def change(name: str) -> Callable[[State, str], None]:
        def leave(state: State, slot: str) -> None:
            networks = state.doc(slot)["NetworkSettings"]["Networks"]
            gone = [one for one in networks if one.endswith(name)]
            if len(networks) < 2 or not gone:
                raise NotApplicableError("it is on one network only")
            state.edit(slot, lambda doc: doc["NetworkSettings"]["Networks"].pop(gone[0]))

        return leave

    if state.exercise == "tp7":
        for name in ("front-tier", "back-tier"):
            for variant, one in _each(state, change(name)):
                yield f"{variant} {name}", one


@mistake
def network_misspelt(state: State) -> Variants:
    """The network has almost the right name, and everybody is on it."""

    def change(old: str, new: str) -> Change:
        def rename(state: State) -> None:
            for listed in state.networks():
                for one in listed:
                    one["Name"] = _renamed(one["Name"], old, new)
                    if (one["Labels"] or {}).get("com.docker.compose.network") == old:
                        one["Labels"]["com.docker.compose.network"] = new
            for slot in dict.fromkeys(state.slots.values()):
                if state.inspects(slot):
                    state.edit(slot, lambda doc: _rename_network(doc, old, new))

        return rename

    for role in state.spec.get("networks", {}):
        name = state.spec["networks"][role]["name"]
        yield role, change(name, name.replace("-", ""))
        yield f"{role} capital", change(name, name.capitalize())


def _renamed(name: str, old: str, new: str) -> str:
    return new if name == old else f"{name.removesuffix(old)}{new}" if name.endswith(f"_{old}") else name


def _rename_network(doc: Json, old: str, new: str) -> None:
    places = doc["NetworkSettings"].get("Networks") or {}
    doc["NetworkSettings"]["Networks"] = {_renamed(one, old, new): place for one, place in places.items()}
    doc["HostConfig"]["NetworkMode"] = _renamed(doc["HostConfig"].get("NetworkMode", ""), old, new)


@mistake
def network_of_another_driver(state: State) -> Variants:
    """An overlay network of a swarm, which joins containers of one machine as a bridge does."""

    def change(role: str) -> Change:
        def set_driver(state: State) -> None:
            wanted = state.spec["networks"][role]["name"]
            for listed in state.networks():
                for one in listed:
                    if one["Name"] == wanted or one["Name"].endswith(f"_{wanted}"):
                        one.update(Driver="overlay", Scope="swarm", Attachable=True)

        return set_driver

    if state.exercise in {"tp5", "tp7"}:
        for role in state.spec.get("networks", {}):
            yield role, change(role)


@mistake
def port_open_inside(state: State) -> Variants:
    """A port is published that only other containers need."""

    def change(role: str, address: str = "") -> Change:
        def publish(state: State) -> None:
            slot = state.role(role)
            inside, outside = _OPEN[role]
            state.edit(slot, lambda doc: rebind(doc, f"{inside}/tcp", on(outside, address)))
            write_ports(state, slot)

        return publish

    for role in {"tp5": ("mongo", "api"), "tp6": ("mongo", "api"), "tp7": ("redis",)}.get(state.exercise, ()):
        yield role, change(role)
        yield f"{role} on loopback", change(role, "127.0.0.1")


@mistake
def port_open_on_replicas(state: State) -> Variants:
    """Each replica on one port of a range."""

    def change(state: State) -> None:
        for number, slot in enumerate(state.role_slots("web")):
            state.edit(slot, lambda doc, port=8000 + number: rebind(doc, "8000/tcp", on(port)))  # type: ignore[misc]

    if state.exercise == "tp7":
        yield "", change


@mistake
def page_published_twice(state: State) -> Variants:
    """A second port of the machine leads to the page's container."""

    def change(inside: str, address: str = "") -> Change:
        def publish(state: State) -> None:
            slot = state.role("app")
            first = f"{state.spec['containers']['app']['port']}/tcp"
            right = on(state.port("app"))
            more = on(state.port("app") + 1, address)

            def edit(doc: Json) -> None:
                rebind(doc, first, [*right, *more] if inside == first else right)
                if inside != first:
                    rebind(doc, inside, more)

            state.edit(slot, edit)
            write_ports(state, slot)

        return publish

    if state.exercise == "tp6":
        yield "same inside", change("7777/tcp")
        yield "another inside", change("7778/tcp")
        yield "udp", change("7777/udp")
        yield "on loopback", change("7778/tcp", "127.0.0.1")


@mistake
def name_added_by_hand(state: State) -> Variants:
    """`--add-host` or `--link` is left, and does no harm."""

    def add_host(state: State, slot: str) -> None:
        state.edit(slot, lambda doc: doc["HostConfig"].update(ExtraHosts=["mydocker:172.17.0.1"]))

    def link(state: State, slot: str) -> None:
        other = state.role("mongo")
        if other == slot:
            raise NotApplicableError("not to itself")

        def edit(doc: Json) -> None:
            for place in doc["NetworkSettings"]["Networks"].values():
                place["Links"] = [f"{other}:base"]

        state.edit(slot, edit)

    if state.exercise == "tp5":
        for how, one in (("add-host", add_host), ("link", link)):
            for variant, change in _each(state, one):
                yield f"{variant} {how}", change


@harmless
def network_more(state: State) -> Variants:
    """The containers are on a network of their own as well."""

    def change(state: State, slot: str) -> None:
        _add_network(state, "outils")
        number = 10 + list(dict.fromkeys(state.slots.values())).index(slot)

        def join(doc: Json) -> None:
            own = endpoint(doc, f"172.31.0.{number}", "172.31.0.1", _OTHER_ID, [doc["Id"][:12]])
            doc["NetworkSettings"]["Networks"]["outils"] = own

        state.edit(slot, join)

    if state.exercise == "tp5":
        for role in ("app", "mongo", "api"):
            yield role, _of(role, change)
    if state.exercise == "tp7":
        yield "lb", _of("lb", change)


@harmless
def network_of_another_subnet(state: State) -> Variants:
    """Other settings of the network: IPv6, another subnet, labels."""

    def change(state: State) -> None:
        for listed in state.networks():
            for one in listed:
                if one["Name"] not in BUILT_IN:
                    one.update(EnableIPv6=True)
                    one["Labels"] = {**(one["Labels"] or {}), "auteur": "e2301234"}
                    one["Options"] = {**(one["Options"] or {}), "com.docker.network.driver.mtu": "1400"}

    if state.spec.get("networks"):
        yield "", change
