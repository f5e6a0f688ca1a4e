"""The engine's answers, as the oracle reads them. It uses nothing of the grader's probes and checks."""

from __future__ import annotations

import difflib
import io
import json
import re
import tarfile
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from grader.errors import ProbeFailed
from grader.machine.question import Answer, ComposeQuestion, EngineQuestion, FileQuestion, HttpQuestion, NoAnswer
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from benchmarks.fairness.machine import ChangedMachine
    from benchmarks.fairness.state import Json
    from grader.machine.question import Question

_SERVICE: Final = "com.docker.compose.service"
_PROJECT: Final = "com.docker.compose.project"
_ONE_OFF: Final = "com.docker.compose.oneoff"
_LOOPBACK: Final = ("127.", "::1", "::ffff:127.")
_LOOKS: Final = 8
RUNNING: Final = "running"


class Unclear(Exception):
    """The machine's answers do not say it."""


class Answers:
    """One look at the machine. Behaviour is asked for in the order in which the oracle asks."""

    def __init__(self, machine: ChangedMachine) -> None:
        self.state = machine.state
        self.spec = machine.state.spec
        self._machine = machine
        self.listed: list[Json] = self._json("/containers/json", ("all", "1")) or []
        self._docs: dict[str, Json | None] = {}

    def doc(self, id_: str) -> Json:
        """Raises `Unclear` if nobody has ever inspected the container."""
        if id_ not in self._docs:
            self._docs[id_] = self._json(f"/containers/{id_}/json")
        found = self._docs[id_]
        if found is None:
            raise Unclear(id_)
        return found

    def named(self, name: str) -> Json | None:
        """The container of that exact name."""
        for one in self.listed:
            if name in [known.lstrip("/") for known in one["Names"]]:
                return self.doc(one["Id"])
        return None

    def service(self, service: str) -> list[Json]:
        """The containers of a compose service in the project that is meant; not those of `docker compose run`."""
        among = self.in_project(self.project()) if "compose" in self.spec else self.listed
        found = [one for one in among if (one.get("Labels") or {}).get(_SERVICE) == service]
        return [self.doc(one["Id"]) for one in found if one["Labels"].get(_ONE_OFF) != "True"]

    def service_meant(self, role: str) -> list[Json]:
        """The containers of a role's compose service or, if it has another name, of the one that is meant.

        That is a service that the handout does not name, with nearly the same name, with the role's image, or published
        on the role's port.
        """
        service = self.spec.get("compose", {}).get("services", {}).get(role, "")
        exact = self.service(service)
        if exact or "compose" not in self.spec:
            return exact
        others = {
            str(labels[_SERVICE]): one
            for one in self.in_project(self.project())
            if (labels := one["Labels"]).get(_SERVICE) and labels.get(_ONE_OFF) != "True"
        }
        for name in self.spec["compose"]["services"].values():
            others.pop(name, None)
        near = difflib.get_close_matches(service, others, n=1)
        found = near or [name for name, one in others.items() if self._is_of(one, role)]
        return self.service(found[0]) if found else []

    def _is_of(self, entry: Json, role: str) -> bool:
        """True if a line of the list has the image of a role, or is published on its port."""
        spec = self.spec["containers"].get(role, {})
        images = {bare(one) for one in (spec.get("image", ""), *spec.get("equivalent_images", []))}
        ports = {one.get("PublicPort") for one in entry["Ports"]}
        return bare(entry["Image"]) in images or (role in self.spec["ports"] and self.state.port(role) in ports)

    def project(self) -> str:
        """The project with most of the services; empty if none has any."""
        wanted = set(self.spec["compose"]["services"].values())
        counts = {
            name: len(wanted & {one["Labels"].get(_SERVICE) for one in self.in_project(name)})
            for name in self.projects()
        }
        best = max(counts, key=lambda name: counts[name], default="")
        return best if counts.get(best) else ""

    def projects(self) -> set[str]:
        return {str(one["Labels"][_PROJECT]) for one in self.listed if _PROJECT in (one.get("Labels") or {})}

    def in_project(self, name: str) -> list[Json]:
        """The lines of all containers of a project."""
        return [one for one in self.listed if (one.get("Labels") or {}).get(_PROJECT) == name]

    def near(self, name: str, image: str) -> str:
        """`misnamed` or `unnamed` if some container may be meant under another name: none that any exercise names."""
        expected = {one.get("name") for one in self.spec.get("containers", {}).values()} | _exercise_names()
        others = [one for one in self.listed if not expected & {known.lstrip("/") for known in one["Names"]}]
        folded = [re.sub("[^a-z]", "", one["Names"][0].lower()) for one in others]
        if difflib.get_close_matches(re.sub("[^a-z]", "", name.lower()), folded, cutoff=0.7):
            return "misnamed"
        wanted = {bare(one).rpartition("/")[2] for one in (image, *self._equivalents(name))}
        return "unnamed" if any(bare(one["Image"]).rpartition("/")[2] in wanted for one in others) else ""

    def _equivalents(self, name: str) -> list[str]:
        for one in self.spec["containers"].values():
            if one.get("name") == name:
                return list(one.get("equivalent_images", []))
        return []

    def networks(self) -> list[Json]:
        return self._json("/networks") or []

    def image(self, reference: str) -> Json | None:
        found: Json | None = self._json(f"/images/{reference}/json")
        return found

    def images(self) -> list[Json]:
        return self._json("/images/json") or []

    def history(self, id_: str) -> list[Json]:
        return self._json(f"/images/{id_}/history") or []

    def info(self) -> Json:
        found: Json = self._json("/info")
        return found

    def services(self) -> list[Json]:
        return self._json("/services") or []

    def tasks(self, service_id: str) -> list[Json]:
        return self._json("/tasks", ("filters", json.dumps({"service": [service_id]}))) or []

    def changes(self, id_: str) -> dict[str, int]:
        """`docker diff`: 0 is changed, 1 added, 2 deleted."""
        found = self._ask(EngineQuestion(f"/containers/{id_}/changes"))
        entries = json.loads(found.body or b"[]") if isinstance(found, Answer) else []
        return {one["Path"]: one["Kind"] for one in entries or []}

    def file(self, id_: str, path: str) -> tarfile.TarInfo | None:
        """The first entry of `docker cp`; `None` if there is no such file."""
        return (self._archive(id_, path) or (None, b""))[0]

    def content(self, id_: str, path: str) -> bytes:
        return (self._archive(id_, path) or (None, b""))[1]

    def _archive(self, id_: str, path: str) -> tuple[tarfile.TarInfo, bytes] | None:
        found = self._ask(EngineQuestion(f"/containers/{id_}/archive", (("path", path),)))
        if not isinstance(found, Answer) or found.status != 200:
            return None
        with tarfile.open(fileobj=io.BytesIO(found.body)) as tar:
            first = next(iter(tar))
            opened = tar.extractfile(first) if first.isfile() else None
            return first, opened.read() if opened else b""

    def log(self, id_: str) -> bytes:
        """The longest of several looks: a recorded log grows with what was asked meanwhile."""
        query = (("stderr", "1"), ("stdout", "1"), ("tail", "200"))
        found = [self._ask(EngineQuestion(f"/containers/{id_}/logs", query)) for _ in range(_LOOKS)]
        return max((one.body for one in found if isinstance(one, Answer) and one.status == 200), key=len, default=b"")

    def events(self, id_: str) -> list[Json]:
        """What the engine remembers of a container, the oldest first."""
        filters = json.dumps({"container": [id_], "type": ["container"]})
        query: tuple[tuple[str, str], ...] = (("filters", filters), ("since", "0"))
        for one in self.state.exchanges:
            ask = one["ask"]
            if ask.get("path") == "/events" and id_ in str(ask):
                query = tuple((str(key), str(value)) for key, value in ask["query"])
        found = self._ask(EngineQuestion("/events", query))
        return [json.loads(line) for line in found.body.splitlines()] if isinstance(found, Answer) else []

    def is_same_folder(self, path: str, ending: str) -> bool:
        """True if a path leads to the same folder as one that ends so, as far as that was ever asked."""
        asked = [ask["ask"]["path"] for ask in self.state.exchanges if ask["ask"].get("operation") == "identify"]
        place, real_path = self._identity(path)
        others = [one for one in asked if one.endswith(f"/{ending}")]
        # At the root of the disk it is nobody's home.
        is_in_a_home = real_path.removesuffix(f"/{ending}") not in {"", real_path}
        return is_in_a_home or (place != "" and any(self._identity(one)[0] == place for one in others))

    def _identity(self, path: str) -> tuple[str, str]:
        """Device and inode, and the path without links; both empty if there is nothing."""
        found = self._ask(FileQuestion("identify", path))
        text = found.body.decode() if isinstance(found, Answer) and found.status == 200 else ""
        place, _, real_path = text.partition("\n")
        return place, real_path

    def run(self, id_: str, *command: str) -> bytes:
        """What a command prints in a container."""
        body = json.dumps({"AttachStderr": True, "AttachStdout": True, "Cmd": list(command)}).encode()
        made = self._ask(EngineQuestion(f"/containers/{id_}/exec", method="POST", body=body))
        if not isinstance(made, Answer) or made.status != 201:
            return b""
        run = f"/exec/{json.loads(made.body)['Id']}/start"
        found = self._ask(EngineQuestion(run, method="POST", body=b'{"Detach": false, "Tty": false}'))
        return found.body if isinstance(found, Answer) else b""

    def top(self, id_: str) -> list[list[str]]:
        found = self._json(f"/containers/{id_}/top")
        return list(found["Processes"]) if found else []

    def compose(self, verb: str) -> Answer | None:
        """What `docker compose` says of the project's file, asked as it was asked when it was recorded."""
        for one in self.state.exchanges:
            ask = one["ask"]
            if ask["type"] == "compose" and ask["verb"] == verb:
                more = {key: tuple(ask[key]) for key in ("env_files", "profiles") if key in ask}
                found = self._ask(ComposeQuestion(verb, ask["project"], ask["folder"], tuple(ask["files"]), **more))  # type: ignore[arg-type]
                return found if isinstance(found, Answer) else None
        return None

    def get(self, port: int, path: str = "/", host: str = "") -> Answer | NoAnswer:
        """Raises `Unclear` if nobody has ever asked for that page."""
        return self._ask(HttpQuestion(port, path, host=host, within_s=5))

    def recorded(self, slot_of: Json, pattern: str) -> list[HttpQuestion]:
        """The requests to a container that were recorded, as they can be asked again."""
        found = []
        for one in self.state.exchanges:
            if one.get("to") and one["to"].slot == self.state.slots.get(slot_of["Id"]):
                ask = one["ask"]
                if re.search(pattern, f"{ask.get('method', 'GET')} {ask.get('path', '/')}"):
                    found.append(ask)
        return [self._http(one) for one in found]

    def ask_again(self, question: HttpQuestion) -> Answer | NoAnswer:
        return self._ask(question)

    @staticmethod
    def _http(ask: Json) -> HttpQuestion:
        body = str(ask.get("body", {}).get("text", "")).encode() if isinstance(ask.get("body"), dict) else b""
        rest = {key: ask[key] for key in ("method", "path", "host", "content_type", "within_s") if key in ask}
        return HttpQuestion(ask["port"], body=body, **rest)

    def _json(self, path: str, *query: tuple[str, str]) -> Any:
        """Decoded; `None` for an error."""
        found = self._ask(EngineQuestion(path, tuple(query)))
        return json.loads(found.body) if isinstance(found, Answer) and found.status == 200 else None

    def _ask(self, question: Question) -> Answer | NoAnswer:
        try:
            return self._machine.ask(question)
        except ProbeFailed as error:
            raise Unclear(str(question)[:120]) from error


