"""The lab's own dockerd: started beside other engines, stopped with everything that it made."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from tests.lab import debian_packages, host_network
from tests.lab.engine import Engine, docker_client
from tests.lab.own_network import command_on_network, has_own_network
from tests.lab.process import LabError, is_alive, last_lines, print_progress, run, start_daemon, wait_until

if TYPE_CHECKING:
    from tests.lab.lab_folder import Lab

START_LIMIT_S = 40


def private_url(lab: Lab) -> str:
    return f"unix://{lab.sockets / 'docker.sock'}"


def start(lab: Lab) -> None:
    """Start the lab's own engine; installs Debian's if it is missing. Raises `LabError` with the reason if it fails."""
    if os.geteuid() != 0:
        raise LabError(
            "only root can start a Docker engine here: start Docker yourself or set DOCKER_HOST, or run this as root"
        )
    debian_packages.require_program("dockerd", "docker.io")
    if docker_client() is None:
        docker_client.cache_clear()
        debian_packages.require_program("docker", "docker-cli")
    path = path_with_iptables(lab)
    log = lab.root / "dockerd.log"
    print_progress("starting the lab's own Docker engine…")
    host_network.detach_dead_containers(lab)
    if not has_own_network(lab):
        host_network.save_network(lab)
    daemon = start_daemon(command_on_network(lab, _command(lab)), log, os.environ | {"PATH": path})
    engine = Engine(private_url(lab), private=True)

    def ready() -> bool:
        if daemon.poll() is not None:
            raise LabError(f"dockerd ended at once: {last_lines(log)} (full log: {log})")
        return engine.answers()

    wait_until(f"dockerd to answer (see {log})", ready, START_LIMIT_S)


def pid_of(lab: Lab) -> int | None:
    """The process of the lab's own dockerd; `None` if it does not run."""
    try:
        pid = int((lab.root / "dockerd.pid").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    return pid if is_alive(pid) else None


def _command(lab: Lab) -> list[str]:
    (lab.root / "dockerd.pid").unlink(missing_ok=True)
    settings = lab.root / "daemon.json"
    settings.write_text(
        json.dumps({"group": "root"}), encoding="ascii"
    )  # the machine's own daemon.json is not ours to read
    return [
        debian_packages.require_program("dockerd"),
        f"--config-file={settings}",
        f"--host={private_url(lab)}",
        f"--data-root={lab.root / 'data'}",
        f"--exec-root={lab.sockets / 'exec'}",
        f"--pidfile={lab.root / 'dockerd.pid'}",
    ]


def path_with_iptables(lab: Lab) -> str:
    """`PATH` for dockerd, with a working `iptables`: some kernels support only the legacy one."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    said = ""
    for name in ("iptables", "iptables-legacy"):
        program = debian_packages.find_program(name)
        if program is None:
            continue
        asked = run([program, "--wait", "5", "--table", "nat", "--list", "--numeric"], limit_s=10, check=False)
        if asked.returncode == 0:
            if name == "iptables":
                return path
            programs = lab.root / "bin"
            programs.mkdir(exist_ok=True)
            for alias in ("iptables", "ip6tables"):
                (programs / alias).unlink(missing_ok=True)
                (programs / alias).symlink_to(program.replace("iptables", alias))
            return f"{programs}:{path}"
        said = asked.stderr.strip()
    raise LabError(
        f"iptables does not work on this machine, so no engine can publish ports: {said or 'it is not installed'}"
    )
