"""Removes what a submission or a solution has left on an engine, and says what could not be removed."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from docker.errors import APIError

from grader.engine_state.engine_state import EngineState, read_engine_state
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import docker

_ROUNDS: Final = 3
"""A container that restarts, or holds a network, may need a second round."""
_PAUSE_S: Final = 0.2
_BUSY: Final = {HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE}
_BUSY_S: Final = 20.0
"""Tasks and networks of a swarm end a little after the machine has left it: until then the engine refuses."""


@dataclass(frozen=True, slots=True)
class TakeDownReport:
    """How an engine was left."""

    removed: int
    """Number of objects removed."""
    left: tuple[str, ...] = ()
    """What could not be removed, such as `container 3f2a…: …`: Docker's own nouns and its reason."""
    missing: tuple[str, ...] = ()
    """Objects that were there before and are gone, and names of other images now: only a new engine has them again."""


def take_down(client: docker.APIClient, before: EngineState, *, prune_build_cache: bool = True) -> TakeDownReport:
    """Remove what is not in `before`, restore image names, and read the state again.

    Raises what the client raises if the engine no longer answers.
    """
    removed = 0
    problems: dict[str, APIError] = {}
    deadline = time.monotonic() + _BUSY_S
    for number in itertools.count(1):
        now = read_engine_state(client)
        if _differences(before, now) == ([], []):
            break
        problems = {}
        removed += _remove_all(client, before, now, problems)
        is_busy = any(error.status_code in _BUSY for error in problems.values())
        if number >= _ROUNDS and not (is_busy and time.monotonic() < deadline):
            break
        if problems:
            time.sleep(_PAUSE_S)
    if prune_build_cache:
        _try_to(problems, "build cache", client.prune_builds)
    left, missing = _differences(before, read_engine_state(client))
    return TakeDownReport(removed, tuple(_with_reason(one, problems.get(one)) for one in left), tuple(missing))


def _remove_all(client: docker.APIClient, before: EngineState, now: EngineState, problems: dict[str, APIError]) -> int:
    removed = 0
    if now.is_in_swarm and not before.is_in_swarm:
        removed += _try_to(problems, "swarm", partial(client.leave_swarm, force=True))
    for one in now.containers - before.containers:
        removed += _try_to(problems, f"container {one}", partial(client.remove_container, one, v=True, force=True))
    for one in now.networks - before.networks:
        removed += _try_to(problems, f"network {one}", partial(client.remove_network, one))
    for one in now.volumes - before.volumes:
        removed += _try_to(problems, f"volume {one}", partial(client.remove_volume, one, force=True))
    for name, image in before.image_names.items():
        if now.image_names.get(name) != image and image in now.images:
            repository, _, tag = name.rpartition(":")
            removed += _try_to(problems, f"name {name}", partial(client.tag, image, repository, tag))
    for name in now.image_names.keys() - before.image_names.keys():
        removed += _try_to(problems, f"name {name}", partial(client.remove_image, name, force=True))
    for one in now.images - before.images:
        # With its last name an image is removed, and a child takes its parents along.
        removed += _try_to(problems, f"image {one}", partial(client.remove_image, one, force=True))
    return removed


def _try_to(problems: dict[str, APIError], what: str, act: Callable[[], object]) -> int:
    """Return 1 on success; if the engine refuses, keep its error and return 0."""
    try:
        act()
    except APIError as error:
        problems[what] = error
        return 0
    return 1


def _with_reason(what: str, error: APIError | None) -> str:
    return f"{what}: {escape_control_characters(str(error.explanation or error), 200)}" if error else what


def _differences(before: EngineState, now: EngineState) -> tuple[list[str], list[str]]:
    """Return what is new, and what is missing."""
    pairs: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("container", before.containers, now.containers),
        ("network", before.networks, now.networks),
        ("volume", before.volumes, now.volumes),
        ("image", before.images, now.images),
        ("name", before.image_names, now.image_names),
    )
    new = [f"{kind} {one}" for kind, old, current in pairs for one in sorted(set(current) - set(old))]
    missing = [f"{kind} {one}" for kind, old, current in pairs for one in sorted(set(old) - set(current))]
    if now.is_in_swarm != before.is_in_swarm:
        (new if now.is_in_swarm else missing).append("swarm")
    moved = [name for name, image in before.image_names.items() if now.image_names.get(name, image) != image]
    return new, missing + [f"name {name}" for name in moved]
