"""Where the API looks for its database and the page for its API; what `mydocker` means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.fairness.hosts import hosts_file
from benchmarks.fairness.operators.edits import set_variable, variable
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import State

_CLIENTS: Final = {"api": ("MONGO", "mongo"), "app": ("API_URL", "api")}
_TODOS: Final = {"tp4", "tp5"}


def _set(client: str, value: str) -> Change:
    """The variable of a client gets `value`, in which {…} are the address, the host and the port of the server."""

    def change(state: State) -> None:
        name, server = _CLIENTS[client]
        slot, other = state.role(client), state.doc(state.role(server))
        place = next(iter(other["NetworkSettings"]["Networks"].values()))
        old = variable(state.doc(slot), name)
        host, _, port = old.partition(":")
        if not port:
            raise NotApplicableError("the program knows the place in another way")
        new = value.format(address=place["IPAddress"], host=host, port=port, other=int(port) + 1)
        if new == old:
            raise NotApplicableError("nothing changes")
        state.edit(slot, lambda doc: set_variable(doc, name, new))

    return change


@mistake
def target_is_itself(state: State) -> Variants:
    if state.exercise in _TODOS:
        for client in _CLIENTS:
            for host in ("localhost", "127.0.0.1"):
                yield f"{client} {host}", _set(client, f"{host}:{{port}}")


@mistake
def target_unknown(state: State) -> Variants:
    """A name that nobody has."""
    if state.exercise in _TODOS:
        for client in _CLIENTS:
            yield client, _set(client, "base-de-todos:{port}")


@mistake
def target_on_another_port(state: State) -> Variants:
    if state.exercise in _TODOS:
        for client in _CLIENTS:
            yield client, _set(client, "{host}:{other}")


@mistake
def target_is_an_address(state: State) -> Variants:
    """It works until the next start."""
    if state.exercise == "tp5":
        yield "api", _set("api", "{address}:{port}")


@mistake
def target_is_a_url(state: State) -> Variants:
    """The page puts `http://` in front of what is already a URL."""
    if state.exercise == "tp5":
        yield "app", _set("app", "http://{host}:{port}")


@harmless
def target_written_out(state: State) -> Variants:
    """The variable is typed although the image has it, and in capital letters."""
    if state.exercise == "tp5":
        yield "app capitals", _capitals("app")
        yield "api capitals", _capitals("api")


def _capitals(client: str) -> Change:
    def change(state: State) -> None:
        name, _ = _CLIENTS[client]
        slot = state.role(client)
        value = variable(state.doc(slot), name).upper()
        if not value:
            raise NotApplicableError("the program knows the place in another way")
        state.edit(slot, lambda doc: set_variable(doc, name, value))

    return change


def _host(role: str, entries: list[str] | None) -> Change:
    def change(state: State) -> None:
        slot = state.role(role)
        address = state.doc(state.role("mongo"))["NetworkSettings"]["Networks"].get("bridge", {}).get("IPAddress", "")
        typed = [entry.format(mongo=address) for entry in entries or []]
        if state.doc(slot)["HostConfig"].get("Links"):
            raise NotApplicableError("a link gives the name")
        state.edit(slot, lambda doc: doc["HostConfig"].update(ExtraHosts=typed or None))
        state.files[slot, "/etc/hosts"] = hosts_file(state.doc(slot))

    return change


_WRONG_HOSTS: Final[dict[str, list[str] | None]] = {
    "missing": None,
    "loopback": ["mydocker:127.0.0.1"],
    "misspelt": ["mydoker:172.17.0.1"],
    "container": ["mydocker:{mongo}"],
}


@mistake
def host_wrong(state: State) -> Variants:
    """`mydocker` in one container: forgotten, misspelt, or not the machine."""
    if state.exercise == "tp4":
        for how, entries in _WRONG_HOSTS.items():
            for role in ("mongo", "api", "app"):
                yield f"{role} {how}", _host(role, entries)


@mistake
def host_by_hand(state: State) -> Variants:
    """`mydocker` is written into `/etc/hosts` of the container: the next one will not have it."""

    def change(*roles: str) -> Change:
        def write(state: State) -> None:
            for role in roles:
                slot = state.role(role)
                if state.doc(slot)["HostConfig"].get("Links"):
                    raise NotApplicableError("a link gives the name")
                state.edit(slot, lambda doc: doc["HostConfig"].update(ExtraHosts=None))
                state.files[slot, "/etc/hosts"] = hosts_file(state.doc(slot), ("172.17.0.1", "mydocker"))

        return write

    if state.exercise == "tp4":
        for roles in (("mongo",), ("api",), ("app",), ("api", "app"), ("mongo", "api", "app")):
            yield " ".join(roles), change(*roles)


@harmless
def host_as_docker_says(state: State) -> Variants:
    """`host-gateway` instead of an address; or a name more."""
    if state.exercise == "tp4":
        for role in ("mongo", "api", "app"):
            yield f"{role} gateway", _host(role, ["mydocker:host-gateway"])
            yield f"{role} more", _host(role, ["mydocker:172.17.0.1", "imprimante:192.168.1.9"])
