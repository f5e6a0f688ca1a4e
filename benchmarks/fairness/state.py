"""A recorded machine whose answers can be edited, each thing in one place and everywhere at once."""

from __future__ import annotations

import json
import pickle
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from benchmarks.fairness.changes import Changes
from benchmarks.fairness.listing import list_fields
from benchmarks.fairness.programs import Programs, programs_of
from benchmarks.fairness.world import World
from tests.replays.stored_recording import Header, read_stored
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json: TypeAlias = dict[str, Any]

_OF_CONTAINER: Final = re.compile(r"/containers/([0-9a-f]{64})(?:/(\w+))?")
_SERVICE: Final = "com.docker.compose.service"
_ONE_OFF: Final = "com.docker.compose.oneoff"
_PLACE: Final = (_SERVICE, "com.docker.compose.project", "com.docker.compose.container-number", _ONE_OFF)
_TASK: Final = "com.docker.swarm.service.name"


class NotApplicableError(LookupError):
    """The operator does not apply to this machine, or its answers would change in a way that cannot be derived."""


@dataclass
class State:
    """A machine as a recording has it. A container keeps its `slot`, its recorded name, whatever it is called later."""

    header: Header
    exchanges: list[Json]
    """See `tests.replays.document`."""
    slots: dict[str, str]
    """Container id to slot: one that was created again has a new id and the same slot."""
    own_addresses: frozenset[str] = frozenset()
    """Addresses of the machine itself, as right answers use them."""
    programs: Programs = field(default_factory=Programs)
    operators: tuple[str, ...] = ()
    """What was done to it."""
    files: dict[tuple[str, str], Json | None] = field(default_factory=dict)
    """What `docker cp` gives for a slot and a path, where an operator has changed it; `None` if it is missing."""
    changes: dict[str, list[Json]] = field(default_factory=dict)
    """What `docker diff` gives for a slot, where an operator has changed it."""
    logs: dict[str, list[list[Any]]] = field(default_factory=dict)
    """The log of a slot, where an operator has changed it."""
    events: dict[str, list[Json]] = field(default_factory=dict)
    """The events of a slot, where an operator has changed them."""
    folders: dict[str, list[str] | None] = field(default_factory=dict)
    """The names in a folder of the machine, where an operator has changed it; `None` if it does not exist."""
    pages: dict[str, dict[str, Json]] = field(default_factory=dict)
    """The pages of a slot by path, where an operator has changed what it serves: it has no others."""

    @property
    def exercise(self) -> str:
        return self.header.name.partition("/")[0]

    @property
    def spec(self) -> Json:
        """The exercise spec, as it is written."""
        text = self.header.spec or (ROOT / "exercises" / self.exercise / "exercise.toml").read_text(encoding="utf-8")
        return _parsed(text)

    def copy(self) -> State:
        copied: State = pickle.loads(pickle.dumps(self))  # noqa: S301 - our own, and five times as fast as deepcopy
        return copied

    def port(self, role: str) -> int:
        """The port of the machine that a role is to be published on."""
        wanted = self.spec["ports"][role]
        first = int(self.header.ports.partition("-")[0] or 0)
        return int(first + wanted["offset"] if first else wanted["port"])

    def answers(self, pattern: str) -> Iterator[Json]:
        """The exchanges that ask the engine for a path that matches `pattern` and were answered with JSON."""
        for one in self.exchanges:
            ask = one["ask"]
            is_read = ask["type"] == "engine" and ask.get("method", "GET") == "GET"
            if is_read and re.fullmatch(pattern, ask["path"]) and "json" in one["say"].get("body", {}):
                yield one

    def bodies(self, pattern: str) -> Iterator[Any]:
        for one in self.answers(pattern):
            yield one["say"]["body"]["json"]

    def inspects(self, slot: str) -> list[Json]:
        """Every `docker inspect` of the container, in the order of time."""
        found = self.bodies(r"/containers/\w+/json")
        return [one for one in found if isinstance(one, dict) and self.slots.get(one.get("Id", "")) == slot]

    def entries(self, slot: str) -> list[Json]:
        """Every line of `docker ps --all` about the container."""
        return [one for listed in self.bodies("/containers/json") for one in listed if self.slots[one["Id"]] == slot]

    def doc(self, slot: str) -> Json:
        """The container's first `docker inspect`. Raises `NotApplicableError` if it was never inspected."""
        found = self.inspects(slot)
        if not found:
            raise NotApplicableError(f"{slot} was not inspected")
        return found[0]

    def role(self, role: str) -> str:
        """The slot of the one container of a role."""
        found = self.role_slots(role)
        if len(found) != 1:
            raise NotApplicableError(f"{role}: {found}")
        return found[0]

    def role_slots(self, role: str) -> list[str]:
        """The slots of a role's containers: by name, by Compose's service, by the swarm's."""
        spec = self.spec
        name = spec.get("containers", {}).get(role, {}).get("name", "")
        service = spec.get("compose", {}).get("services", {}).get(role, "") or name
        task = spec.get("services", {}).get(role, {}).get("name", "")
        found: dict[str, None] = {}
        for id_, labels in self._labels():
            slot = self.slots[id_]
            is_task = task and labels.get(_TASK, "").rpartition("_")[2] == task
            is_service = service and labels.get(_SERVICE) == service and labels.get(_ONE_OFF) != "True"
            if slot in {name, service} or is_service or is_task:
                found[slot] = None
        return list(found)

    def service_slots(self) -> dict[str, list[str]]:
        """The slots of each swarm service's tasks."""
        found: dict[str, dict[str, None]] = {}
        for id_, labels in self._labels():
            if labels.get(_TASK):
                found.setdefault(labels[_TASK], {})[self.slots[id_]] = None
        return {name: list(slots) for name, slots in found.items()}

    def _labels(self) -> Iterator[tuple[str, dict[str, str]]]:
        """The id and the labels of every container that is listed or inspected."""
        for listed in self.bodies("/containers/json"):
            yield from ((one["Id"], one.get("Labels") or {}) for one in listed)
        for doc in self.bodies(r"/containers/\w+/json"):
            if doc.get("Id") in self.slots:
                yield doc["Id"], doc["Config"].get("Labels") or {}

    def edit(self, slot: str, change: Callable[[Json], None]) -> None:
        """Changes the container in every `docker inspect`, and whatever follows from that in the lists."""
        docs = self.inspects(slot)
        if not docs:
            raise NotApplicableError(f"{slot} was not inspected")
        changed: Json = {}
        for doc in docs:
            before = pickle.loads(pickle.dumps(list_fields(doc)))  # noqa: S301
            change(doc)
            after = list_fields(doc)
            changed = {key: value for key, value in after.items() if value != before[key]} or changed
        for entry in self.entries(slot):
            entry.update(pickle.loads(pickle.dumps(changed)))  # noqa: S301

    def remove(self, slot: str) -> None:
        """Removes the container from the machine."""
        for listed in self.bodies("/containers/json"):
            listed[:] = [one for one in listed if self.slots[one["Id"]] != slot]
        gone = [one for one, its in self.slots.items() if its == slot]
        self.exchanges = [one for one in self.exchanges if not any(id_ in json.dumps(one["ask"]) for id_ in gone)]
        for id_ in gone:
            del self.slots[id_]

    def networks(self) -> list[list[Json]]:
        """Every answer to `docker network ls`."""
        return list(self.bodies("/networks"))


