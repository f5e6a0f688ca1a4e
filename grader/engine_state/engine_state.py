"""The objects on an engine before and after a submission, and the removal of what is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.machine.built_in_networks import BUILT_IN_NETWORKS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import docker

_PROJECT: Final = "com.docker.compose.project"


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


def read_engine_state(client: docker.APIClient) -> EngineState:
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

    `usual_sockets` are where this machine's own engine listens. An engine that is declared `disposable` may be that
    one, and need not be empty: existing objects are left alone, but keep their ports and names.
    """
    if disposable:
        return
    if url.removeprefix("unix://") in usual_sockets:
        raise GraderError("engine.own", engine=url)
    if not state.is_empty:
        raise GraderError(
            "engine.not-empty",
            engine=url,
            containers=len(state.containers),
            networks=len(state.networks),
            volumes=len(state.volumes),
            nodes=int(state.is_in_swarm),
        )
