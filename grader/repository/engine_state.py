"""What is on an engine, before and after; and taking down what a student's work left on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from docker.errors import APIError

from grader.errors import GraderError
from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.machine.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

__all__ = ["EngineApi", "EngineState", "TakenDown", "engine_state", "require_throw_away", "take_down"]

_PROJECT: Final = "com.docker.compose.project"
_ROUNDS: Final = 3
"""A container that restarts, or holds a network, may need a second look."""


class EngineApi(Protocol):
    """As much of `docker.APIClient` as is asked here."""

    def containers(self, *, all: bool = ...) -> list[dict[str, Any]]: ...  # noqa: A002  # the package's own name

    def networks(self) -> list[dict[str, Any]]: ...

    def volumes(self) -> dict[str, Any]: ...

    def images(self, *, all: bool = ...) -> list[dict[str, Any]]: ...  # noqa: A002  # the package's own name

    def inspect_image(self, image: str) -> dict[str, Any]: ...

    def info(self) -> dict[str, Any]: ...

    def df(self) -> dict[str, Any]: ...

    def remove_container(self, container: str, *, v: bool = ..., force: bool = ...) -> None: ...

    def remove_network(self, net_id: str) -> None: ...

    def remove_volume(self, name: str, force: bool = ...) -> None: ...  # noqa: FBT001  # the package's own shape

    def remove_image(self, image: str, force: bool = ...) -> Any: ...  # noqa: FBT001  # the package's own shape

    def tag(self, image: str, repository: str, tag: str | None = ...) -> bool: ...

    def leave_swarm(self, force: bool = ...) -> bool: ...  # noqa: FBT001  # the package's own shape

    def prune_builds(self) -> dict[str, Any]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class EngineState:
    """The objects of an engine. Two states are equal when a student's work has left nothing and taken nothing."""

    containers: frozenset[str]
    networks: frozenset[str]
    """Ids, without those that every engine has."""
    volumes: frozenset[str]
    images: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)
    """Image name to image id: `docker tag` makes no new image, and would give the next student another nginx."""
    swarm: bool = False
    projects: frozenset[str] = frozenset()
    """Names of the Compose projects that have containers."""
    at: str = field(default="", compare=False)
    """When it was looked at, by the engine's own clock."""

    @property
    def is_empty(self) -> bool:
        """Nothing but images."""
        return not (self.containers or self.networks or self.volumes or self.swarm)


@dataclass(frozen=True, slots=True)
class TakenDown:
    """How an engine was left."""

    removed: int
    """Objects taken away."""
    left: tuple[str, ...] = ()
    """What could not be removed, such as `container 3f2a…: …`."""
    missing: tuple[str, ...] = ()
    """What was there before and is not any more: only a new engine gives it back."""

    @property
    def is_as_before(self) -> bool:
        return not self.left and not self.missing


def engine_state(client: EngineApi) -> EngineState:
    """Asks an engine for all its objects. Raises what the client raises."""
    info, images, containers = client.info(), client.images(all=True), client.containers(all=True)
    return EngineState(
        containers=frozenset(str(one["Id"]) for one in containers),
        networks=frozenset(str(one["Id"]) for one in client.networks() if one.get("Name") not in BUILT_IN_NETWORKS),
        volumes=frozenset(str(one["Name"]) for one in client.volumes().get("Volumes") or []),
        images=frozenset(str(one["Id"]) for one in images),
        names={
            str(name): str(one["Id"]) for one in images for name in one.get("RepoTags") or [] if name != "<none>:<none>"
        },
        swarm=(info.get("Swarm") or {}).get("LocalNodeState", "inactive") not in {"inactive", ""},
        at=str(info.get("SystemTime") or ""),
        projects=frozenset(str(label) for one in containers if (label := (one.get("Labels") or {}).get(_PROJECT))),
    )


