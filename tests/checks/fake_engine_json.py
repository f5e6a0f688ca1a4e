"""Containers, images, networks, services and tasks as an engine describes them: a test writes only what differs."""

from __future__ import annotations

import datetime as dt
import io
import ipaddress
import tarfile
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.scripted_machine import NOW

NGINX = "sha256:nginx"


@dataclass(frozen=True)
class File:
    """A file inside a container, as `docker cp` takes it out."""

    content: bytes = b""
    mode: int = 0o644
    written_at: float = NOW - 1000
    link_target: str = ""
    entries: tuple[str, ...] | None = None
    """Its entries, if it is a folder."""


@dataclass
class FakeContainer:
    """A container, and what can be seen in it."""

    raw: dict[str, Any]
    """`docker inspect`."""
    log: bytes | None = b""
    """`None` if the engine keeps none that it can read."""
    files: dict[str, File] = field(default_factory=dict)
    listens: tuple[str, ...] | None = None
    """Such as `0.0.0.0:80`; `None` if it has no `cat`."""
    connected: tuple[tuple[int, str], ...] = ()
    """Its own port, and the peer as `172.18.0.3:27017`."""
    changes: dict[str, int] = field(default_factory=dict)
    """`docker diff`: 0 changed, 1 added, 2 deleted."""
    received: int | None = None
    """Bytes; `None` if the engine does not count them."""
    events: list[dict[str, Any]] = field(default_factory=list)
    commands: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """The start of a command inside, to its exit code and output; for any other command 127, not found."""
    top: dict[str, Any] | None = None
    processor_s: float = 0.0
    """Processor time that it has used."""

    def set_thread_states(self, *states: str) -> None:
        """What `docker top` shows of its threads."""
        self.top = {"Titles": ["PID", "STAT"], "Processes": [["1", state] for state in states]}

    @property
    def id(self) -> str:
        return str(self.raw["Id"])

    @property
    def name(self) -> str:
        return str(self.raw["Name"]).removeprefix("/")

    def set_state(self, status: str, **more: Any) -> None:
        self.raw["State"] = self.raw["State"] | {"Status": status} | more

    def add_event(self, action: str, ago_s: float, **attributes: str) -> None:
        """An event that the engine remembers."""
        nanoseconds = int((NOW - ago_s) * 1e9)
        self.events.append({"Action": action, "timeNano": nanoseconds, "Actor": {"Attributes": attributes}})


