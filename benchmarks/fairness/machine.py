"""Answers a check's questions from an edited recording: consistently, or not at all."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Final

from benchmarks.fairness.borrowed import borrow
from benchmarks.fairness.changes import Changes, copy_queues
from benchmarks.fairness.compose_files import write_compose_file
from benchmarks.fairness.executions import Executions
from benchmarks.fairness.hosts import hosts_file
from benchmarks.fairness.sites import Sites
from benchmarks.fairness.state import container_of, key_of
from benchmarks.fairness.world import World
from grader.errors import ProbeFailed
from grader.machine.question import (
    Answer,
    ComposeQuestion,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NoAnswer,
    NonceQuestion,
    WaitQuestion,
)
from grader.machine.transport.engine_version import EngineVersion
from grader.machine.transport.interface import TransportFacts
from tests.replays.document import from_document, question_document
from tests.replays.timestamps import EPOCH

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json, State
    from grader.machine.question import Question

_RENEWAL: Final = re.compile(r"/containers/(create|[0-9a-f]{64}/(?:start|stop|rename))")


class ChangedMachine:
    """A transport. `missing` names the first question whose answer is neither recorded nor follows from the rest."""

    facts = TransportFacts("unix:///var/run/docker.sock")

    def __init__(self, state: State) -> None:
        self.state = state
        self.world = World(state)
        self.missing = ""
        self._clock = 0.0
        self._changes = Changes(state.exchanges)
        self._recorded: dict[str, deque[Json]] = defaultdict(deque)
        for one in state.exchanges:
            self._recorded[one.get("key") or key_of(one["ask"])].append(one)
        self._sites = Sites(state, self.world, self._changes)
        self._executions = Executions(state, self.world, self._sites, self._changes)

    def unasked(self) -> ChangedMachine:
        """The same machine, of which nothing has been asked yet. This one must be such a machine, too."""
        machine = copy.copy(self)
        machine._changes = copy.copy(self._changes)
        machine._recorded = copy_queues(self._recorded)
        machine._sites = self._sites.unasked(machine._changes)
        machine._executions = self._executions.unasked(machine._sites, machine._changes)
        return machine

    def ask(self, question: Question) -> Answer | NoAnswer:
        """Raises `ProbeFailed` if the answer is not known."""
        document = question_document(question)
        try:
            said = self._answer(question, document)
        except LookupError:
            self.missing = self.missing or json.dumps(document)[:200]
            raise ProbeFailed("not-recorded", asked=json.dumps(document)[:120]) from None
        if isinstance(question, EngineQuestion):
            said = {"at": float(EPOCH + int(self._clock))} | said
        answer = from_document({"ask": document, "at": self._clock, "say": said}).answer
        assert isinstance(answer, Answer | NoAnswer)
        return answer

    def version(self) -> EngineVersion:
        engine = self.state.header.engine
        return EngineVersion(
            {
                "Version": engine["version"],
                "ApiVersion": engine["api"],
                "MinAPIVersion": engine["oldest_api"],
                "Components": [{"Name": engine["product"]}],
            }
        )

    def now(self) -> float:
        return self._clock

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self, question: Question, document: Json) -> Json:
        """Raises `LookupError` if it is not known."""
        match question:
            case HttpQuestion():
                return self._at(self._sites.answer(document))
            case NonceQuestion():
                return self._next(document) or {"body": {"text": "0-0000000000000000"}}
            case WaitQuestion():
                waited = self._next(document)
                self._clock += 0 if waited else question.seconds
                return waited or {"status": 404}
            case FileQuestion():
                return self._file(document)
            case ComposeQuestion():
                recorded = self._next(document)
                return write_compose_file(self.world, question) if recorded is None else recorded
            case EngineQuestion():
                return self._engine(question, document)

    def _engine(self, question: EngineQuestion, document: Json) -> Json:
        if question.path == "/events" and self._events_of(question) in self.state.events:
            return {"body": {"lines": self.state.events[self._events_of(question)]}}
        id_, rest = container_of(question.path)
        slot = self.state.slots.get(id_, "")
        if question.path.startswith("/exec/") or rest == "exec":
            return self._at(self._executions.answer(question, slot))
        if slot and question.method == "GET":
            found = self._of_container(question, slot, rest)
            if found is not None:
                return found
        recorded = self._next(document) or (self._renewal(question) if question.method == "POST" else None)
        if recorded is not None:
            return recorded
        if question.method != "GET":
            raise LookupError
        return self._derived(question, slot, rest)

    def _of_container(self, question: EngineQuestion, slot: str, rest: str) -> Json | None:  # noqa: PLR0911 - a case each
        """What an operator has changed of a container, besides `docker inspect`; and its log."""
        state = self.state
        match rest:
            case "logs":
                return self._at(self._sites.log(slot))
            case "stats":
                return self._sites.received(slot)
            case "changes" if slot in state.changes:
                return {"body": {"json": state.changes[slot]}}
            case "archive" if (place := (slot, dict(question.query)["path"])) in state.files:
                return state.files[place] or {"status": 404, "body": {"json": {"message": "Could not find the file"}}}
            case "top" if question.query and question.query[0][1].startswith("-eLo"):
                return {"body": {"json": {"Titles": ["PID", "STAT"], "Processes": [["1", "Ssl"]]}}}
            case "top" if not self.world.is_up(slot):
                return {"status": 409, "body": {"json": {"message": f"Container {slot} is not running"}}}
        return None

    def _derived(self, question: EngineQuestion, slot: str, rest: str) -> Json:  # noqa: C901, PLR0911 - a case per path
        state = self.state
        match question.path.strip("/").split("/"):
            case ["containers", "json"]:
                return {"body": {"json": []}}
            case ["containers", id_, "json"] if slot:
                return {"body": {"json": next(one for one in state.inspects(slot) if one["Id"] == id_)}}
            case ["containers", _, "json"]:
                return {"status": 404, "body": {"json": {"message": "No such container"}}}
            case ["events"]:
                return self._events(question)
            case ["info"] if "services" not in state.spec:
                return {"body": {"json": {"Name": "stage", "Swarm": {"LocalNodeState": "inactive"}}}}
            case ["images", *_]:
                return borrow(state, question)
            case ["containers", _, "archive"] if slot and question.query == (("path", "/etc/hosts"),):
                return hosts_file(state.doc(slot))
            case ["networks"]:
                return borrow(state, question)
            case ["volumes", name]:
                return _volume(state, name)
        if slot and rest in {"changes", "archive"}:
            return borrow(state, question)
        raise LookupError

    def _events_of(self, question: EngineQuestion) -> str:
        [id_] = json.loads(dict(question.query)["filters"])["container"]
        return self.state.slots[id_]

    def _events(self, question: EngineQuestion) -> Json:
        [id_] = json.loads(dict(question.query)["filters"])["container"]
        for one in self.state.exchanges:
            if one["ask"].get("path") == "/events" and id_ in json.dumps(one["ask"]):
                return dict(one["say"])
        raise LookupError

    def _file(self, document: Json) -> Json:
        folder, _, _name = document["path"].rpartition("/")
        folders = self.state.folders
        if document["operation"] == "list" and document["path"] in folders:
            names = folders[document["path"]]
            return {"status": 404} if names is None else {"body": {"text": "".join(f"{one}\n" for one in names)}}
        if document["operation"] in {"write", "remove"} and folder in folders:
            return {"status": 404 if folders[folder] is None else 200}
        recorded = self._next(document)
        return self._derived_file(document) if recorded is None else recorded

    def _derived_file(self, document: Json) -> Json:
        path = document["path"]
        match document["operation"]:
            case "identify" if path.startswith("~/"):
                return {"status": 404}  # it is not the student's account that grades
            case "identify" if path in self._folders():
                return {"body": {"text": f"65024:{int(hashlib.sha256(path.encode()).hexdigest()[:6], 16)}\n{path}"}}
            case "identify" if self.state.folders.get(path, []) is None:
                return {"status": 404}
            case "read":
                found = self._kernel_table(path) or self.world.mounted_file(path)
                if found:
                    return found
            case "list" if self.world.mounted_file(path):
                return {"status": 404}  # it is not a folder
        raise LookupError

    def _folders(self) -> set[str]:
        """The folders of the machine that are there for certain: what is mounted, and what an operator has made."""
        mounts = [one for doc in self.world.docs.values() for one in doc.get("Mounts") or []]
        made = {path for path, names in self.state.folders.items() if names is not None}
        return made | {one["Source"] for one in mounts if one["Type"] == "bind"} - self.state.folders.keys()

    def _kernel_table(self, path: str) -> Json | None:
        """The machine's addresses, as far as they are known."""
        if path == "/proc/net/fib_trie":
            lines = [f"  |-- {one}\n     /32 host LOCAL\n" for one in ("127.0.0.1", *self.world.gateways())]
            return {"body": {"text": "Main:\n" + "".join(lines)}}
        return {"body": {"text": "0" * 31 + "1 01 80 10 80 lo\n"}} if path == "/proc/net/if_inet6" else None

    def _renewal(self, question: EngineQuestion) -> Json | None:
        """The engine's answer to a request that creates a container again: the same, whatever its settings are."""
        if question.path.startswith("/networks/") and question.path.endswith("/connect"):
            return {"status": 200}
        if _RENEWAL.fullmatch(question.path) and dict(question.query).get("name"):
            for one in self.state.exchanges:
                ask = one["ask"]
                if ask.get("path") == question.path and ask.get("method") == "POST":
                    return dict(one["say"])
        return None

    def _next(self, document: Json) -> Json | None:
        """The next recorded answer; the last one stays, except for waits."""
        queue = self._recorded.get(key_of(document))
        if not queue:
            return None
        one = self._changes.next_of(queue, is_used_up=document["type"] == "wait")
        self._changes.note(one)
        self._clock = max(self._clock, float(one["at"]))
        return dict(one["say"])

    def _at(self, answered: tuple[float, Json]) -> Json:
        at, said = answered
        self._clock = max(self._clock, at)
        return dict(said)


def _volume(state: State, name: str) -> Json:
    """`docker volume inspect`, of a volume without options."""
    for doc in state.bodies(r"/containers/\w+/json"):
        for mount in doc.get("Mounts") or []:
            if mount.get("Name") == name:
                own = {"Name": name, "Driver": "local", "Mountpoint": mount["Source"], "Scope": "local"}
                return {"body": {"json": own | {"Options": None, "Labels": None}}}
    raise LookupError


def ask_engine(machine: ChangedMachine, path: str, **query: str) -> Any:
    """What the engine answers to `GET path`, decoded; `None` for an error."""
    answer = machine.ask(EngineQuestion(path, tuple(sorted(query.items()))))
    assert isinstance(answer, Answer)
    return json.loads(answer.body) if answer.status == 200 else None
