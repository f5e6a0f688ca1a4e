"""One container: the fact, and how it is parsed. Source: `GET /containers/{id}/json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from grader.errors import ProbeFailed
from grader.probes.containers.ports import PortFact, RawBinding, mark_default_addresses, parse_port_bindings
from grader.probes.engine_json import Int64, decode
from grader.probes.mounts.mounts import MountFact, RawMount, parse_mounts
from grader.probes.networks.endpoints import EndpointFact, RawEndpoint, parse_endpoints
from grader.probes.values import parse_timestamp
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.question import Answer

__all__ = ["ContainerFact", "ContainerState", "parse_container", "parse_timestamp"]

_MB: Final = 1024 * 1024
"""As `--memory` counts."""
ContainerState = Literal["created", "running", "paused", "restarting", "removing", "exited", "dead", "unknown"]


@dataclass(frozen=True)
class ContainerFact:
    """The part of `docker inspect` that checks judge."""

    id: str
    name: str
    image: str
    """As it was typed: name, tag, digest or id."""
    image_id: str
    manifest: str
    """The digest of its image's manifest for this platform, from containerd's image store; otherwise empty."""
    state: ContainerState
    exit_code: int
    out_of_memory: bool
    """True if the kernel killed one of its programs because memory ran out."""
    memory_limit_mb: int
    """Of `--memory`; 0 without one."""
    error: str
    """The engine's error if it could not start the container."""
    health: str
    """`starting`, `healthy`, `unhealthy`, or empty if there is no health check."""
    health_output: str
    """The last output of the health check."""
    restarts: int
    restart_policy: str
    """`no`, `always`, `unless-stopped` or `on-failure`; may be empty."""
    uptime_s: float
    """Seconds since the last start, by the machine's own clock; for a stopped container, how long it ran."""
    inspected_at: float
    """The machine's clock when it was inspected, in seconds since 1970."""
    finished_at: str
    started_at: str
    pid: int
    """The id of its process 1 on the machine; 0 if it does not run."""
    command: tuple[str, ...]
    user: str
    hostname: str
    uts_mode: str
    """`host` if it has the machine's hostname."""
    pid_mode: str
    """`host` or `container:…` if it shares the processes of the machine or of another container; otherwise empty."""
    workdir: str
    tty: bool
    stdin_open: bool
    attached: bool
    """True if its output was attached to a terminal when it was created: `docker run` without `-d`."""
    env: dict[str, str]
    labels: dict[str, str]
    ports: tuple[PortFact, ...]
    """The bindings in force of a running container; of any other, the requested ones."""
    requested_ports: tuple[PortFact, ...]
    """The bindings as requested: without a host port if the engine chooses it."""
    publish_all: bool
    exposed: tuple[str, ...]
    mounts: tuple[MountFact, ...]
    networks: dict[str, EndpointFact]
    """Network name to its endpoint there."""
    network_mode: str
    extra_hosts: tuple[str, ...]
    links: dict[str, str]
    """Alias to container name, from `--link`, on the default bridge and on user-defined networks."""

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its addresses on all its networks; empty if it does not run."""
        return tuple(address for place in self.networks.values() for address in place.addresses)

    @property
    def network_names(self) -> set[str]:
        """The names that its networks have for it, besides its own."""
        return {alias for place in self.networks.values() for alias in place.aliases}

    @property
    def is_of_compose(self) -> bool:
        return "com.docker.compose.service" in self.labels


class _RawHealthLog(msgspec.Struct, rename="pascal"):
    output: str = ""


class _RawHealth(msgspec.Struct, rename="pascal"):
    status: str = ""
    log: list[_RawHealthLog] | None = None


class _RawState(msgspec.Struct, rename="pascal"):
    status: str = "unknown"
    exit_code: Int64 = 0
    oom_killed: bool = msgspec.field(default=False, name="OOMKilled")
    error: str = ""
    pid: Int64 = 0
    started_at: str = ""
    finished_at: str = ""
    health: _RawHealth | None = None


class _RawConfig(msgspec.Struct, rename="pascal"):
    image: str = ""
    user: str = ""
    hostname: str = ""
    working_dir: str = ""
    tty: bool = False
    open_stdin: bool = False
    attach_stdout: bool = False
    attach_stderr: bool = False
    cmd: object = None
    entrypoint: object = None
    env: list[str] | None = None
    labels: dict[str, str] | None = None
    exposed_ports: dict[str, msgspec.Raw] | None = None


class _RawRestartPolicy(msgspec.Struct, rename="pascal"):
    name: str = ""


class _RawHostConfig(msgspec.Struct, rename="pascal"):
    port_bindings: dict[str, list[RawBinding] | None] | None = None
    publish_all_ports: bool = False
    network_mode: str = ""
    uts_mode: str = msgspec.field(default="", name="UTSMode")
    pid_mode: str = ""
    extra_hosts: list[str] | None = None
    links: list[str] | None = None
    tmpfs: dict[str, str] | None = None
    restart_policy: _RawRestartPolicy | None = None
    memory: Int64 = 0


class _RawNetworkSettings(msgspec.Struct, rename="pascal"):
    ports: dict[str, list[RawBinding] | None] | None = None
    networks: dict[str, RawEndpoint | None] | None = None


class _RawDescriptor(msgspec.Struct):
    digest: str = ""


class _RawContainer(msgspec.Struct, rename="pascal"):
    id: str
    name: str
    state: _RawState
    config: _RawConfig
    host_config: _RawHostConfig
    network_settings: _RawNetworkSettings
    image: str = ""
    path: str = ""
    args: list[str] | None = None
    restart_count: Int64 = 0
    mounts: list[RawMount] | None = None
    image_manifest_descriptor: _RawDescriptor | None = None


def parse_container(answer: Answer) -> ContainerFact:
    """Parses the output of `docker inspect`. Raises `ProbeFailed` if it is anything else."""
    raw = decode(answer, _RawContainer, "GET /containers/{id}/json")
    state, config, host = raw.state, raw.config, raw.host_config
    requested = parse_port_bindings(host.port_bindings or {})
    return ContainerFact(
        id=raw.id,
        name=raw.name.removeprefix("/"),
        image=config.image,
        image_id=raw.image,
        manifest=raw.image_manifest_descriptor.digest if raw.image_manifest_descriptor else "",
        state=_parse_state(state.status),
        exit_code=state.exit_code,
        out_of_memory=state.oom_killed,
        memory_limit_mb=host.memory // _MB,
        error=escape_control_characters(state.error, 1000),  # the reason comes last, after long paths
        health=state.health.status if state.health and state.health.status != "none" else "",
        health_output=_health_output(state),
        restarts=raw.restart_count,
        restart_policy=host.restart_policy.name if host.restart_policy else "",
        uptime_s=_uptime(state, _answer_time(answer)),
        inspected_at=_answer_time(answer),
        started_at=state.started_at,
        finished_at=state.finished_at,
        pid=state.pid,
        command=_command(raw),
        user=config.user,
        hostname=config.hostname,
        uts_mode=host.uts_mode,
        pid_mode="" if host.pid_mode == "private" else host.pid_mode,  # Podman's word for its own namespace
        workdir=config.working_dir,
        tty=config.tty,
        stdin_open=config.open_stdin,
        attached=config.attach_stdout or config.attach_stderr,
        env=dict(entry.partition("=")[::2] for entry in config.env or []),
        labels=config.labels or {},
        ports=_parse_ports(raw, requested),
        requested_ports=requested,
        publish_all=host.publish_all_ports,
        exposed=tuple(config.exposed_ports or {}),
        # `--tmpfs` is not in `Mounts`, though it is a mount in every other way.
        mounts=parse_mounts(
            [*(raw.mounts or []), *(RawMount("tmpfs", Destination=at) for at in host.tmpfs or ())], config.labels
        ),
        networks=(networks := parse_endpoints(raw.network_settings.networks or {})),
        network_mode=host.network_mode,
        extra_hosts=tuple(host.extra_hosts or ()),
        links=_parse_links([*(host.links or ()), *(link for endpoint in networks.values() for link in endpoint.links)]),
    )


def _command(raw: _RawContainer) -> tuple[str, ...]:
    """What process 1 was started with. Podman 4 repeats a command of one word among its arguments."""
    if not raw.path:
        return ()
    args = raw.args or []
    given = [words for words in (raw.config.entrypoint, raw.config.cmd) if words]
    return (raw.path,) if args == [raw.path] and given == [args] else (raw.path, *args)


def _parse_ports(raw: _RawContainer, requested: tuple[PortFact, ...]) -> tuple[PortFact, ...]:
    """Of a running container the bindings in force: the engine keeps what was typed, and may publish none of it."""
    if raw.host_config.network_mode == "host" or "host" in (raw.network_settings.networks or {}):
        return ()
    if raw.state.status in {"running", "paused"} and raw.network_settings.ports is not None:
        return mark_default_addresses(parse_port_bindings(raw.network_settings.ports), requested)
    return requested


def _health_output(state: _RawState) -> str:
    log = (state.health.log if state.health else None) or []
    return escape_control_characters(" | ".join(log[-1].output.strip().splitlines()), 160) if log else ""


def _parse_state(status: str) -> ContainerState:
    known: tuple[ContainerState, ...] = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
    # Podman's words for the same states.
    status = {"configured": "created", "initialized": "created", "stopped": "exited"}.get(status, status)
    return next((state for state in known if state == status), "unknown")


def _parse_links(written: list[str]) -> dict[str, str]:
    """Reads `/mongo:/api/db` of the default bridge, and `mongo:db` or `mongo` of a network."""
    pairs = (link.rpartition(":") if ":" in link else (link, ":", link) for link in written)
    return {alias.rpartition("/")[2]: name.strip("/") for name, _, alias in pairs}


def _answer_time(answer: Answer) -> float:
    if answer.at is None:
        raise ProbeFailed("no-clock")
    return answer.at


def _uptime(state: _RawState, at: float) -> float:
    started = parse_timestamp(state.started_at)
    if started is None:
        return 0.0
    if state.status in {"running", "paused"}:
        return max(0.0, at - started)
    finished = parse_timestamp(state.finished_at)
    return max(0.0, finished - started) if finished else 0.0
