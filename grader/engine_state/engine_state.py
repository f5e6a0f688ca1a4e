"""The objects on an engine before and after a submission, and the removal of what is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from docker.errors import APIError

from grader.errors import GraderError
from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

_PROJECT: Final = "com.docker.compose.project"
_MAX_ROUNDS: Final = 3
"""A container that restarts, or holds a network, may need a second round."""


class EngineApi(Protocol):
    """The part of `docker.APIClient` that is used."""

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
    """The objects on an engine. Two states are equal if a submission has left nothing and removed nothing."""

    containers: frozenset[str]
    networks: frozenset[str]
    """Ids, without those that every engine has."""
    volumes: frozenset[str]
    images: frozenset[str]
    image_names: Mapping[str, str] = field(default_factory=dict)
    """Image name to image id: `docker tag` makes no new image, and would give the next student another nginx."""
    is_in_swarm: bool = False
    compose_projects: frozenset[str] = frozenset()
    """Names of the Compose projects that have containers."""
    observed_at: str = field(default="", compare=False)
    """The engine's own time when it was read."""

    @property
    def is_empty(self) -> bool:
        """Nothing but images."""
        return not (self.containers or self.networks or self.volumes or self.is_in_swarm)


@dataclass(frozen=True, slots=True)
class TakeDownReport:
    """How an engine was left."""

    removed: int
    """Number of objects removed."""
    left: tuple[str, ...] = ()
    """What could not be removed, such as `container 3f2a…: …`."""
    missing: tuple[str, ...] = ()
    """Objects that were there before and are gone: only a new engine has them again."""

    @property
    def is_restored(self) -> bool:
        return not self.left and not self.missing


def read_engine_state(client: EngineApi) -> EngineState:
    """Read all objects of an engine. Raises what the client raises."""
    info, images, containers = client.info(), client.images(all=True), client.containers(all=True)
    return EngineState(
        containers=frozenset(str(one["Id"]) for one in containers),
        networks=frozenset(str(one["Id"]) for one in client.networks() if one.get("Name") not in BUILT_IN_NETWORKS),
        volumes=frozenset(str(one["Name"]) for one in client.volumes().get("Volumes") or []),
        images=frozenset(str(one["Id"]) for one in images),
        image_names={
            str(name): str(one["Id"]) for one in images for name in one.get("RepoTags") or [] if name != "<none>:<none>"
        },
        is_in_swarm=(info.get("Swarm") or {}).get("LocalNodeState", "inactive") not in {"inactive", ""},
        observed_at=str(info.get("SystemTime") or ""),
        compose_projects=frozenset(
            str(label) for one in containers if (label := (one.get("Labels") or {}).get(_PROJECT))
        ),
    )


def require_disposable_engine(
    state: EngineState, url: str, usual_sockets: Collection[str], *, disposable: bool
) -> None:
    """Raise `GraderError` unless a submission may run on this engine.

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
                ("swarm", ["node"] if state.is_in_swarm else []),
            )
            if ids
        )
        raise GraderError(
            f"{url} is not empty ({found}): a repository is graded on an engine that holds nothing but images. "
            "Empty it, or say that it may be used with --disposable"
        )


def take_down(client: EngineApi, before: EngineState) -> TakeDownReport:
    """Remove what is not in `before`, restore image names, and read the state again.

    Raises what the client raises if the engine no longer answers.
    """
    removed = 0
    problems: dict[str, str] = {}
    for _ in range(_MAX_ROUNDS):
        now = read_engine_state(client)
        if _differences(before, now) == ([], []):
            break
        problems = {}
        removed += _remove_all(client, before, now, problems)
    _try_to(problems, "build cache", client.prune_builds)
    left, missing = _differences(before, read_engine_state(client))
    return TakeDownReport(removed, tuple(f"{one}: {problems.get(one, 'still there')}" for one in left), tuple(missing))


def _remove_all(client: EngineApi, before: EngineState, now: EngineState, problems: dict[str, str]) -> int:
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
        # With its last name an image goes by itself, and a child takes its parents along.
        removed += _try_to(problems, f"image {one}", partial(client.remove_image, one, force=True))
    return removed


def _try_to(problems: dict[str, str], what: str, act: Callable[[], object]) -> int:
    """Return 1 on success; if the engine refuses, keep its error message and return 0."""
    try:
        act()
    except APIError as error:
        problems[what] = escape_control_characters(str(error.explanation or error), 200)
        return 0
    return 1


def _differences(before: EngineState, now: EngineState) -> tuple[list[str], list[str]]:
    """Return what is new, and what is missing."""
    left: list[str] = []
    missing: list[str] = []
    pairs: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("container", before.containers, now.containers),
        ("network", before.networks, now.networks),
        ("volume", before.volumes, now.volumes),
        ("image", before.images, now.images),
        ("name", before.image_names, now.image_names),
        ("swarm", ["swarm"] * before.is_in_swarm, ["swarm"] * now.is_in_swarm),
    )
    for kind, old, new in pairs:
        left += [f"{kind} {one}" if kind != "swarm" else kind for one in sorted(set(new) - set(old))]
        missing += [f"{kind} {one}" if kind != "swarm" else kind for one in sorted(set(old) - set(new))]
    moved = [name for name, image in before.image_names.items() if now.image_names.get(name, image) != image]
    return left, missing + [f"name {name} (it names another image)" for name in moved]
