"""The inspect data of everything on a machine, stored at the end of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from grader.errors import ProbeFailed
from grader.machine.json_decoding import MalformedJsonError, decode_json
from grader.machine.question import Answer, EngineQuestion
from grader.machine.recording.format import RecordedExchange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.question import Question
    from grader.machine.recording.redaction import Redactor
    from grader.machine.transport.interface import Transport

_INFO: Final = EngineQuestion("/info")
CONTAINERS: Final = EngineQuestion("/containers/json", (("all", "1"),))
IMAGES: Final = EngineQuestion("/images/json")
NETWORKS: Final = EngineQuestion("/networks")
VOLUMES: Final = EngineQuestion("/volumes")
_SWARM: Final = ("/services", "/tasks")
DETAILS: Final = {CONTAINERS: "/containers/{}/json", NETWORKS: "/networks/{}", IMAGES: "/images/{}/json"}
"""Where the details of a list's entry are, by its id."""
_MAX_OBJECTS: Final = 500
"""The most objects of one kind that are inspected."""
_MAX_BYTES: Final = 16 * 1024 * 1024
_WITHIN_S: Final = 15.0


class InventoryEntry(msgspec.Struct, rename="pascal"):
    """An entry of any of the lists, with all names that refer to it."""

    id: str = ""
    name: str = ""
    names: list[str] | None = None
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None

    @property
    def _images(self) -> list[str]:
        return [*(self.repo_tags or []), *(self.repo_digests or [])]

    def matches(self, reference: str) -> bool:
        bare = self.id.removeprefix("sha256:")
        own = {self.id, bare, self.name, *(name[1:] for name in self.names or []), *self._images}
        is_short = len(reference) >= 12 and bare.startswith(reference)
        return reference in own or f"{reference}:latest" in self._images or is_short

    def may_match(self, reference: str) -> bool:
        """True if an engine that searches several registries might resolve the name to this image."""
        return any(image.endswith((f"/{reference}", f"/{reference}:latest")) for image in self._images)


class _Info(msgspec.Struct, rename="pascal"):
    swarm: dict[str, Any] | None = None


def take_inventory(transport: Transport, redactor: Redactor) -> list[RecordedExchange]:
    """Asks for the lists and the details of containers, images, networks, volumes and a swarm, up to the size limit.

    Raises `MachineUnreachable` if the machine is lost meanwhile.
    """
    taken: dict[Question, Answer] = {}
    size, began = 0, transport.now()
    for question in _questions(taken):
        try:
            answer = transport.ask(question)
        except ProbeFailed:  # a recording has not everything
            continue
        if not isinstance(answer, Answer) or answer.truncated or answer.status != 200:
            continue
        size += len(answer.body)
        if size > _MAX_BYTES or transport.now() - began > _WITHIN_S:
            break
        taken[question] = redactor.redact(answer)
    return [RecordedExchange(question, answer, 0.0) for question, answer in taken.items()]


def parse_entries(listed: Answer | None) -> list[InventoryEntry]:
    try:
        return decode_json(listed.body, list[InventoryEntry]) if listed else []
    except MalformedJsonError:
        return []


def _questions(taken: dict[Question, Answer]) -> Iterator[EngineQuestion]:
    """The lists, and then what each of them names: `taken` fills meanwhile."""
    yield _INFO
    for listing, details in DETAILS.items():
        yield listing
        for one in parse_entries(taken.get(listing))[:_MAX_OBJECTS]:
            yield EngineQuestion(details.format(quote(one.id, safe=":")))
    yield VOLUMES
    if _is_in_swarm(taken.get(_INFO)):
        yield from map(EngineQuestion, _SWARM)


def _is_in_swarm(info: Answer | None) -> bool:
    try:
        swarm = decode_json(info.body, _Info).swarm if info else None
    except MalformedJsonError:
        return False
    return (swarm or {}).get("LocalNodeState") == "active"
