"""Ports of the machine: not published, published elsewhere, or published as it is written but out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.fairness.operators.edits import binding_of, not_in_force, on, published, rebind, reserve
from benchmarks.fairness.operators.files import write_ports
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_ELSEWHERE = 4477
_OTHER_ADDRESS = "127.0.0.1"


def _each(state: State, bindings: Any, instead: Any = None) -> Variants:
    """A variant per published role. `bindings` and `instead` get the wanted port and the container's."""
    for role in published(state):
        yield role, _rebinding(role, bindings, instead)


def _rebinding(role: str, bindings: Any, instead: Any) -> Change:
    def change(state: State) -> None:
        slot = published(state)[role]
        found = binding_of(state, role, slot)
        assert found
        inside, port = found[0], state.port(role)
        number = int(inside.partition("/")[0])
        new = bindings(port, number)
        place = instead(port, number) if instead else ""
        if place == inside:
            raise NotApplicableError("nothing changes")
        state.edit(slot, lambda doc: rebind(doc, inside, new, place))
        write_ports(state, slot)

    return change


@mistake
def port_only_exposed(state: State) -> Variants:
    """`EXPOSE`, or `-p` forgotten."""
    yield from _each(state, lambda _port, _inside: None)


@mistake
def port_reversed(state: State) -> Variants:
    yield from _each(state, lambda _port, inside: on(inside), lambda port, _inside: f"{port}/tcp")


@mistake
def port_elsewhere(state: State) -> Variants:
    yield from _each(state, lambda port, _inside: on(port + 1000 if port < 40000 else port + 1))


@mistake
def port_on_loopback(state: State) -> Variants:
    yield from _each(state, lambda port, _inside: on(port, _OTHER_ADDRESS))


@mistake
def port_on_loopback_of_ipv6(state: State) -> Variants:
    yield from _each(state, lambda port, _inside: on(port, "::1"))


@mistake
def port_in_udp(state: State) -> Variants:
    yield from _each(state, lambda port, _inside: on(port), lambda _port, inside: f"{inside}/udp")


@mistake
def port_to_nowhere_inside(state: State) -> Variants:
    """The machine's port is right, the container's is not."""
    yield from _each(state, lambda port, _inside: on(port), lambda _port, inside: f"{inside + 1}/tcp")


@mistake
def port_chosen_by_the_engine(state: State) -> Variants:
    """`-P`."""

    def choose(role: str) -> Change:
        def change(state: State) -> None:
            slot = published(state)[role]
            found = binding_of(state, role, slot)
            assert found

            def edit(doc: Json) -> None:
                rebind(doc, found[0], on(32768))
                doc["HostConfig"].update(PortBindings={}, PublishAllPorts=True)

            if state.spec.get("compose"):
                raise NotApplicableError("Compose has no -P")
            state.edit(slot, edit)

        return change

    for role in published(state):
        yield role, choose(role)


@mistake
def port_on_an_internal_network(state: State) -> Variants:
    """What was typed is not in force: the network is `--internal`."""

    def cut_off(role: str) -> Change:
        def change(state: State) -> None:
            slot = published(state)[role]
            names = list(state.doc(slot)["NetworkSettings"]["Networks"])
            if names == ["bridge"] or not state.networks():
                raise NotApplicableError("the default network is never internal")
            for one in (network for listed in state.networks() for network in listed if network["Name"] in names):
                one["Internal"] = True
            for other in {its for its in state.slots.values() if state.inspects(its)}:
                if set(state.doc(other)["NetworkSettings"]["Networks"] or {}) <= set(names):
                    state.edit(other, not_in_force)

        return change

    if "compose" not in state.spec and "services" not in state.spec:
        for role in published(state):
            yield role, cut_off(role)


@mistake
def port_on_the_host_network(state: State) -> Variants:
    """`--network host -p …`: the engine publishes nothing."""

    def move(role: str) -> Change:
        def change(state: State) -> None:
            def edit(doc: Json) -> None:
                not_in_force(doc)
                doc["NetworkSettings"]["Ports"] = {}
                doc["HostConfig"]["NetworkMode"] = "host"
                doc["NetworkSettings"]["Networks"] = {"host": {"NetworkID": "0" * 64, "IPAddress": "", "Gateway": ""}}

            state.edit(published(state)[role], edit)

        return change

    if state.exercise in {"tp2", "tp3"}:
        for role in published(state):
            if int(next(iter(_inside(state, role)))) != state.port(role):
                yield role, move(role)


def _inside(state: State, role: str) -> set[str]:
    found = binding_of(state, role, published(state)[role])
    return {found[0].partition("/")[0]} if found else set()


@mistake
def port_outside_the_range(state: State) -> Variants:
    """The course's port, for a student who has a range of their own."""

    def move(state: State) -> None:
        reserve(state, "41200-41209")

    if not state.header.ports and state.spec.get("ports") and state.exercise != "tp8":
        yield "", move


@harmless
def port_in_the_range(state: State) -> Variants:
    """A student's own range, and all roles in it."""

    def move(state: State) -> None:
        slots = published(state)
        if set(slots) != set(state.spec["ports"]) or (state.spec.get("todos", {}) and state.exercise == "tp4"):
            raise NotApplicableError("the programs look for the course's ports")
        places = {role: binding_of(state, role, slot) for role, slot in slots.items()}
        reserve(state, "41200-41209")
        for role, slot in slots.items():
            found = places[role]
            assert found
            new = on(state.port(role))
            state.edit(slot, lambda doc, found=found, new=new: rebind(doc, found[0], new))  # type: ignore[misc]
            write_ports(state, slot)

    if not state.header.ports and state.spec.get("ports"):
        yield "", move


@harmless
def port_published_twice(state: State) -> Variants:
    """The same port of the container on a second port of the machine."""

    def add(role: str) -> Change:
        def change(state: State) -> None:
            slot = published(state)[role]
            found = binding_of(state, role, slot)
            assert found
            two = [*on(state.port(role)), *on(_ELSEWHERE)]
            state.edit(slot, lambda doc: rebind(doc, found[0], two))

        return change

    if state.exercise in {"tp2", "tp3", "tp4"} and not state.header.ports:
        for role in published(state):
            yield role, add(role)


@harmless
def port_on_all_addresses_as_typed(state: State) -> Variants:
    """`-p 0.0.0.0:4000:80`."""
    if not state.spec.get("compose"):
        yield from _each(state, lambda port, _inside: on(port, "0.0.0.0"))  # noqa: S104