def require_throw_away(state: EngineState, url: str, usual_sockets: Collection[str], *, disposable: bool) -> None:
    """Raises `GraderError` unless a student's work may be let loose on this engine.

    `usual_sockets` are where this machine's own engine listens. An engine that is said to be `disposable` may be
    that one, and may hold things already: they are left alone, and their ports and names are simply taken.
    """
    if disposable:
        return
    if url.removeprefix("unix://") in usual_sockets:
        raise GraderError(
            f"{url} is this machine's own engine: a repository is graded on a throw-away one "
            "(`--machine unix:///…` or DOCKER_HOST). If this whole machine is thrown away, say so with --disposable"
        )
    if not state.is_empty:
        found = ", ".join(
            f"{len(ids)} {kind}"
            for kind, ids in (
                ("containers", state.containers),
                ("networks", state.networks),
                ("volumes", state.volumes),
                ("swarm", ["node"] if state.swarm else []),
            )
            if ids
        )
        raise GraderError(
            f"{url} is not empty ({found}): a repository is graded on an engine that holds nothing but images. "
            "Empty it, or say that it may be used with --disposable"
        )


def take_down(client: EngineApi, before: EngineState) -> TakenDown:
    """Removes what `before` does not know, puts image names back where they were, and looks again.

    Raises what the client raises where the engine does not answer any more.
    """
    removed = 0
    problems: dict[str, str] = {}
    for _ in range(_ROUNDS):
        now = engine_state(client)
        if _differences(before, now) == ([], []):
            break
        problems = {}
        removed += _remove_all(client, before, now, problems)
    _try(problems, "build cache", client.prune_builds)
    left, missing = _differences(before, engine_state(client))
    return TakenDown(removed, tuple(f"{one}: {problems.get(one, 'still there')}" for one in left), tuple(missing))


def _remove_all(client: EngineApi, before: EngineState, now: EngineState, problems: dict[str, str]) -> int:
    removed = 0
    if now.swarm and not before.swarm:
        removed += _try(problems, "swarm", partial(client.leave_swarm, force=True))
    for one in now.containers - before.containers:
        removed += _try(problems, f"container {one}", partial(client.remove_container, one, v=True, force=True))
    for one in now.networks - before.networks:
        removed += _try(problems, f"network {one}", partial(client.remove_network, one))
    for one in now.volumes - before.volumes:
        removed += _try(problems, f"volume {one}", partial(client.remove_volume, one, force=True))
    for name, image in before.names.items():
        if now.names.get(name) != image and image in now.images:
            repository, _, tag = name.rpartition(":")
            removed += _try(problems, f"name {name}", partial(client.tag, image, repository, tag))
    for name in now.names.keys() - before.names.keys():
        removed += _try(problems, f"name {name}", partial(client.remove_image, name, force=True))
    for one in now.images - before.images:
        # With its last name an image goes by itself, and a child takes its parents along.
        removed += _try(problems, f"image {one}", partial(client.remove_image, one, force=True))
    return removed


def _try(problems: dict[str, str], what: str, act: Callable[[], object]) -> int:
    """1 where it was done; where the engine refuses, its words are kept and the others go on."""
    try:
        act()
    except APIError as error:
        problems[what] = visible(str(error.explanation or error), 200)
        return 0
    return 1


def _differences(before: EngineState, now: EngineState) -> tuple[list[str], list[str]]:
    """What is there too much, and what is there no more."""
    left: list[str] = []
    missing: list[str] = []
    pairs: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("container", before.containers, now.containers),
        ("network", before.networks, now.networks),
        ("volume", before.volumes, now.volumes),
        ("image", before.images, now.images),
        ("name", before.names, now.names),
        ("swarm", ["swarm"] * before.swarm, ["swarm"] * now.swarm),
    )
    for kind, old, new in pairs:
        left += [f"{kind} {one}" if kind != "swarm" else kind for one in sorted(set(new) - set(old))]
        missing += [f"{kind} {one}" if kind != "swarm" else kind for one in sorted(set(old) - set(new))]
    moved = [name for name, image in before.names.items() if now.names.get(name, image) != image]
    return left, missing + [f"name {name} (it names another image)" for name in moved]