def date_ago(ago_s: float) -> str:
    """RFC 3339, with nanoseconds, so many seconds before the test begins."""
    return dt.datetime.fromtimestamp(NOW - ago_s, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def fake_container(
    name: str = "web",
    *,
    image: str = "nginx",
    image_id: str = NGINX,
    state: str = "running",
    up_s: float = 60.0,
    ran_s: float = 60.0,
    exit_code: int = 0,
    error: str = "",
    health: str = "",
    restarts: int = 0,
    ports: dict[str, str] | None = None,
    command: tuple[str, ...] = ("nginx",),
    labels: dict[str, str] | None = None,
    env: dict[str, str] | None = None,
    mounts: tuple[dict[str, Any], ...] = (),
    networks: dict[str, str] | None = None,
    mode: str = "bridge",
    config: dict[str, Any] | None = None,
    host: dict[str, Any] | None = None,
    **seen: Any,
) -> FakeContainer:
    """A container that runs, unless `state` says otherwise.

    `ports`: as `-p` has them, `{"80/tcp": "127.0.0.1:4000"}`. `networks`: name to address. `up_s`: since its start;
    one that has stopped ran for `ran_s`, and ended just now. `seen`: fields of `FakeContainer`.
    """
    bindings = {inside: _bindings(written) for inside, written in (ports or {}).items()}
    is_up = state in {"running", "paused", "restarting"}
    started = date_ago(up_s if is_up else ran_s) if state != "created" else "0001-01-01T00:00:00Z"
    finished = date_ago(0) if state in {"exited", "dead"} else "0001-01-01T00:00:00Z"
    raw = {
        "Id": f"{name}-id",
        "Name": f"/{name}",
        "Image": image_id,
        "Path": command[0] if command else "",
        "Args": list(command[1:]),
        "RestartCount": restarts,
        "State": {
            "Status": state,
            "ExitCode": exit_code,
            "Error": error,
            "StartedAt": started,
            "FinishedAt": finished,
            "Pid": 4242 if is_up else 0,
        }
        | ({"Health": {"Status": health, "Log": [{"Output": "said the check\n"}]}} if health else {}),
        "Config": {
            "Image": image,
            "Labels": labels or {},
            "Env": [f"{one}={value}" for one, value in (env or {}).items()],
        }
        | (config or {}),
        "HostConfig": {"NetworkMode": mode, "PortBindings": bindings} | (host or {}),
        "Mounts": list(mounts),
        "NetworkSettings": {
            "Ports": bindings if is_up else {},
            "Networks": {
                one: {"IPAddress": address, "Aliases": [name]} for one, address in (networks or {"bridge": ""}).items()
            },
        },
    }
    return FakeContainer(raw, **seen)


def _bindings(written: str) -> list[dict[str, str]]:
    host, _, port = written.rpartition(":")
    # IPv4 and IPv6 twins, as Docker writes one `-p`.
    return [{"HostIp": one, "HostPort": port} for one in ([host] if host else ["0.0.0.0", "::"])]  # noqa: S104


def compose_labels(service: str, project: str = "todos", number: int = 1, **more: str) -> dict[str, str]:
    """Of a container that compose made from `/home/anna/<project>/compose.yaml`."""
    return {
        "com.docker.compose.project": project,
        "com.docker.compose.service": service,
        "com.docker.compose.container-number": str(number),
        "com.docker.compose.project.working_dir": f"/home/anna/{project}",
        "com.docker.compose.project.config_files": f"/home/anna/{project}/compose.yaml",
        "com.docker.compose.version": "5.0.0",
        "com.docker.compose.config-hash": f"hash-{service}",
        "com.docker.compose.oneoff": "False",
    } | {f"com.docker.compose.{name}": value for name, value in more.items()}


def fake_image(
    *tags: str,
    image_id: str = "",
    layers: tuple[str, ...] = ("base",),
    config: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """`docker image inspect`; its history may be given under `history`, the newest first."""
    return {
        "Id": image_id or f"sha256:{tags[0].partition(':')[0]}",
        "RepoTags": list(tags),
        "RepoDigests": [],
        "Config": config or {},
        "RootFS": {"Layers": list(layers)},
        "Size": 50_000_000,
    } | more


def fake_network(name: str, driver: str = "bridge", **more: Any) -> dict[str, Any]:
    return {"Id": f"{name}-id", "Name": name, "Driver": driver, "Scope": "local", "Labels": {}} | more


def fake_service(
    name: str = "web",
    replicas: int | None = 3,
    *,
    ports: tuple[dict[str, Any], ...] = (),
    networks: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Global if `replicas` is `None`. `ports`: as in `Endpoint.Ports`."""
    return {
        "ID": f"{name}-service",
        "Spec": {
            "Name": name,
            "TaskTemplate": {
                "ContainerSpec": {"Image": "nginx:latest"},
                "Networks": [{"Target": one} for one in networks],
            },
            "Mode": {"Global": {}} if replicas is None else {"Replicated": {"Replicas": replicas}},
        },
        "Endpoint": {"Ports": list(ports)},
    }


def fake_task(
    task_id: str,
    slot: int = 1,
    state: str = "running",
    *,
    desired_state: str = "running",
    since_s: float = 60,
    container_id: str = "",
    error: str = "",
    ports: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    return {
        "ID": task_id,
        "Slot": slot,
        "DesiredState": desired_state,
        "Status": {
            "State": state,
            "Timestamp": date_ago(since_s),
            "Err": error,
            "ContainerStatus": {"ContainerID": container_id},
            "PortStatus": {"Ports": list(ports)},
        },
    }


def archive(path: str, file: File) -> bytes:
    """The tar that `docker cp` gives of one file or folder."""
    body = io.BytesIO()
    name = path.rstrip("/").rpartition("/")[2] or "."
    with tarfile.open(fileobj=body, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.mode, member.mtime, member.size = file.mode, int(file.written_at), len(file.content)
        if file.link_target:
            member.type, member.linkname = tarfile.SYMTYPE, file.link_target
        elif file.entries is not None:
            member.type = tarfile.DIRTYPE
        tar.addfile(member, io.BytesIO(file.content))
        for inner in file.entries or ():
            tar.addfile(tarfile.TarInfo(f"{name}/{inner}"))
    return body.getvalue()


def archive_of(files: dict[str, bytes], mode: Literal["w", "w:gz", "w:xz", "w:bz2"] = "w") -> bytes:
    """A tar of these files, by their paths in it."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode=mode) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return body.getvalue()


def proc_net(listens: tuple[str, ...], connected: tuple[tuple[int, str], ...] = ()) -> bytes:
    """`/proc/net/tcp`, IPv6 addresses among them."""
    lines = ["  sl  local_address rem_address   st"]
    lines += [f"   0: {_socket(one)} 00000000:0000 0A" for one in listens]
    lines += [f"   0: {_socket(f'172.18.0.9:{own}')} {_socket(peer)} 01" for own, peer in connected]
    return "\n".join(lines).encode()


def _socket(written: str) -> str:
    host, _, port = written.rpartition(":")
    packed = ipaddress.ip_address(host.strip("[]")).packed
    digits = b"".join(packed[at : at + 4][::-1] for at in range(0, len(packed), 4)).hex().upper()
    return f"{digits}:{int(port):04X}"
