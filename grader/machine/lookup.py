"""Questions that nobody asked while recording, answered from the inventory that was taken at its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import msgspec

from grader.machine.decoding import Garbled, decoded
from grader.machine.inventory import CONTAINERS, DETAILS, IMAGES, NETWORKS, VOLUMES, entries_of
from grader.machine.question import Answer, EngineQuestion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.recording import Exchange

__all__ = ["Lookup"]


class _Volumes(msgspec.Struct, rename="pascal"):
    volumes: list[dict[str, Any]] | None = None


class Lookup:
    """Gives an answer only where the inventory tells it for certain."""

    def __init__(self, inventory: Iterable[Exchange]) -> None:
        self._taken = {one.question: one.answer for one in inventory if isinstance(one.answer, Answer)}

    def answer(self, question: EngineQuestion) -> Answer | None:
        """What the engine would have said to a `GET`; `None` where the inventory does not tell."""
        if question.method != "GET":
            return None
        return self._taken.get(question) or self._derived(question)

    def _derived(self, question: EngineQuestion) -> Answer | None:
        match [unquote(part) for part in question.path.strip("/").split("/")]:
            case ["containers", "json"]:
                return self._containers(dict(question.query))
            case ["containers", reference, "json"]:
                return self._details(CONTAINERS, reference)
            case ["images", *names, "json"] if names:
                return self._details(IMAGES, "/".join(names))
            case ["networks", reference]:
                return self._details(NETWORKS, reference)
            case ["volumes", name]:
                return self._volume(name)
        return None

    def _containers(self, query: dict[str, str]) -> Answer | None:
        """`docker ps`, with `--all` or without; filters are not done again."""
        listed = self._taken.get(CONTAINERS)
        if listed is None or query.keys() - {"all"}:
            return None
        if query.get("all", "").lower() in {"1", "true"}:
            return listed
        up = [one for one in _raw(listed) if one.get("State") in {"running", "paused", "restarting"}]
        return msgspec.structs.replace(listed, body=json.dumps(up).encode())

    def _details(self, listing: EngineQuestion, reference: str) -> Answer | None:
        listed = self._taken.get(listing)
        if listed is None:
            return None
        there = entries_of(listed)
        found = next((one for one in there if one.is_called(reference)), None)
        if found:
            return self._taken.get(EngineQuestion(DETAILS[listing].format(quote(found.id, safe=":"))))
        return None if any(one.may_be_called(reference) for one in there) else _missing(listed, reference)

    def _volume(self, name: str) -> Answer | None:
        listed = self._taken.get(VOLUMES)
        if listed is None:
            return None
        found = next((one for one in _raw_volumes(listed) if one.get("Name") == name), None)
        return msgspec.structs.replace(listed, body=json.dumps(found).encode()) if found else _missing(listed, name)


def _missing(listed: Answer, reference: str) -> Answer:
    """What the engine would have said: it is in no list."""
    body = json.dumps({"message": f"No such object: {reference}"}).encode()
    return msgspec.structs.replace(listed, status=404, body=body)


def _raw(listed: Answer) -> list[dict[str, Any]]:
    try:
        return decoded(listed.body, list[dict[str, Any]])
    except Garbled:
        return []


def _raw_volumes(listed: Answer) -> list[dict[str, Any]]:
    try:
        return decoded(listed.body, _Volumes).volumes or []
    except Garbled:
        return []
