"""Answers questions that were not recorded from the inventory at the end of the recording."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import msgspec

from grader.machine.json_decoding import MalformedJsonError, decode_json
from grader.machine.question import Answer, EngineQuestion
from grader.machine.recording.inventory import CONTAINERS, DETAILS, IMAGES, NETWORKS, VOLUMES, parse_entries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.recording.format import RecordedExchange


class _Volumes(msgspec.Struct, rename="pascal"):
    volumes: list[dict[str, Any]] | None = None


class InventoryLookup:
    """Answers only what follows from the inventory for certain."""

    def __init__(self, inventory: Iterable[RecordedExchange]) -> None:
        self._answers = {one.question: one.answer for one in inventory if isinstance(one.answer, Answer)}

    def answer(self, question: EngineQuestion) -> Answer | None:
        """The engine's answer to a `GET`; `None` if the inventory does not determine it."""
        if question.method != "GET":
            return None
        return self._answers.get(question) or self._derive_answer(question)

    def _derive_answer(self, question: EngineQuestion) -> Answer | None:
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
        """`docker ps`, with or without `--all`; filters are not supported."""
        listed = self._answers.get(CONTAINERS)
        if listed is None or query.keys() - {"all"}:
            return None
        if query.get("all", "").lower() in {"1", "true"}:
            return listed
        up = [one for one in _decode_list(listed) if one.get("State") in {"running", "paused", "restarting"}]
        return msgspec.structs.replace(listed, body=json.dumps(up).encode())

    def _details(self, listing: EngineQuestion, reference: str) -> Answer | None:
        listed = self._answers.get(listing)
        if listed is None:
            return None
        entries = parse_entries(listed)
        found = next((one for one in entries if one.matches(reference)), None)
        if found:
            return self._answers.get(EngineQuestion(DETAILS[listing].format(quote(found.id, safe=":"))))
        return None if any(one.may_match(reference) for one in entries) else _not_found(listed, reference)

    def _volume(self, name: str) -> Answer | None:
        listed = self._answers.get(VOLUMES)
        if listed is None:
            return None
        found = next((one for one in _decode_volumes(listed) if one.get("Name") == name), None)
        if found and "Driver" not in found:
            return None  # not the exercise's: only its name was kept
        return msgspec.structs.replace(listed, body=json.dumps(found).encode()) if found else _not_found(listed, name)


def _not_found(listed: Answer, reference: str) -> Answer:
    """The engine's answer for an object that is in no list."""
    body = json.dumps({"message": f"No such object: {reference}"}).encode()
    return msgspec.structs.replace(listed, status=404, body=body)


def _decode_list(listed: Answer) -> list[dict[str, Any]]:
    try:
        return decode_json(listed.body, list[dict[str, Any]])
    except MalformedJsonError:
        return []


def _decode_volumes(listed: Answer) -> list[dict[str, Any]]:
    try:
        return decode_json(listed.body, _Volumes).volumes or []
    except MalformedJsonError:
        return []
