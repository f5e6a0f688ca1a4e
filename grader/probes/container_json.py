"""One container as the engine tells it: the fact, and how it is read from `GET /containers/{id}/json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from grader.errors import ProbeFailed
from grader.machine.text import visible
from grader.probes.endpoints import EndpointFact, RawEndpoint, endpoint_facts
from grader.probes.engine_json import Int64, decode
from grader.probes.moments import moment
from grader.probes.mounts import MountFact, RawMount, mount_facts
from grader.probes.ports import PortFact, RawBinding, port_facts

if TYPE_CHECKING:
    from grader.machine.question import Answer

__all__ = ["ContainerFact", "State", "moment", "parse_container"]

State = Literal["created", "running", "paused", "restarting", "removing", "exited", "dead", "unknown"]


@dataclass(frozen=True)
class ContainerFact:
    """The part of `docker inspect` that checks judge."""

    id: str
    name: str
    image: str
    """As it was typed: name, tag, digest or id."""
    image_id: str
    state: State
    exit_code: int
    out_of_memory: bool
    """True where the kernel ended it for want of memory."""
    error: str
    """What the engine said when it could not start the container."""
    health: str
    """`starting`, `healthy`, `unhealthy`, or empty where there is no health check."""
    health_said: str
    """What the health check printed, the last time."""
    restarts: int
    uptime_s: float
    """Seconds since the last start, by the machine's own clock; for a stopped one, how long it ran."""
    seen_at: float
    """The machine's clock when it was looked at, in seconds since 1970."""
    stopped_at: str
    started_at: str
    pid: int
    """Of its process 1, as the machine numbers it; 0 while it does not run."""
    command: tuple[str, ...]
    user: str
    hostname: str
    uts_mode: str
    """`host` where it has the machine's own name."""
    pid_mode: str
    """`host` or `container:…` where it shares the processes of the machine or of another; empty for its own."""
    workdir: str
    tty: bool
    stdin_open: bool
    attached: bool
    """True where a terminal was attached to its output when it was created: `docker run` without `-d`."""
    env: dict[str, str]
    labels: dict[str, str]
    ports: tuple[PortFact, ...]
    """Bindings of a running container; for another, those it asks for."""
    ports_typed: tuple[PortFact, ...]
    """The bindings as they were asked for: without a host port where the engine was to choose."""
    publish_all: bool
    exposed: tuple[str, ...]
    mounts: tuple[MountFact, ...]
    networks: dict[str, EndpointFact]
    """Name of each network to its place on it."""
    network_mode: str
    extra_hosts: tuple[str, ...]
    links: dict[str, str]
    """Alias to the name of the container that `--link` gave it for, on the default bridge and on networks."""

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its addresses on all its networks, while it runs."""
        return tuple(address for place in self.networks.values() for address in place.addresses)

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
    env: list[str] | None = None
    labels: dict[str, str] | None = None
    exposed_ports: dict[str, msgspec.Raw] | None = None


class _RawHostConfig(msgspec.Struct, rename="pascal"):
    port_bindings: dict[str, list[RawBinding] | None] | None = None
    publish_all_ports: bool = False
    network_mode: str = ""
    uts_mode: str = msgspec.field(default="", name="UTSMode")
    pid_mode: str = ""
    extra_hosts: list[str] | None = None
    links: list[str] | None = None
    tmpfs: dict[str, str] | None = None


class _RawNetworkSettings(msgspec.Struct, rename="pascal"):
    ports: dict[str, list[RawBinding] | None] | None = None
    networks: dict[str, RawEndpoint | None] | None = None


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


def parse_container(answer: Answer) -> ContainerFact:
    """Reads `docker inspect`'s answer. Raises `ProbeFailed` where it is not one."""
    raw = decode(answer, _RawContainer, "GET /containers/{id}/json")
    state, config, host = raw.state, raw.config, raw.host_config
    # The engine keeps what was typed after `-p`, and publishes nothing of it.
    is_on_host = host.network_mode == "host"
    live = raw.network_settings.ports if state.status in {"running", "paused"} else host.port_bindings
    return ContainerFact(
        id=raw.id,
        name=raw.name.removeprefix("/"),
        image=config.image,
        image_id=raw.image,
        state=_state(state.status),
        exit_code=state.exit_code,
        out_of_memory=state.oom_killed,
        error=visible(state.error),
        health=state.health.status if state.health and state.health.status != "none" else "",
        health_said=_health_said(state),
        restarts=raw.restart_count,
        uptime_s=_uptime(state, _clock(answer)),
        seen_at=_clock(answer),
        started_at=state.started_at,
        stopped_at=state.finished_at,
        pid=state.pid,
        command=(raw.path, *(raw.args or [])) if raw.path else (),
        user=config.user,
        hostname=config.hostname,
        uts_mode=host.uts_mode,
        pid_mode="" if host.pid_mode == "private" else host.pid_mode,  # Podman's word for its own
        workdir=config.working_dir,
        tty=config.tty,
        stdin_open=config.open_stdin,
        attached=config.attach_stdout or config.attach_stderr,
        env=dict(entry.partition("=")[::2] for entry in config.env or []),
        labels=config.labels or {},
        ports=() if is_on_host else port_facts(live or host.port_bindings or {}),
        ports_typed=port_facts(host.port_bindings or {}),
        publish_all=host.publish_all_ports,
        exposed=tuple(config.exposed_ports or {}),
        # `--tmpfs` is no entry of `Mounts`, though it is one in every other way.
        mounts=mount_facts([*(raw.mounts or []), *(RawMount("tmpfs", Destination=at) for at in host.tmpfs or ())]),
        networks=(networks := endpoint_facts(raw.network_settings.networks or {})),
        network_mode=host.network_mode,
        extra_hosts=tuple(host.extra_hosts or ()),
        links=_links([*(host.links or ()), *(link for endpoint in networks.values() for link in endpoint.links)]),
    )


def _health_said(state: _RawState) -> str:
    log = (state.health.log if state.health else None) or []
    return visible(log[-1].output.strip(), 160) if log else ""


def _state(status: str) -> State:
    known: tuple[State, ...] = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
    # Podman's words for the same.
    status = {"configured": "created", "initialized": "created", "stopped": "exited"}.get(status, status)
    return next((state for state in known if state == status), "unknown")


def _links(written: list[str]) -> dict[str, str]:
    """Reads `/mongo:/api/db` of the default bridge, and `mongo:db` or `mongo` of a network."""
    pairs = (link.rpartition(":") if ":" in link else (link, ":", link) for link in written)
    return {alias.rpartition("/")[2]: name.strip("/") for name, _, alias in pairs}


def _clock(answer: Answer) -> float:
    if answer.at is None:
        raise ProbeFailed("no-clock")
    return answer.at


def _uptime(state: _RawState, at: float) -> float:
    started = moment(state.started_at)
    if started is None:
        return 0.0
    if state.status in {"running", "paused"}:
        return max(0.0, at - started)
    finished = moment(state.finished_at)
    return max(0.0, finished - started) if finished else 0.0
