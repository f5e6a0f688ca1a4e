"""What the programs of the lab answer when something behind them is missing: see their sources in `exercises/`."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from benchmarks.fairness.world import Target, bindings_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.fairness.state import Json, State
    from benchmarks.fairness.world import World

_LISTEN: Final = "0A"
_ESTABLISHED: Final = "01"
_ANYWHERE: Final = "00000000"
_FLASK: Final = {"server": "Werkzeug/3.1.9 Python/3.11.2"}
_NOBODY: Final = (
    "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n"
)
_PAGE: Final = (
    '<!doctype html>\n<html lang="fr">\n<meta charset="utf-8">\n<title>Todos</title>\n<h1>Todos</h1>\n'
    '<p role="alert">{}</p>\n\n</html>'
)


@dataclass(frozen=True)
class Link:
    """One container that needs another: by the address in a variable, or by the name of a service."""

    client: str
    servers: tuple[str, ...]
    variable: str = ""
    port: int = 0
    """The one on which the server of a variable listens."""
    is_of_the_lab: bool = True
    """False if what the client answers without its server is not known."""


@dataclass
class Programs:
    """The programs of a machine: on which ports they listen, and which other ones they need."""

    listening: dict[str, set[int]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    def is_cut(self, link: Link, world: World) -> bool:
        """True if the client does not reach any of its servers."""
        return not self.reached(link, world)

    def reached(self, link: Link, world: World) -> list[str]:
        """The servers that the client reaches."""
        if not link.variable:
            return [one for one in link.servers if world.is_up(one) and _meet(world, link.client, one)]
        if link.client not in world.docs:
            return []
        variables = dict(entry.partition("=")[::2] for entry in world.docs[link.client]["Config"].get("Env") or [])
        target = world.target(link.client, variables.get(link.variable, ""), 27017 if link.variable == "MONGO" else 80)
        return [target.slot] if target in {Target(one, link.port) for one in link.servers} else []


def programs_of(state: State) -> Programs:
    """The programs of a recorded right answer."""
    found = Programs(_listening(state))
    spec = state.spec
    if todos := spec.get("todos"):
        [app, api, mongo] = (state.role(one) for one in ("app", "api", "mongo"))
        ports = spec["containers"]
        found.links = [
            _link(state, app, api, todos["api_variable"], ports["api"]["port"]),
            _link(state, api, mongo, todos["mongo_variable"], ports["mongo"]["port"]),
        ]
    elif "replicas" in spec.get("compose", {}):
        lb = state.role("lb")
        found.links = [Link(lb, tuple(state.role_slots("web")), is_of_the_lab=_runs(state, lb, "haproxy"))]
    elif "services" in spec:
        tasks = tuple(state.role_slots("web"))
        services = state.service_slots()
        found.links = [Link(f"service {name}", tuple(slots)) for name, slots in services.items()]
        others = [one for one in dict.fromkeys(state.slots.values()) if one not in tasks]
        doors = [one for one in others if _publishes(state, one, state.port("web"))]
        doors += [one for slots in services.values() for one in slots if one not in tasks]
        found.links += [Link(one, tasks, is_of_the_lab=_runs(state, one, "haproxy")) for one in dict.fromkeys(doors)]
    return found


def _link(state: State, client: str, server: str, variable: str, port: int) -> Link:
    """A program that does not have the variable knows its server in another way."""
    known = {entry.partition("=")[0] for entry in state.doc(client)["Config"].get("Env") or []}
    return Link(client, (server,), variable if variable in known else "", port, _answers_as(state, client, "Werkzeug"))


def answer_without(link: Link, value: str, status: int, method: str, path: str) -> Json:
    """What the client of a link answers without its server. `status`: what the server answered, if it did."""
    if link.variable == "MONGO":
        error = {"error": f"the database does not answer on {value}"}
        return {"status": 503, "body": {"json": error}, "headers": _FLASK}
    if link.variable:
        behind = f"répond {status}" if status else "ne répond pas"
        text = _PAGE.format(html.escape(f"L’API {value} {behind}"))
        is_known = path == "/" or path.startswith("/delete/")
        return {"status": 502 if is_known else 404, "body": {"text": text}, "headers": _FLASK}
    return {"status": 503, "body": {"text": _NOBODY}}


def without_connections(frames: list[list[Any]], links: Iterable[Link], slot: str) -> list[list[Any]]:
    """`/proc/net/tcp` of a container without the connections of these links, at whichever end of them it is."""
    served = {one.port for one in links if slot in one.servers}
    asks = any(one.client == slot for one in links)
    listening = listening_ports(frames)

    def is_left(line: str) -> bool:
        fields = line.split()
        if fields[3:4] != [_ESTABLISHED]:
            return True
        own = int(fields[1].partition(":")[2], 16)
        return own not in served if own in listening else not asks

    return [
        [stream, "".join(line for line in text.splitlines(keepends=True) if is_left(line))] for stream, text in frames
    ]


def listening_ports(frames: list[list[Any]]) -> set[int]:
    """The ports in `/proc/net/tcp` that others can connect to."""
    found: set[int] = set()
    for _, text in frames:
        for line in text.splitlines():
            fields = line.split()
            if len(fields) > 3 and fields[3] == _LISTEN:
                address, _, port = fields[1].partition(":")
                if not address.endswith("7F"):
                    found.add(int(port, 16))
    return found


def has_connections(frames: list[list[Any]]) -> bool:
    """True if `/proc/net/tcp` shows an established connection."""
    return any(line.split()[3:4] == [_ESTABLISHED] for _, text in frames for line in text.splitlines())


def _listening(state: State) -> dict[str, set[int]]:
    """By slot: what was seen in its tables and what was answered; else what the image declares."""
    found: dict[str, set[int]] = {}
    for doc in state.bodies(r"/containers/\w+/json"):
        if doc.get("Id") in state.slots and "Config" in doc:
            declared = {int(port.partition("/")[0]) for port in doc["Config"].get("ExposedPorts") or {}}
            found.setdefault(state.slots[doc["Id"]], set()).update(declared)
    for one in state.exchanges:
        if one.get("to") and one["say"].get("type") != "no-answer":
            found.setdefault(one["to"].slot, set()).add(one["to"].port)
    return found


def _answers_as(state: State, slot: str, server: str) -> bool:
    said = [one["say"] for one in state.exchanges if one.get("to") and one["to"].slot == slot]
    return all(one.get("headers", {}).get("server", server).startswith(server) for one in said)


def _runs(state: State, slot: str, program: str) -> bool:
    return program in str(state.doc(slot)["Config"]["Image"])


def _publishes(state: State, slot: str, port: int) -> bool:
    return any(one[1] == port for doc in state.inspects(slot)[:1] for one in bindings_of(doc))


def _meet(world: World, client: str, server: str) -> bool:
    if client not in world.docs:  # the swarm itself
        return True
    mine, its = world.networks(client), world.networks(server)
    return any(name in its for name in mine if name != "bridge")
