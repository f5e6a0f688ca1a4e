"""Other things on the same machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from benchmarks.fairness.listing import list_fields
from benchmarks.fairness.operators.edits import end, endpoint, on, rebind
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_ID: Final = "e1" * 32


def add_container(state: State, name: str, image: str, **changes: Any) -> Json:
    """A container more on the default network, made after the example of another one; it runs. Its `docker inspect`."""
    example = next((state.doc(slot) for slot in dict.fromkeys(state.slots.values()) if state.inspects(slot)), None)
    if example is None:
        raise NotApplicableError("no container to copy")
    doc: Json = json.loads(json.dumps(example))
    doc.update(Id=_ID, Name=f"/{name}", Image="sha256:" + "e2" * 32, Mounts=[], RestartCount=0)
    doc["Config"].update(
        Image=image, Labels={}, ExposedPorts={}, Hostname=_ID[:12], Env=[], Cmd=["sleep", "9999"], Volumes=None
    )
    doc.update(Path="sleep", Args=["9999"])
    doc["HostConfig"].update(Binds=None, PortBindings={}, ExtraHosts=None, Links=None, NetworkMode="default")
    doc["State"].update(Status="running", Running=True, ExitCode=0, Pid=4242, StartedAt="2026-01-01T11:00:00Z")
    doc["NetworkSettings"].update(Ports={}, Networks={"bridge": endpoint(doc, "172.17.0.99", "172.17.0.1", "bb" * 32)})
    for key, value in changes.items():
        doc[key].update(value)
    state.slots[_ID] = name
    return doc


def show(state: State, doc: Json) -> None:
    """Puts the container in every list."""
    entry = {"Id": doc["Id"], "Command": "sleep 9999", "Created": 1767261600} | list_fields(doc)
    lists = list(state.bodies("/containers/json"))
    if not lists:
        raise NotApplicableError("the containers were not listed")
    for listed in lists:
        listed.insert(0, json.loads(json.dumps(entry)))
    ask = {"type": "engine", "path": f"/containers/{doc['Id']}/json"}
    state.exchanges.append({"ask": ask, "at": 0.0, "say": {"body": {"json": doc}}})
    state.changes[doc["Name"].lstrip("/")] = []


def _add(name: str, image: str, code: int | None = None, labels: dict[str, str] | None = None, port: int = 0) -> Change:
    """`code`: it has ended with that code."""

    def change(state: State) -> None:
        doc = add_container(state, name, image)
        doc["Config"]["Labels"] = labels or {}
        if port:
            rebind(doc, f"{port}/tcp", on(port))
        if code is not None:
            end(doc, code)
        show(state, doc)

    return change


_COMPOSE: Final = {
    "com.docker.compose.project": "blog",
    "com.docker.compose.service": "web",
    "com.docker.compose.container-number": "1",
    "com.docker.compose.oneoff": "False",
}


@harmless
def beside_another_project(state: State) -> Variants:
    """A container of a compose project that has nothing to do with the course."""
    yield "running", _add("blog-web-1", "wordpress", labels=_COMPOSE)
    yield "ended", _add("blog-web-1", "wordpress", code=0, labels=_COMPOSE)


@harmless
def beside_a_container(state: State) -> Variants:
    """A container of another course."""
    if state.exercise != "tp1":
        yield "running", _add("postgres-de-bdd", "postgres:16")
        yield "ended", _add("essai", "hello-world", code=0)
        yield "published", _add("grafana", "grafana/grafana", port=3000)
        yield "same image", _add("brouillon", {"tp2": "nginx", "tp3": "ubuntu"}.get(state.exercise, "redis"), code=0)


_OTHER_EXERCISES: Final[dict[str, dict[str, Change]]] = {
    "tp1": {"web": _add("web", "nginx", port=4000), "couches": _add("couches", "ubuntu", code=0)},
    "tp2": {"fond": _add("tp1-fond", "ubuntu"), "couches": _add("couches", "ubuntu", code=0)},
    "tp3": {"fond": _add("tp1-fond", "ubuntu"), "hello": _add("hello", "ubuntu", code=0)},
    "tp4": {"web": _add("web", "nginx"), "hello": _add("hello", "ubuntu", code=0)},
    "tp5": {"web": _add("web", "nginx"), "tp3-app": _add("tp3-app", "tp3-app", port=4003)},
    "tp6": {"web": _add("web", "nginx"), "hello": _add("hello", "ubuntu", code=0)},
    "tp7": {"web": _add("web", "nginx", port=4000), "hello": _add("hello", "ubuntu", code=0)},
    "tp8": {"hello": _add("hello", "ubuntu", code=0), "couches": _add("couches", "ubuntu", code=0)},
}


@harmless
def beside_other_exercises(state: State) -> Variants:
    """The containers of other exercises: they are neither left over nor meant."""
    yield from _OTHER_EXERCISES[state.exercise].items()


@mistake
def left_over(state: State) -> Variants:
    """A trial that was not removed."""
    if state.exercise == "tp1":
        yield "ended", _add("eager_hopper", "ubuntu", code=0)
        yield "running", _add("essai", "ubuntu")
        yield "other image", _add("vieux-redis", "redis", code=137)
        yield "labelled", _add("essai", "ubuntu", code=0, labels={"desktop.docker.io/binds/0/Source": "C:\\"})


@harmless
def beside_other_networks(state: State) -> Variants:
    def change(state: State) -> None:
        for listed in state.networks():
            template = next(one for one in listed if one["Name"] == "bridge")
            own: dict[str, Any] = {"Name": "blog_default", "Id": "e3" * 32, "Options": {}, "Labels": {}}
            listed.append(template | own)

    if state.networks():
        yield "", change