@cache
def _parsed(text: str) -> Json:
    return tomllib.loads(text)


def key_of(document: Json) -> str:
    """A question as a text that is the same for the same question."""
    return json.dumps(document, sort_keys=True)


@cache
def _recorded(name: str) -> bytes:
    kept = read_stored(name)
    slots: dict[str, str] = {}
    places: dict[tuple[str, ...], str] = {}
    for one in kept.exchanges:
        body = one["say"].get("body", {}).get("json")
        if one["ask"].get("path") == "/containers/json":
            found = [(entry["Id"], _own_name(entry["Names"]), entry.get("Labels") or {}) for entry in body or []]
        elif isinstance(body, dict) and "HostConfig" in body and "Name" in body:
            found = [(body["Id"], body["Name"].lstrip("/"), body["Config"].get("Labels") or {})]
        else:
            continue
        for id_, own, labels in found:
            place = tuple(labels.get(label, "") for label in _PLACE)
            slots.setdefault(id_, places.setdefault(place, own) if place[0] else own)
    state = State(kept.header, kept.exchanges, slots)
    world = World(state)
    state.own_addresses = frozenset(world.added_addresses())
    for one in kept.exchanges:
        if one["ask"]["type"] == "http":
            one["to"] = world.at_port(one["ask"]["port"], one["ask"].get("host", ""), float(one["at"]))
        one["key"] = key_of(one["ask"])
    state.programs = programs_of(state)
    if state.exercise != "tp1":
        _let_it_settle(state)
    return pickle.dumps(state)


def read_state(name: str) -> State:
    """The machine of a recording, unchanged."""
    read: State = pickle.loads(_recorded(name))  # noqa: S301
    return read


def _let_it_settle(state: State) -> None:
    """Has everything that ran when the grading began run for an hour: then nothing is still starting."""
    for doc in state.bodies(r"/containers/\w+/json"):
        if doc.get("State", {}).get("Status") == "running":
            doc["State"]["StartedAt"] = _an_hour_ago(doc["State"]["StartedAt"])
    until = Changes(state.exchanges).first
    settled = {str(one["ask"]): one["say"] for one in state.answers("/tasks") if one["at"] < until}
    for one in state.answers("/tasks"):
        if one["at"] < until:
            one["say"] = settled[str(one["ask"])]
        for task in one["say"]["body"]["json"]:
            if task["Status"]["State"] == "running":
                task["Status"]["Timestamp"] = _an_hour_ago(task["Status"]["Timestamp"])


def _an_hour_ago(moment: str) -> str:
    return re.sub(r"T11:(?=5\d:)", "T10:", moment)


def container_of(path: str) -> tuple[str, str]:
    """The id and the rest of `/containers/<id>/<rest>`; two empty texts for another path."""
    found = _OF_CONTAINER.fullmatch(path)
    return (found[1], found[2] or "") if found else ("", "")


def _own_name(names: list[str] | None) -> str:
    bare = [name.lstrip("/") for name in names or []]
    return next((name for name in bare if "/" not in name), "")
