"""Answers that other recordings of the same exercise have, where they can only be the same on this machine."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from tests.replays.stored_recording import read_stored, recorded_names

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json, State
    from grader.machine.question import EngineQuestion

_NOT_FOUND: Final = {"status": 404, "body": {"json": {"message": "No such image"}}}
_BUILT_IN: Final = ("bridge", "host", "none")


def borrow(state: State, question: EngineQuestion) -> Json:
    """Raises `LookupError` if the answer is not certain."""
    match [unquote(part) for part in question.path.strip("/").split("/")]:
        case ["images", "json"]:
            return {"body": {"json": _image_list(state)}}
        case ["images", *names, "json"]:
            return _image(state, "/".join(names))
        case ["networks"]:
            return {"body": {"json": _networks(state)}}
        case ["containers", id_, what]:
            return _of_container(state, state.slots[id_], what, [list(pair) for pair in question.query])
    raise LookupError


def borrow_log(state: State, slot: str) -> Json:
    """What the same program prints without being asked anything."""
    try:
        return _of_container(state, slot, "logs", [["stderr", "1"], ["stdout", "1"], ["tail", "200"]])
    except LookupError:
        if "flask" in (state.doc(slot).get("Args") or []):
            return {"body": {"frames": [[1, " * Debug mode: off\n"], [2, " * Running on all addresses (0.0.0.0)\n"]]}}
        raise


def _image(state: State, reference: str) -> Json:
    for one in (*state.bodies(r"/images/.+/json"), *_images()):
        tags = one.get("RepoTags") or []
        if reference in {one["Id"], one["Id"].removeprefix("sha256:"), *tags} or f"{reference}:latest" in tags:
            return {"body": {"json": one}}
    return _NOT_FOUND


def _image_list(state: State) -> list[Json]:
    known = {one["Id"]: one for one in (*state.bodies(r"/images/.+/json"), *_images()) if isinstance(one, dict)}
    names = ("Id", "RepoTags", "RepoDigests", "Size")
    return [{"ParentId": "", "Labels": None, **{name: one.get(name) for name in names}} for one in known.values()]


@cache
def _images() -> tuple[Json, ...]:
    """The images that the lab has on every machine."""
    found: dict[str, Json] = {}
    for name in recorded_names():
        if not name.endswith("/reference"):
            continue
        for one in read_stored(name).exchanges:
            body = one["say"].get("body", {}).get("json")
            is_image = one["ask"].get("path", "").startswith("/images/") and isinstance(body, dict) and "RootFS" in body
            if is_image and body["Created"].startswith("2024-01-01"):
                found[body["Id"]] = body
    return tuple(found.values())


def _networks(state: State) -> list[Json]:
    """The engine's own networks, and those that a container of the machine is on."""
    template = next(
        one["say"]["body"]["json"]
        for one in read_stored("tp5/reference").exchanges
        if one["ask"].get("path") == "/networks"
    )
    found = {one["Name"]: one for one in json.loads(json.dumps(template)) if one["Name"] in _BUILT_IN}
    bridge = found["bridge"]
    for doc in state.bodies(r"/containers/\w+/json"):
        for name, place in (doc.get("NetworkSettings", {}).get("Networks") or {}).items():
            if name not in found:
                own: dict[str, Any] = {"Name": name, "Id": (place or {}).get("NetworkID", ""), "Options": {}}
                found[name] = bridge | own
    return list(found.values())


def _of_container(state: State, slot: str, what: str, query: list[list[str]]) -> Json:
    image = state.doc(slot)["Image"]
    for said in _answers(state.exercise, what):
        if said[:3] == (slot, image, json.dumps(query)):
            return dict(said[3])
    raise LookupError


@cache
def _answers(exercise: str, what: str) -> tuple[tuple[str, str, str, Json], ...]:
    """Container, image, query and answer, of all recordings of right answers to the exercise."""
    found: list[tuple[str, str, str, Json]] = []
    for name in recorded_names():
        if not name.startswith(f"{exercise}/") or "/wrong/" in name:
            continue
        kept = read_stored(name)
        docs = {
            body["Id"]: body
            for one in kept.exchanges
            if isinstance(body := one["say"].get("body", {}).get("json"), dict) and "HostConfig" in body
        }
        for one in kept.exchanges:
            path = one["ask"].get("path", "").strip("/").split("/")
            if path[:1] == ["containers"] and path[-1] == what and path[1] in docs:
                doc = docs[path[1]]
                query = json.dumps(one["ask"].get("query", []))
                found.append((doc["Name"].lstrip("/"), doc["Image"], query, one["say"]))
    return tuple(found)
