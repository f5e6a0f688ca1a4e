"""Changes of `docker inspect` that the engine makes together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json, State

LONG_AGO: Final = "2026-01-01T10:00:00.000Z"
JUST_NOW: Final = "2026-01-01T11:59:50.000Z"
_NEVER: Final = "0001-01-01T00:00:00Z"


def keep_intact(state: State) -> None:
    """The machine is not declared disposable: what the grading itself would change is not known."""
    fields = {name: getattr(state.header, name) for name in state.header.__struct_fields__}
    state.header = type(state.header)(**fields | {"disposable": False})


def reserve(state: State, ports: str) -> None:
    """The student has a range of ports."""
    fields = {name: getattr(state.header, name) for name in state.header.__struct_fields__}
    state.header = type(state.header)(**fields | {"ports": ports})


def published(state: State) -> dict[str, str]:
    """The roles with a port of the machine whose one container publishes it, each with that container's slot."""
    found: dict[str, str] = {}
    for role in state.spec.get("ports", {}):
        slots = state.role_slots(role) if role in state.spec.get("containers", {}) else []
        if len(slots) == 1 and state.inspects(slots[0]) and binding_of(state, role, slots[0]):
            found[role] = slots[0]
    return found


def binding_of(state: State, role: str, slot: str) -> tuple[str, Json] | None:
    """`80/tcp` and its binding on the role's port."""
    wanted = str(state.port(role))
    ports = state.doc(slot)["NetworkSettings"].get("Ports") or {}
    for inside, bindings in ports.items():
        for one in bindings or []:
            if one["HostPort"] == wanted:
                return inside, one
    return None


def rebind(doc: Json, inside: str, bindings: list[Json] | None, instead: str = "") -> None:
    """Publishes `inside` with these bindings instead of its own; with `instead`, another port of the container."""
    typed, in_force = doc["HostConfig"]["PortBindings"], doc["NetworkSettings"]["Ports"]
    typed.pop(inside, None)
    exposed = inside in (doc["Config"].get("ExposedPorts") or {})
    if instead and not exposed:
        in_force.pop(inside, None)
    else:
        in_force[inside] = None
    place = instead or inside
    if bindings:
        typed[place] = bindings
        in_force[place] = [one | {"HostIp": one["HostIp"] or "0.0.0.0"} for one in bindings]  # noqa: S104
        doc["Config"].setdefault("ExposedPorts", {})[place] = {}
    if doc["State"]["Status"] != "running":
        doc["NetworkSettings"]["Ports"] = {}


def on(port: int | str, address: str = "") -> list[Json]:
    return [{"HostIp": address, "HostPort": str(port)}]


def not_in_force(doc: Json) -> None:
    """Nothing of what was typed is published."""
    doc["NetworkSettings"]["Ports"] = dict.fromkeys(doc["NetworkSettings"].get("Ports") or {})


def end(doc: Json, code: int, *, status: str = "exited", ran_s: float = 3, error: str = "") -> None:
    """The container no longer runs, after so many seconds."""
    started = LONG_AGO if ran_s > 60 else JUST_NOW
    ended = f"2026-01-01T{'11:30:00' if ran_s > 60 else f'11:59:{50 + ran_s:02.0f}'}.000Z"
    doc["State"].update(
        Status=status, Running=False, Restarting=False, Paused=False, Pid=0, ExitCode=code, Error=error,
        StartedAt=started, FinishedAt=ended,
    )  # fmt: skip
    doc["Created"] = started
    _disconnect(doc)


def never_start(doc: Json, error: str = "") -> None:
    end(doc, 127 if error else 0, status="created", error=error)
    doc["State"].update(StartedAt=_NEVER, FinishedAt=_NEVER)


def _disconnect(doc: Json) -> None:
    doc["NetworkSettings"]["Ports"] = {}
    for place in (doc["NetworkSettings"].get("Networks") or {}).values():
        if place:
            place.update(IPAddress="", Gateway="", IPPrefixLen=0)


def mount_at(doc: Json, inside: str) -> Json:
    """The container's mount at that path. Raises `NotApplicableError` if it has none."""
    for one in doc.get("Mounts") or []:
        if one["Destination"].rstrip("/") == inside.rstrip("/"):
            found: Json = one
            return found
    raise NotApplicableError(inside)


def remount(doc: Json, inside: str, instead: list[Json]) -> None:
    """These mounts instead of the one at that path, in all the places where the engine shows them."""
    gone = mount_at(doc, inside)
    doc["Mounts"] = [one for one in doc["Mounts"] if one is not gone] + instead
    host = doc["HostConfig"]
    binds = [one for one in host.get("Binds") or [] if inside.rstrip("/") not in one.split(":")[1].rstrip("/")]
    typed = [one for one in host.get("Mounts") or [] if one["Target"].rstrip("/") != inside.rstrip("/")]
    binds += [f"{one['Source'] or one.get('Name')}:{one['Destination']}" for one in instead if one["Type"] == "bind"]
    binds += [
        f"{one['Name']}:{one['Destination']}" for one in instead if one["Type"] == "volume" and one["Driver"] != "-"
    ]
    host["Binds"], host["Mounts"] = binds or None, typed or None


def add_mount(doc: Json, mount: Json) -> None:
    doc["Mounts"] = [*(doc.get("Mounts") or []), dict(mount)]


def bind(source: str, inside: str) -> Json:
    return {"Type": "bind", "Source": source, "Destination": inside, "Mode": "", "RW": True, "Propagation": "rprivate"}


def volume(name: str, inside: str) -> Json:
    source = f"/var/lib/docker/volumes/{name}/_data"
    own = {"Type": "volume", "Name": name, "Source": source, "Destination": inside, "Driver": "local"}
    return own | {"Mode": "z", "RW": True, "Propagation": ""}


def set_variable(doc: Json, name: str, value: str) -> None:
    entries = [one for one in doc["Config"].get("Env") or [] if one.partition("=")[0] != name]
    doc["Config"]["Env"] = [f"{name}={value}", *entries]


def variable(doc: Json, name: str) -> str:
    return str(dict(one.partition("=")[::2] for one in doc["Config"].get("Env") or []).get(name, ""))


def endpoint(doc: Json, address: str, gateway: str, network_id: str, aliases: list[str] | None = None) -> Json:
    """A container's place on a network."""
    is_up = doc["State"]["Status"] == "running"
    place: dict[str, Any] = {
        "Aliases": aliases,
        "DriverOpts": None,
        "Gateway": gateway if is_up else "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "IPAMConfig": None,
        "IPAddress": address if is_up else "",
        "IPPrefixLen": 16,
        "IPv6Gateway": "",
        "Links": None,
        "NetworkID": network_id,
    }
    return place