@cache
def _exercise_names() -> frozenset[str]:
    """The names of the containers of all exercises."""
    specs = [tomllib.loads(one.read_text(encoding="utf-8")) for one in (ROOT / "exercises").glob("*/exercise.toml")]
    return frozenset(its["name"] for spec in specs for its in spec.get("containers", {}).values() if "name" in its)


def bare(image: str) -> str:
    """An image's name without registry, tag and digest."""
    name = image.partition("@")[0].removeprefix("docker.io/").removeprefix("library/")
    return name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name


def is_up(doc: Json) -> bool:
    return bool(doc["State"]["Status"] == RUNNING)


def ever_ran(doc: Json) -> bool:
    return bool(doc["State"]["Status"] != "created")


def published(doc: Json) -> list[tuple[str, int, int, str]]:
    """Address, port of the machine, port of the container, protocol: in force, or as typed if it is down."""
    ports = doc["NetworkSettings"].get("Ports") if doc["State"]["Status"] in {RUNNING, "paused"} else None
    found: list[tuple[str, int, int, str]] = []
    for inside, bindings in (ports if ports is not None else doc["HostConfig"].get("PortBindings") or {}).items():
        number, _, protocol = inside.partition("/")
        found += [
            (one.get("HostIp") or "", int(one.get("HostPort") or 0), int(number), protocol or "tcp")
            for one in bindings or []
        ]
    return found


def is_open(address: str) -> bool:
    """True if other machines reach a port that is published on the address."""
    return not address.startswith(_LOOPBACK)


def places(doc: Json) -> dict[str, Json]:
    return {name: one or {} for name, one in (doc["NetworkSettings"].get("Networks") or {}).items()}


def variables(doc: Json) -> dict[str, str]:
    return dict(entry.partition("=")[::2] for entry in doc["Config"].get("Env") or [])


def command(doc: Json) -> list[str]:
    return [doc.get("Path", ""), *(doc.get("Args") or [])]
