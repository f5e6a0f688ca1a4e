"""The options of a container, as the student would type `docker run` again after one correction."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Typed:
    """The options of a `docker run`, as the student would type it again after one correction."""

    name: str
    image: str
    command: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    mounts: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    user: str = ""
    entrypoint: str = ""
    is_interactive: bool = False
    has_terminal: bool = False
    restart: str = ""
    limits: list[str] = field(default_factory=list)
    """`--memory` and `--cpus`, each followed by its value."""
    health_check: list[str] = field(default_factory=list)
    """`--health-cmd` and its interval, or `--no-healthcheck`."""

    def line(self) -> str:
        """The command that removes the container and starts it again."""
        options = ["-d", "--name", self.name]
        options += ["-i"] * self.is_interactive + ["-t"] * self.has_terminal
        for option, values in (
            ("-p", self.ports),
            ("-v", self.mounts),
            ("-e", self.variables),
            ("--add-host", self.hosts),
            ("--network", self.networks[:1]),
            ("-u", [self.user] if self.user else []),
            ("--entrypoint", [self.entrypoint] if self.entrypoint else []),
            ("--restart", [self.restart] if self.restart else []),
        ):
            options += [word for value in values for word in (option, value)]
        options += [*self.limits, *self.health_check]
        run = ["docker", "run", *options, self.image, *self.command]
        more = [f"docker network connect {shlex.quote(one)} {shlex.quote(self.name)}" for one in self.networks[1:]]
        return "\n".join([f"docker rm -f {shlex.quote(self.name)}", _shown(run), *more])


def _shown(words: list[str]) -> str:
    """`~` at the start of a word is the student's home."""
    return " ".join(f"~/{shlex.quote(one[2:])}" if one.startswith("~/") else shlex.quote(one) for one in words)


def typed_as(doc: dict[str, Any], image: dict[str, Any] | None) -> Typed:
    """The options of a container, from `docker inspect`: those that its image does not give."""
    config, host, own = doc["Config"], doc["HostConfig"], (image or {}).get("Config") or {}
    inherited = set(own.get("Env") or [])
    network = host.get("NetworkMode", "")
    networks = [one for one in doc["NetworkSettings"].get("Networks") or {} if one != "bridge"]
    if network in {"host", "none"} or network.startswith("container:"):
        networks = [network]
    entry = config.get("Entrypoint") or []
    return Typed(
        name=doc["Name"].lstrip("/"),
        image=config["Image"],
        command=[] if config.get("Cmd") == own.get("Cmd") else list(config.get("Cmd") or []),
        ports=[one for inside, all_ in (host.get("PortBindings") or {}).items() for one in _ports(inside, all_)],
        mounts=list(host.get("Binds") or []),
        variables=[one for one in config.get("Env") or [] if one not in inherited],
        hosts=list(host.get("ExtraHosts") or []),
        networks=networks,
        user="" if config.get("User") == own.get("User") else config.get("User", ""),
        entrypoint="" if entry == (own.get("Entrypoint") or []) else entry[0],
        is_interactive=config["OpenStdin"],
        has_terminal=config["Tty"],
        restart="" if host["RestartPolicy"]["Name"] in {"", "no"} else host["RestartPolicy"]["Name"],
        limits=_limits(host),
        health_check=_health_check(config, own),
    )


def _limits(host: dict[str, Any]) -> list[str]:
    memory, cpus = host.get("Memory"), host.get("NanoCpus")
    return [*(["--memory", str(memory)] if memory else []), *(["--cpus", f"{cpus / 1e9:g}"] if cpus else [])]


def _health_check(config: dict[str, Any], own: dict[str, Any]) -> list[str]:
    """`["CMD-SHELL", "curl …"]` was typed as `--health-cmd "curl …"`."""
    check = config.get("Healthcheck")
    if not check or check == own.get("Healthcheck"):
        return []
    if check["Test"] == ["NONE"]:
        return ["--no-healthcheck"]
    interval = check.get("Interval")
    return ["--health-cmd", check["Test"][-1], *(["--health-interval", f"{interval}ns"] if interval else [])]


def _ports(inside: str, bindings: list[dict[str, str]] | None) -> list[str]:
    found = []
    for one in bindings or []:
        host = f"{one['HostIp']}:" if one.get("HostIp") else ""
        found.append(f"{host}{one['HostPort']}:{inside}".removesuffix("/tcp"))
    return found
