"""Compares the inventories of two recordings, to see what the student changed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from grader.errors import ProbeFailed
from grader.machine.json_decoding import MalformedJsonError, decode_json
from grader.machine.question import EngineQuestion
from grader.machine.recording.inventory import CONTAINERS, IMAGES, NETWORKS
from grader.machine.recording.inventory_lookup import InventoryLookup
from grader.probes.containers.inspect import parse_container
from grader.probes.networks.networks import parse_networks
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.recording.format import Recording
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.networks.networks import NetworkFact

Shape = TypeVar("Shape")
Facts = dict[str, dict[str, str]]


class _Image(msgspec.Struct, rename="pascal"):
    id: str = ""
    repo_tags: list[str] | None = None


class _Container(msgspec.Struct, rename="pascal"):
    id: str = ""


def diff_inventories(before: Recording, now: Recording) -> list[tuple[str, str, str]]:
    """Each difference: the thing (`container web: ports`), before and now. Empty if it does not exist."""
    old, new = _facts(before), _facts(now)
    found: list[tuple[str, str, str]] = []
    for thing in dict.fromkeys((*old, *new)):
        if thing not in old or thing not in new:
            found.append((thing, _first_value(old.get(thing)), _first_value(new.get(thing))))
            continue
        keys = dict.fromkeys((*old[thing], *new[thing]))
        pairs = [(f"{thing}: {key}", old[thing].get(key, ""), new[thing].get(key, "")) for key in keys]
        found += [(what, one, two) for what, one, two in pairs if one != two]
    return found


def _first_value(facts: dict[str, str] | None) -> str:
    return "" if facts is None else next(iter(facts.values()), "")


def _facts(recording: Recording) -> Facts:
    lookup = InventoryLookup(recording.inventory)
    return dict((*_containers(lookup), *_networks(lookup), *_images(lookup)))


def _containers(lookup: InventoryLookup) -> Iterator[tuple[str, dict[str, str]]]:
    for listed in _listed(lookup, CONTAINERS, list[_Container]):
        answer = lookup.answer(EngineQuestion(f"/containers/{listed.id}/json"))
        if answer and answer.status == 200:
            try:
                fact = parse_container(answer)
            except ProbeFailed:
                continue
            yield f"container {escape_control_characters(fact.name, 60)}", _container(fact)


def _container(fact: ContainerFact) -> dict[str, str]:
    changes = {
        "image": fact.image,
        "state": fact.state if fact.is_running else f"{fact.state} ({fact.exit_code})",
        "command": " ".join(fact.command),
        "ports": ", ".join(map(str, fact.ports)),
        "mounts": ", ".join(f"{mount.type} {mount.source} -> {mount.target}" for mount in fact.mounts),
        "networks": ", ".join(sorted(fact.networks)),
        "made": fact.id[:12],
    }
    return {name: escape_control_characters(value, 160) for name, value in changes.items()}


def _networks(lookup: InventoryLookup) -> Iterator[tuple[str, dict[str, str]]]:
    answer = lookup.answer(NETWORKS)
    networks: tuple[NetworkFact, ...] = ()
    with suppress(ProbeFailed):
        networks = parse_networks(answer) if answer else ()
    for one in networks:
        if not one.is_built_in:
            yield (
                f"network {escape_control_characters(one.name, 60)}",
                {"driver": escape_control_characters(one.driver, 40), "made": escape_control_characters(one.id[:12])},
            )


def _images(lookup: InventoryLookup) -> Iterator[tuple[str, dict[str, str]]]:
    for one in _listed(lookup, IMAGES, list[_Image]):
        for tag in one.repo_tags or []:
            yield (
                f"image {escape_control_characters(tag, 100)}",
                {"id": escape_control_characters(one.id.removeprefix("sha256:")[:12])},
            )


def _listed(lookup: InventoryLookup, question: EngineQuestion, shape: type[list[Shape]]) -> list[Shape]:
    answer = lookup.answer(question)
    try:
        return decode_json(answer.body, shape) if answer else []
    except MalformedJsonError:
        return []
