"""The same machine in the words of other engines, and in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from benchmarks.fairness.operators.registry import harmless

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.operators.registry import Variants
    from benchmarks.fairness.state import Json, State

_LEGACY: Final = ("Bridge", "Gateway", "GlobalIPv6Address", "IPAddress", "IPPrefixLen", "IPv6Gateway", "MacAddress")
"""What Docker 29 no longer has in `NetworkSettings`."""
_UNUSED: Final = ("OnBuild", "Domainname", "StdinOnce", "AttachStdin")
_DOCS: Final = r"/containers/\w+/json"


def _docs(state: State) -> list[Json]:
    return [one for one in state.bodies(_DOCS) if "HostConfig" in one]


def _entries(state: State) -> list[Json]:
    return [one for listed in state.bodies("/containers/json") for one in listed]


@harmless
def spelling_without_slashes(state: State) -> Variants:
    """The names in the list have no slash in front."""

    def change(state: State) -> None:
        for one in _entries(state):
            one["Names"] = [name.lstrip("/") for name in one["Names"]]

    yield "", change


@harmless
def spelling_of_one_stack(state: State) -> Variants:
    """A machine without IPv6: each port is listed once; or, with it, twice."""

    def single(state: State) -> None:
        for doc in _docs(state):
            ports = doc["NetworkSettings"].get("Ports") or {}
            for inside, bindings in ports.items():
                ports[inside] = [one for one in bindings or [] if ":" not in one["HostIp"]] or bindings
        for entry in _entries(state):
            entry["Ports"] = [one for one in entry["Ports"] if ":" not in one.get("IP", "")] or entry["Ports"]

    def dual(state: State) -> None:
        for doc in _docs(state):
            ports = doc["NetworkSettings"].get("Ports") or {}
            for inside, bindings in ports.items():
                twins = [one | {"HostIp": "::"} for one in bindings or [] if one["HostIp"] == "0.0.0.0"]  # noqa: S104
                more = [one for one in twins if one not in (bindings or [])]
                ports[inside] = [*(bindings or []), *more] or bindings

    yield "ipv4", single
    yield "both", dual


@harmless
def spelling_of_all_addresses(state: State) -> Variants:
    """What was typed without an address is stored with one."""

    def change(state: State) -> None:
        for doc in _docs(state):
            for bindings in (doc["HostConfig"].get("PortBindings") or {}).values():
                for one in bindings or []:
                    one["HostIp"] = one["HostIp"] or "0.0.0.0"  # noqa: S104

    if "compose" not in state.spec:
        yield "", change


@harmless
def spelling_without_old_fields(state: State) -> Variants:
    """Docker 29 has only `Networks` in `NetworkSettings`; others leave out what nobody set."""

    def change(state: State) -> None:
        for doc in _docs(state):
            for name in _LEGACY:
                doc["NetworkSettings"].pop(name, None)
            for name in _UNUSED:
                doc["Config"].pop(name, None)

    yield "", change


@harmless
def spelling_of_nothing(state: State) -> Variants:
    """`null`, an empty list and a missing field are the same."""

    def as_null(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: as_null(one) for key, one in value.items()}
        if isinstance(value, list):
            return [as_null(one) for one in value] or None
        return value

    def as_missing(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: as_missing(one) for key, one in value.items() if one is not None or key.endswith(("tcp", "udp"))
            }
        return [as_missing(one) for one in value] if isinstance(value, list) else value

    def rewrite(how: Any) -> Any:
        def change(state: State) -> None:
            for doc in _docs(state):
                new = {key: how(value) for key, value in doc.items()}
                doc.clear()
                doc.update(new)

        return change

    yield "null", rewrite(as_null)
    yield "missing", rewrite(as_missing)


@harmless
def spelling_of_network_modes(state: State) -> Variants:
    """Docker 26 and later write `bridge` where they wrote `default`."""

    def change(state: State) -> None:
        for one in (*_docs(state), *_entries(state)):
            if one["HostConfig"].get("NetworkMode") == "default":
                one["HostConfig"]["NetworkMode"] = "bridge"

    yield "", change


@harmless
def spelling_of_names_on_networks(state: State) -> Variants:
    """Since API 1.44 the names that resolve are in `DNSNames`, not in `Aliases`."""

    def change(state: State) -> None:
        for doc in _docs(state):
            for name, place in (doc["NetworkSettings"].get("Networks") or {}).items():
                if name != "bridge" and place:
                    own = [doc["Name"].lstrip("/"), doc["Id"][:12]]
                    place["DNSNames"] = list(dict.fromkeys([*own, *(place.get("Aliases") or [])]))

    yield "", change


@harmless
def spelling_of_a_newer_engine(state: State) -> Variants:
    def change(version: str, api: str) -> Any:
        def update(state: State) -> None:
            state.header.engine.update(version=version, api=api)

        return update

    if state.header.engine["product"] == "Docker":
        yield "28.5.2", change("28.5.2", "1.51")
        yield "29.7.2", change("29.7.2", "1.54")


@harmless
def order_of_lists(state: State) -> Variants:
    """Containers, networks, images, tasks, mounts, variables: in another order."""

    def change(state: State) -> None:
        for pattern in ("/containers/json", "/networks", "/images/json", "/services", "/tasks"):
            for listed in state.bodies(pattern):
                listed.reverse()
        for doc in _docs(state):
            for place in (doc.get("Mounts"), doc["Config"].get("Env"), doc["HostConfig"].get("Binds")):
                (place or []).reverse()
            networks = doc["NetworkSettings"].get("Networks") or {}
            doc["NetworkSettings"]["Networks"] = dict(reversed(networks.items()))

    yield "", change


def _named(image: str) -> Callable[[Json], None]:
    return lambda doc: doc["Config"].update(Image=image)


@harmless
def image_in_full(state: State) -> Variants:
    """The image's name as another would type it."""

    def change(prefix: str, suffix: str) -> Any:
        def rename(state: State) -> None:
            for doc in _docs(state):
                name = doc["Config"]["Image"]
                if name in {"nginx", "ubuntu", "mvertes/alpine-mongo", "haproxy"}:
                    library = "library/" if prefix and "/" not in name else ""
                    state.edit(state.slots[doc["Id"]], _named(f"{prefix}{library}{name}{suffix}"))

        return rename

    if state.exercise in {"tp1", "tp2", "tp4", "tp5"}:
        yield "tag", change("", ":latest")
        yield "registry", change("docker.io/", "")
        yield "both", change("docker.io/", ":latest")
