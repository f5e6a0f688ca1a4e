"""Commands inside containers: `docker exec` is three questions, which belong together."""

from __future__ import annotations

import copy
import json
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Final

from benchmarks.fairness.changes import copy_queues
from benchmarks.fairness.programs import has_connections, listening_ports, without_connections
from benchmarks.fairness.state import container_of

if TYPE_CHECKING:
    from benchmarks.fairness.changes import Changes
    from benchmarks.fairness.sites import Sites
    from benchmarks.fairness.state import Json, State
    from benchmarks.fairness.world import World
    from grader.machine.question import EngineQuestion

_TABLES: Final = ["cat", "/proc/net/tcp", "/proc/net/tcp6"]
_HEAD: Final = "sl local_address rem_address st\n"


def _execution(at: float) -> Json:
    return {"at": at, "output": {}, "end": {"body": {"json": {"ExitCode": 0, "Running": False}}}}


class Executions:
    def __init__(self, state: State, world: World, sites: Sites, changes: Changes) -> None:
        self._state = state
        self._world = world
        self._sites = sites
        self._changes = changes
        self._recorded: dict[tuple[str, str], deque[Json]] = defaultdict(deque)
        self._running: dict[str, Json] = {}
        by_id: dict[str, Json] = {}
        for one in state.exchanges:
            self._read(one, by_id)
        for queue in self._recorded.values():
            _drop_unready(queue, changes.first)

    def unasked(self, sites: Sites, changes: Changes) -> Executions:
        """The same, of which nothing has been asked yet."""
        executions = copy.copy(self)
        executions._sites, executions._changes = sites, changes
        executions._recorded, executions._running = copy_queues(self._recorded), {}
        return executions

    def answer(self, question: EngineQuestion, slot: str) -> tuple[float, Json]:
        """When it was recorded, and the answer. Raises `LookupError` if it is not known."""
        if not question.path.startswith("/exec/"):
            return self._create(slot, json.loads(question.body)["Cmd"])
        _, _, id_, verb = question.path.split("/")
        one = self._running[id_]
        return one["at"], one["output" if verb == "start" else "end"]

    def _create(self, slot: str, command: list[str]) -> tuple[float, Json]:
        if not self._world.is_up(slot):
            message = f"Container {slot} is not running"
            return 0, {"status": 409, "body": {"json": {"message": message}}}
        queue = self._recorded.get((slot, json.dumps(command)))
        if queue:
            one = self._changes.next_of(queue)
        elif command == _TABLES and slot in self._state.programs.listening:
            one = _execution(0)
            rows = "".join(
                f"0: 00000000:{port:04X} 00000000:0000 0A\n" for port in self._state.programs.listening[slot]
            )
            one["output"] = {"body": {"frames": [[1, _HEAD + rows]]}}
        elif command[:1] == ["cat"] and (file := self._world.mounted_file(command[-1], slot)):
            one = _execution(0)
            one["output"] = {"body": {"frames": [[1, file["body"]["text"]]]}}
        else:
            raise LookupError
        cut = [link for link in self._state.programs.links if self._sites.is_cut(link)] if command == _TABLES else []
        if cut:
            frames = without_connections(one["output"].get("body", {}).get("frames", []), cut, slot)
            one = one | {"output": {"body": {"frames": frames}}}
        id_ = f"{len(self._running):064x}"
        self._running[id_] = one
        return one["at"], {"status": 201, "body": {"json": {"Id": id_}}}

    def _read(self, one: Json, by_id: dict[str, Json]) -> None:
        ask, said = one["ask"], one["say"]
        path = ask.get("path", "")
        id_, rest = container_of(path)
        if rest == "exec" and "json" in said.get("body", {}):
            command = json.loads(ask["body"]["text"])["Cmd"]
            made = by_id[said["body"]["json"].get("Id", "")] = _execution(float(one["at"]))
            self._recorded[self._state.slots.get(id_, ""), json.dumps(command)].append(made)
        elif path.startswith("/exec/") and path.split("/")[2] in by_id:
            made = by_id[path.split("/")[2]]
            if path.endswith("/start"):
                made["output"] = said
            else:
                made["end"] = said


def _drop_unready(queue: deque[Json], until: float) -> None:
    """Removes what was seen before a program listened or was asked: how often a check looks depends on its way."""
    most = max(_readiness(one) for one in queue)
    kept = [one for one in queue if _readiness(one) == most or one["at"] > until]
    queue.clear()
    queue.extend(kept)


def _readiness(one: Json) -> tuple[int, bool]:
    """How many ports a recorded table shows, and whether it shows connections."""
    frames: list[list[Any]] = one["output"].get("body", {}).get("frames") or []
    if not frames or not str(frames[0][-1]).startswith(_HEAD[:10]):
        return 0, False
    return len(listening_ports(frames)), has_connections(frames)
