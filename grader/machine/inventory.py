"""The inspect data of all that is on a machine, taken at the end of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from grader.machine.decoding import Garbled, decoded
from grader.machine.question import Answer, EngineQuestion
from grader.machine.recording import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.link import Link
    from grader.machine.question import Question
    from grader.machine.redaction import Redactor

__all__ = ["CONTAINERS", "DETAILS", "IMAGES", "NETWORKS", "VOLUMES", "InventoryEntry", "entries_of", "take_inventory"]

_INFO: Final = EngineQuestion("/info")
CONTAINERS: Final = EngineQuestion("/containers/json", (("all", "1"),))
IMAGES: Final = EngineQuestion("/images/json")
NETWORKS: Final = EngineQuestion("/networks")
VOLUMES: Final = EngineQuestion("/volumes")
_SWARM: Final = ("/services", "/tasks", "/nodes")
DETAILS: Final = {CONTAINERS: "/containers/{}/json", NETWORKS: "/networks/{}", IMAGES: "/images/{}/json"}
"""Where the details of a list's entry are, by its id."""
_MOST: Final = 500
"""Objects of one kind that are looked at."""
_LARGEST: Final = 16 * 1024 * 1024
_WITHIN_S: Final = 15.0


class InventoryEntry(msgspec.Struct, rename="pascal"):
    """An entry of any of the lists, by all the names it can be asked for."""

    id: str = ""
    name: str = ""
    names: list[str] | None = None
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None

    @property
    def _images(self) -> list[str]:
        return [*(self.repo_tags or []), *(self.repo_digests or [])]

    def is_called(self, reference: str) -> bool:
        bare = self.id.removeprefix("sha256:")
        own = {self.id, bare, self.name, *(name[1:] for name in self.names or []), *self._images}
        is_short = len(reference) >= 12 and bare.startswith(reference)
        return reference in own or f"{reference}:latest" in self._images or is_short

    def may_be_called(self, reference: str) -> bool:
        """True where an engine that looks in several registries might take it for that image."""
        return any(image.endswith((f"/{reference}", f"/{reference}:latest")) for image in self._images)


class _Info(msgspec.Struct, rename="pascal"):
    swarm: dict[str, Any] | None = None


def take_inventory(link: Link, redactor: Redactor) -> list[Exchange]:
    """Asks for the lists and the details of containers, images, networks, volumes and a swarm, while there is room.

    Raises `MachineUnreachable` where the machine is lost meanwhile.
    """
    taken: dict[Question, Answer] = {}
    size, began = 0, link.now()
    for question in _questions(taken):
        answer = link.ask(question)
        if not isinstance(answer, Answer) or answer.truncated or answer.status != 200:
            continue
        size += len(answer.body)
        if size > _LARGEST or link.now() - began > _WITHIN_S:
            break
        taken[question] = redactor.redacted(answer)
    return [Exchange(question, answer, 0.0) for question, answer in taken.items()]


def entries_of(listed: Answer | None) -> list[InventoryEntry]:
    try:
        return decoded(listed.body, list[InventoryEntry]) if listed else []
    except Garbled:
        return []


def _questions(taken: dict[Question, Answer]) -> Iterator[EngineQuestion]:
    """The lists, and then what each of them names: `taken` fills meanwhile."""
    yield _INFO
    for listing, details in DETAILS.items():
        yield listing
        for one in entries_of(taken.get(listing))[:_MOST]:
            yield EngineQuestion(details.format(quote(one.id, safe=":")))
    yield VOLUMES
    if _is_in_swarm(taken.get(_INFO)):
        yield from map(EngineQuestion, _SWARM)


def _is_in_swarm(info: Answer | None) -> bool:
    try:
        swarm = decoded(info.body, _Info).swarm if info else None
    except Garbled:
        return False
    return (swarm or {}).get("LocalNodeState") == "active"
