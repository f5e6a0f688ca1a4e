"""Whether an image was pulled from a registry. Source: its digests and dates, and `GET /events`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import ProbeFailed
from grader.probes.containers.events import until_query
from grader.probes.engine_json import decode_lines
from grader.probes.values import parse_timestamp

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.images.images import ImageFact

_MAX_BUILD_S: Final = 3600.0
"""An image that was built here is tagged within this time. One that was pulled is older when it is tagged."""


class _RawActor(msgspec.Struct):
    ID: str = ""


class _RawEvent(msgspec.Struct):
    Action: str = ""
    Actor: _RawActor | None = None


def find_pull_source(machine: Machine, image: ImageFact) -> str:
    """The name in a registry of an image that was pulled from there; empty for one that was built here.

    An image has such a name after it was pulled, but also after it was pushed: its events and dates decide.
    """
    names = [name.partition("@")[0] for name in image.digests if "/" in name]
    # Newer engines give a local image a digest under its own name without a registry, Podman under `localhost/`.
    foreign = next((name for name in names if not name.startswith("localhost/")), "")
    if not foreign or image.parent:
        return ""
    actions = _image_actions(machine, foreign)
    if actions & {"push", "build"}:
        return ""
    created, named = parse_timestamp(image.created), parse_timestamp(image.tagged_at)
    is_just_built = created is not None and named is not None and named - created < _MAX_BUILD_S
    return "" if is_just_built and "pull" not in actions else foreign


def _image_actions(machine: Machine, repository: str) -> set[str]:
    """The actions under that name that the engine remembers, such as `pull`, `push` and `tag`."""
    now = machine.engine("/version").at
    if now is None:
        raise ProbeFailed("no-clock")
    answer = machine.engine("/events", since="0", filters=json.dumps({"type": ["image"]}), **until_query(machine, now))
    if answer.status != 200:
        return set()
    events = decode_lines(answer, _RawEvent, "docker events")
    return {one.Action for one in events if one.Actor and _without_tag(one.Actor.ID) == repository}


def _without_tag(name: str) -> str:
    head, _, tail = name.rpartition("/")
    return f"{head}/{tail.partition(':')[0]}"
