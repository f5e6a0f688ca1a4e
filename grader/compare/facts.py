"""What was on a machine, in short, from the inventory of its recording: enough to see what the student changed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from grader.errors import ProbeFailed
from grader.machine.decoding import Garbled, decoded
from grader.machine.inventory import CONTAINERS, IMAGES, NETWORKS
from grader.machine.lookup import Lookup
from grader.machine.question import EngineQuestion
from grader.machine.text import visible
from grader.probes.container_json import parse_container
from grader.probes.networks import parse_networks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.recording import Recording
    from grader.probes.container_json import ContainerFact
    from grader.probes.networks import NetworkFact

__all__ = ["differing_facts"]

Shape = TypeVar("Shape")
Facts = dict[str, dict[str, str]]


class _Image(msgspec.Struct, rename="pascal"):
    id: str = ""
    repo_tags: list[str] | None = None


class _Container(msgspec.Struct, rename="pascal"):
    id: str = ""


def differing_facts(before: Recording, now: Recording) -> list[tuple[str, str, str]]:
    """Each thing that differs: what it is (`container web: ports`), as it was, as it is. Absent is an empty text."""
    old, new = _facts(before), _facts(now)
    found: list[tuple[str, str, str]] = []
    for thing in dict.fromkeys((*old, *new)):
        if thing not in old or thing not in new:
            found.append((thing, _short(old.get(thing)), _short(new.get(thing))))
            continue
        keys = dict.fromkeys((*old[thing], *new[thing]))
        pairs = [(f"{thing}: {key}", old[thing].get(key, ""), new[thing].get(key, "")) for key in keys]
        found += [(what, one, two) for what, one, two in pairs if one != two]
    return found


def _short(facts: dict[str, str] | None) -> str:
    return "" if facts is None else next(iter(facts.values()), "")


def _facts(recording: Recording) -> Facts:
    lookup = Lookup(recording.inventory)
    return dict((*_containers(lookup), *_networks(lookup), *_images(lookup)))


def _containers(lookup: Lookup) -> Iterator[tuple[str, dict[str, str]]]:
    for listed in _listed(lookup, CONTAINERS, list[_Container]):
        answer = lookup.answer(EngineQuestion(f"/containers/{listed.id}/json"))
        if answer and answer.status == 200:
            try:
                fact = parse_container(answer)
            except ProbeFailed:
                continue
            yield f"container {visible(fact.name, 60)}", _container(fact)


def _container(fact: ContainerFact) -> dict[str, str]:
    told = {
        "image": fact.image,
        "state": fact.state if fact.is_running else f"{fact.state} ({fact.exit_code})",
        "command": " ".join(fact.command),
        "ports": ", ".join(map(str, fact.ports)),
        "mounts": ", ".join(f"{mount.type} {mount.source} -> {mount.inside}" for mount in fact.mounts),
        "networks": ", ".join(sorted(fact.networks)),
        "made": fact.id[:12],
    }
    return {name: visible(value, 160) for name, value in told.items()}


def _networks(lookup: Lookup) -> Iterator[tuple[str, dict[str, str]]]:
    answer = lookup.answer(NETWORKS)
    networks: tuple[NetworkFact, ...] = ()
    with suppress(ProbeFailed):
        networks = parse_networks(answer) if answer else ()
    for one in networks:
        if not one.is_built_in:
            yield f"network {visible(one.name, 60)}", {"driver": visible(one.driver, 40), "made": visible(one.id[:12])}


def _images(lookup: Lookup) -> Iterator[tuple[str, dict[str, str]]]:
    for one in _listed(lookup, IMAGES, list[_Image]):
        for tag in one.repo_tags or []:
            yield f"image {visible(tag, 100)}", {"id": visible(one.id.removeprefix("sha256:")[:12])}


def _listed(lookup: Lookup, question: EngineQuestion, shape: type[list[Shape]]) -> list[Shape]:
    answer = lookup.answer(question)
    try:
        return decoded(answer.body, shape) if answer else []
    except Garbled:
        return []
