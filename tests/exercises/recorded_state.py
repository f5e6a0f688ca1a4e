"""The state of a machine as a recording has it, read without the grader's own probes."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.replays.stored_recording import StoredRecording

Json = dict[str, Any]


class RecordedState:
    """What the engine, the files and the sites answered, at any moment of the recording."""

    def __init__(self, kept: StoredRecording) -> None:
        self._asked: dict[str, list[tuple[Json, Json]]] = defaultdict(list)
        for one in kept.exchanges:
            ask = one["ask"]
            self._asked[ask["path"] if ask["type"] == "engine" else ask["type"]].append((ask, one["say"]))

    def _json(self, path: str) -> list[Any]:
        """The answers to `GET path`, in their order."""
        return [
            say["body"]["json"]
            for ask, say in self._asked.get(path, ())
            if ask.get("method", "GET") == "GET" and say.get("status", 200) == 200 and "json" in say.get("body", {})
        ]

    @cached_property
    def listed(self) -> list[Json]:
        """Every line of every list of containers."""
        return [line for lines in self._json("/containers/json") for line in lines]

    @cached_property
    def container_names(self) -> set[str]:
        return {name.removeprefix("/") for line in self.listed for name in line["Names"]}

    @cached_property
    def _inspected(self) -> dict[str, list[Json]]:
        found: dict[str, list[Json]] = defaultdict(list)
        for path in self._asked:
            if re.fullmatch(r"/containers/[^/]+/json", path):
                for one in self._json(path):
                    found[one["Name"].removeprefix("/")].append(one)
        return found

    def inspects(self, name: str) -> list[Json]:
        """Each answer of `docker inspect` for a container."""
        return self._inspected.get(name, [])

    def images(self, name: str) -> list[Json]:
        """The images of that name or id, in whichever registry and with whichever tag."""
        wanted = name if ":" in name.rpartition("/")[2] else f"{name}:"
        return [
            one
            for path in self._asked
            if re.fullmatch(r"/images/.+/json", path)
            for one in self._json(path)
            if one["Id"] == name or any(f"/{tag}".find(f"/{wanted}") >= 0 for tag in one.get("RepoTags") or ())
        ]

    @cached_property
    def image_names(self) -> set[str]:
        listed = (tag for lines in self._json("/images/json") for line in lines for tag in line.get("RepoTags") or ())
        return {*listed, *(tag for one in self.images("") for tag in one.get("RepoTags") or ())}

    @cached_property
    def networks(self) -> dict[str, Json]:
        return {one["Name"]: one for lines in self._json("/networks") for one in lines}

    @cached_property
    def services(self) -> dict[str, Json]:
        return {one["Spec"]["Name"]: one for lines in self._json("/services") for one in lines}

    def changes(self, name: str) -> dict[str, int]:
        """`docker diff`: 0 changed, 1 added, 2 deleted."""
        lists = (self._json(f"/containers/{one['Id']}/changes") for one in self.listed if f"/{name}" in one["Names"])
        return {change["Path"]: change["Kind"] for answers in lists for one in answers for change in one or ()}

    def log(self, name: str) -> str:
        """All that is recorded of what a container printed."""
        said = [
            say.get("body", {})
            for one in self.listed
            if f"/{name}" in one["Names"]
            for _, say in self._asked.get(f"/containers/{one['Id']}/logs", ())
        ]
        return "".join("".join(text for _, text in body.get("frames", ())) + body.get("text", "") for body in said)

    def events(self, name: str) -> list[tuple[str, Json]]:
        """The actions of a container's events with their attributes, as often as they were asked for."""
        lines = [
            line
            for ask, say in self._asked.get("/events", ())
            if any(one["Id"] in str(ask.get("query")) for one in self.listed if f"/{name}" in one["Names"])
            for line in _lines(say.get("body", {}))
        ]
        return [(line["Action"], line["Actor"]["Attributes"]) for line in lines]

    def file(self, name: str, path: str) -> list[Json] | None:
        """The members of the archive of a file in a container; `None` if there is no such file."""
        for one in self.listed:
            for ask, say in self._asked.get(f"/containers/{one['Id']}/archive", ()):
                if f"/{name}" in one["Names"] and ["path", path] in ask.get("query", ()):
                    return say["body"].get("tar") if say.get("status", 200) == 200 else None
        return None

    def outputs(self, name: str) -> Iterator[tuple[str, str]]:
        """Each command that ran in a container, with its output."""
        for one in self.inspects(name)[:1]:
            for ask, say in self._asked.get(f"/containers/{one['Id']}/exec", ()):
                exec_id = say.get("body", {}).get("json", {}).get("Id", "")
                for _, started in self._asked.get(f"/exec/{exec_id}/start", ()):
                    yield str(ask.get("body")), "".join(text for _, text in started.get("body", {}).get("frames", ()))

    def statuses(self, port: int) -> set[int | str]:
        """The statuses of a port's HTTP answers, and the reasons why there was none."""
        return {
            say.get("status", 200) if say.get("type", "answer") == "answer" else say["reason"]
            for ask, say in self._asked.get("http", ())
            if ask["port"] == port
        }

    def pages(self, port: int) -> str:
        return "".join(str(say.get("body", {})) for ask, say in self._asked.get("http", ()) if ask["port"] == port)


def _lines(body: Json) -> list[Json]:
    return list(body.get("lines", ())) or ([body["json"]] if "json" in body else [])
