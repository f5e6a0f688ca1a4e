"""A machine made of containers, images and networks that a test describes, and how a test asks for a diagnosis."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.machine.machine import Machine
from grader.machine.question import (
    Answer,
    ComposeQuestion,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NoAnswer,
    NonceQuestion,
)
from tests.checks.fake_engine_json import File, archive, fake_container, proc_net
from tests.scripted_machine import DOCKER_26, NOW, ScriptedAnswers, exercise_spec, multiplexed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.machine.question import Question
    from grader.roster.ports import PortRange
    from tests.checks.fake_engine_json import FakeContainer
    from tests.scripted_machine import Version

    Site = Callable[[HttpQuestion], Answer | NoAnswer]


class FakeMachine(ScriptedAnswers):
    """Answers from its containers and whatever else is set on it; an entry of `table` comes before all of that.

    Its clock moves only by waits; `schedule` changes something once it has reached a time.
    """

    def __init__(self, *boxes: FakeContainer, version: Version = DOCKER_26, host: str = "") -> None:
        super().__init__(version=version, host=host)
        self.fake_containers = list(boxes)
        self.images: list[dict[str, Any]] = []
        self.networks: list[dict[str, Any]] = []
        self.services: list[dict[str, Any]] = []
        self.volumes: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self.image_events: list[dict[str, Any]] = []
        self.info: dict[str, Any] = {}
        """`docker info`."""
        self.sites: dict[int | str, Site | Answer | NoAnswer] = {}
        """By port, or by `host:port`; for any other, the connection is refused."""
        self.disk: dict[str, Answer | NoAnswer | bytes] = {}
        """The machine's own files, by path; a folder has one name per line. Any other path is not accessible.

        `identify /path` gives what `identify` answers.
        """
        self.compose: dict[str, Answer | NoAnswer | Callable[[], Answer]] = {}
        self._later: list[tuple[float, Callable[[], object]]] = []
        self._given: dict[str, int] = {}
        self._commands: dict[str, tuple[FakeContainer, str]] = {}

    def as_machine(
        self, *, own_ports: PortRange | None = None, passive: bool = False, disposable: bool = False, **spec: Any
    ) -> Machine:
        """The machine as a check sees it, with an exercise of these tables."""
        return Machine(self, exercise_spec(**spec), ports=own_ports, passive=passive, disposable=disposable)

    def schedule(self, seconds: float, change: Callable[[], object]) -> None:
        self._later.append((seconds, change))

    def find_fake_container(self, reference: str) -> FakeContainer | None:
        return next((one for one in self.fake_containers if reference in {one.id, one.name}), None)

    def ask(self, question: Question) -> Answer | NoAnswer:
        for entry in [one for one in self._later if one[0] <= self.total_wait_s]:
            self._later.remove(entry)
            entry[1]()
        made = None if self._entry(question) is not None else self._made(question)
        if made is None:
            return super().ask(question)
        self.questions.append(question)
        return made

    def changes_requested(self) -> list[str]:
        """What was asked of the engine that changes something, without execs."""
        return [
            f"{one.method} {one.path}"
            for one in self.questions
            if isinstance(one, EngineQuestion) and one.method != "GET" and "/exec" not in one.path
        ]

    def _made(self, question: Question) -> Answer | NoAnswer | None:  # noqa: PLR0911 - one case per kind
        match question:
            case EngineQuestion():
                return self._engine(question)
            case HttpQuestion():
                site = self.sites.get(f"{question.host}:{question.port}", self.sites.get(question.port))
                if site is None:
                    return NoAnswer("refused", "Connection refused")
                return site if isinstance(site, Answer | NoAnswer) else site(question)
            case FileQuestion():
                return self._file(question)
            case ComposeQuestion():
                told = self.compose.get(question.verb, NoAnswer("not-at-hand", "no compose"))
                return told if isinstance(told, Answer | NoAnswer) else told()
            case NonceQuestion():
                return Answer(body=self._nonce(question.purpose.partition(" ")[0]).encode())
        return None

    def _nonce(self, purpose: str) -> str:
        """`nonce-todo` the first time, then `nonce-todo-2`: no two are the same."""
        self._given[purpose] = self._given.get(purpose, 0) + 1
        return f"nonce-{purpose}" + (f"-{self._given[purpose]}" if self._given[purpose] > 1 else "")

    def _file(self, question: FileQuestion) -> Answer | NoAnswer:
        folder, _, name = question.path.rpartition("/")
        told = self.disk.get(f"identify {question.path}" if question.operation == "identify" else question.path)
        match question.operation:
            case "write" if folder in self.disk:
                self.disk[question.path] = question.body
                return Answer()
            case "remove":
                return Answer(200 if self.disk.pop(question.path, None) is not None else 404)
        if told is None:
            return NoAnswer("not-at-hand", name)
        return told if isinstance(told, Answer | NoAnswer) else Answer(200, told)

    def _json(self, value: Any, status: int = 200) -> Answer:
        return Answer(status, json.dumps(value).encode(), at=float(int(NOW + self.total_wait_s)))

    def _engine(self, question: EngineQuestion) -> Answer | None:  # noqa: C901, PLR0911, PLR0912 - one case per call
        query = dict(question.query)
        match question.method, question.path.strip("/").split("/"):
            case "GET", ["containers", "json"]:
                return self._json([_listed(one) for one in self.fake_containers])
            case "GET", ["images", "json"]:
                return self._json(self.images)
            case "GET", ["images", *name, "json"]:
                found = self._image("/".join(name))
                return self._json(found) if found else Answer(404)
            case "GET", ["images", *name, "history"]:
                found = self._image("/".join(name))
                return self._json(found.get("history", [])) if found else Answer(404)
            case "GET", ["networks"]:
                return self._json(self.networks)
            case "GET", ["services"]:
                return self._json(self.services)
            case "GET", ["tasks"]:
                return self._json(self.tasks)
            case "GET", ["volumes"]:
                return self._json({"Volumes": self.volumes})
            case "GET", ["version"]:
                return self._json({})
            case "GET", ["info"]:
                return self._json(self.info)
            case "GET", ["events"]:
                wanted = json.loads(query["filters"]).get("container")
                events = [event for box in self.fake_containers if wanted and box.id in wanted for event in box.events]
                told = events if wanted else self.image_events
                return Answer(200, b"\n".join(json.dumps(one).encode() for one in told))
            case "POST", ["exec", exec_id, "start"]:
                code, out = self._run(exec_id)
                return Answer(200, multiplexed(out)) if code >= 0 else Answer(400, out)
            case "GET", ["exec", exec_id, "json"]:
                return self._json({"ExitCode": self._run(exec_id)[0]})
            case "POST", ["containers", "create"]:
                self.fake_containers.append(_created(query["name"], json.loads(question.body)))
                return self._json({"Id": "new-id"}, 201)
            case "POST", ["networks", network, "connect"]:
                joining = json.loads(question.body)
                box = self.find_fake_container(joining["Container"])
                assert box, "the engine knows whom to join"
                box.raw["NetworkSettings"]["Networks"][network] = joining["EndpointConfig"]
                return Answer(200)
            case method, ["containers", reference, *call]:
                found_box = self.find_fake_container(reference)
                return self._container(method, found_box, "/".join(call), question) if found_box else Answer(404)
        return None

    def _image(self, reference: str) -> dict[str, Any] | None:
        full = reference if ":" in reference.rpartition("/")[2] else f"{reference}:latest"
        return next((one for one in self.images if reference == one["Id"] or full in one["RepoTags"]), None)

    def _container(self, method: str, box: FakeContainer, call: str, question: EngineQuestion) -> Answer | None:  # noqa: C901, PLR0911, PLR0912
        query = dict(question.query)
        match method, call:
            case "GET", "json":
                return self._json(box.raw)
            case "GET", "logs":
                return Answer(200, multiplexed(box.log)) if box.log is not None else Answer(500)
            case "GET", "changes":
                return self._json([{"Path": path, "Kind": kind} for path, kind in box.changes.items()])
            case "GET", "archive":
                file = box.files.get(query["path"])
                return Answer(200, archive(query["path"], file)) if file else Answer(404)
            case "HEAD", "archive":
                file = box.files.get(query["path"])
                stat = base64.b64encode(json.dumps({"size": len(file.content)}).encode()).decode() if file else ""
                return Answer(200 if file else 404, headers={"x-docker-container-path-stat": stat} if file else {})
            case "GET", "stats":
                networks = {"eth0": {"rx_bytes": box.received}} if box.received is not None else None
                cpu = {"cpu_usage": {"total_usage": int(box.processor_s * 1e9)}}
                return self._json({"networks": networks, "cpu_stats": cpu})
            case "GET", "top":
                return self._json(box.top) if box.top else Answer(500)
            case "POST", "exec":
                if box.raw["State"]["Status"] != "running":
                    return Answer(409)
                exec_id = f"exec{len(self._commands)}"
                self._commands[exec_id] = (box, " ".join(json.loads(question.body)["Cmd"]))
                return self._json({"Id": exec_id}, 201)
            case "POST", "kill" | "stop":
                box.set_state("exited")
                return Answer(204)
            case "POST", "start":
                box.set_state("running")
                return Answer(204)
            case "POST", "rename":
                box.raw["Name"] = f"/{query['name']}"
                return Answer(204)
            case "DELETE", "":
                self.fake_containers.remove(box)
                return Answer(204)
            case "PUT", "archive":
                return Answer(200)
        return None

    def _run(self, exec_id: str) -> tuple[int, bytes]:
        box, typed = self._commands[exec_id]
        if typed.startswith("cat /proc/net/tcp") and box.listens is not None:
            return 0, proc_net(box.listens, box.connected)
        return next((told for begin, told in box.commands.items() if typed.startswith(begin)), (127, b""))


def _created(name: str, body: dict[str, Any]) -> FakeContainer:
    """A container that was created from this body, and never started."""
    box = fake_container(name, state="created")
    box.raw |= {"Id": "new-id", "Image": body.get("Image", ""), "HostConfig": body["HostConfig"]}
    box.raw["Config"] = {key: value for key, value in body.items() if key not in {"HostConfig", "NetworkingConfig"}}
    box.raw["NetworkSettings"] = {"Networks": dict(body["NetworkingConfig"]["EndpointsConfig"])}
    return box


def _listed(box: FakeContainer) -> dict[str, Any]:
    """Its line of `docker ps --all`."""
    raw = box.raw
    return {
        "Id": raw["Id"],
        "Names": [raw["Name"]],
        "Image": raw["Config"].get("Image", ""),
        "State": raw["State"]["Status"],
        "Labels": raw["Config"].get("Labels"),
        "NetworkSettings": {"Networks": raw["NetworkSettings"].get("Networks")},
        "Ports": [
            {
                "PrivatePort": int(inside.partition("/")[0]),
                "PublicPort": int(one["HostPort"] or 0),
                "Type": inside.partition("/")[2],
            }
            for inside, bindings in (raw["NetworkSettings"].get("Ports") or {}).items()
            for one in bindings or ()
        ],
    }


def serves(
    box: FakeContainer,
    body: bytes | Callable[[HttpQuestion], Answer] = b"",
    status: int = 200,
    *,
    logs: bool = True,
    **headers: str,
) -> Site:
    """A site that the container answers: it logs the request or, if it counts bytes, counts them."""

    def answer(question: HttpQuestion) -> Answer:
        if logs and box.log is not None:
            box.log += f"GET {question.path}\n".encode()
        if box.received is not None:
            box.received += len(question.path)
        return body(question) if callable(body) else Answer(status, body, headers=headers)

    return answer


@contextmanager
def fails_with(code: str, **values: object) -> Iterator[list[CheckFailed]]:
    """The block raises `CheckFailed` with that code and these values; the error is in the list that it yields."""
    found: list[CheckFailed] = []
    with pytest.raises(CheckFailed) as caught:
        yield found
    found.append(caught.value)
    seen = caught.value.values
    assert caught.value.code == code, caught.value
    assert {name: seen.get(name) for name in values} == {name: str(value) for name, value in values.items()}


@contextmanager
def raises_probe_failed(code: str, **values: str) -> Iterator[None]:
    """The block raises `ProbeFailed` with that code: it is not the student's failure."""
    with pytest.raises(ProbeFailed) as caught:
        yield
    assert caught.value.code == code, caught.value
    assert values.items() <= caught.value.values.items(), caught.value


def folder(*names: str) -> File:
    return File(entries=names)
