"""Machines of the lab: three engines, each reached in three ways; injected faults; nothing left of a killed owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.lab import Lab, LabError, debian_packages, run
from tests.lab.machines import DOCKER_20, DOCKER_26, PODMAN, faults, machines
from tests.lab.machines.network import NAMESPACES
from tests.lab.machines.sweep import groups, sweep_orphans
from tests.lab.process import ending, is_alive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.machines import LabMachine

pytestmark = [pytest.mark.live, pytest.mark.long]

KINDS = {"d20": DOCKER_20, "d26": DOCKER_26, "pod": PODMAN}
ENGINES = {"d20": "20.10", "d26": "26.1", "pod": "4.3"}


@pytest.fixture(scope="module")
def machines_by_name(lab: Lab) -> Iterator[dict[str, LabMachine]]:
    with machines(lab, KINDS, images=["nginx"]) as started:
        yield {machine.name: machine for machine in started}


@pytest.mark.parametrize("name", KINDS)
def test_an_engine_is_the_same_by_its_socket_by_tls_and_by_ssh(
    machines_by_name: dict[str, LabMachine], name: str
) -> None:
    machine = machines_by_name[name]
    assert machine.engine.docker("version", "--format", "{{.Server.Version}}").stdout.startswith(ENGINES[name])
    machine.engine.docker("run", "--detach", "--name", "web", "--publish", "4000:80", "nginx")
    assert _names_by_tls(machine) == "web"
    listing = f"curl -sS --unix-socket {machine.kind.socket} http://engine/v1.40/containers/json"
    assert '"/web"' in _by_ssh(machine, listing)
    page = [
        debian_packages.require_program("curl", "curl"),
        "--silent",
        "--retry",
        "9",
        "--retry-connrefused",
        "--retry-delay",
        "1",
        "--max-time",
        "15",
    ]
    assert "Welcome to nginx!" in run([*page, f"http://{machine.address}:4000/"]).stdout
    assert "Welcome to nginx!" in run(machine.command_on_network(*page, "http://localhost:4000/")).stdout


@pytest.mark.parametrize("name", KINDS)
def test_a_bind_mount_has_one_path_outside_inside_and_over_ssh(
    machines_by_name: dict[str, LabMachine], name: str
) -> None:
    machine = machines_by_name[name]
    (machine.home / "site").mkdir()
    (machine.home / "site" / "index.html").write_text("ma page")
    mount = f"{machine.home}/site:/usr/share/nginx/html"
    shown = ["run", "--rm", "--volume", mount, "nginx", "cat", "/usr/share/nginx/html/index.html"]
    assert machine.engine.docker(*shown).stdout == "ma page"
    assert _by_ssh(machine, "cat ~/site/index.html") == "ma page"


def test_a_client_without_certificate_is_refused(machines_by_name: dict[str, LabMachine]) -> None:
    curl = debian_packages.require_program("curl", "curl")
    for machine in machines_by_name.values():
        asked = run([curl, "--insecure", "--silent", f"https://{machine.address}:2376/_ping"], check=False)
        assert asked.returncode != 0
        assert "OK" not in asked.stdout


def test_a_stopped_engine_accepts_and_says_nothing_until_it_is_resumed(machines_by_name: dict[str, LabMachine]) -> None:
    machine = machines_by_name["d20"]
    faults.hang(machine)
    try:
        with pytest.raises(LabError, match="did not end within"):
            machine.engine.docker("ps", limit_s=1)
    finally:
        faults.resume(machine)
    machine.engine.docker("ps", limit_s=10)


def test_an_engine_dies_at_the_request_it_was_told_to(machines_by_name: dict[str, LabMachine]) -> None:
    machine = machines_by_name["d26"]
    with faults.at_request(machine, 5, faults.kill_engine) as proxy:
        codes = [machine.engine.docker("ps", check=False).returncode for _ in range(4)]  # a ping and a list each
    assert codes[:2] == [0, 0]
    assert codes[2:] == [1, 1]
    assert len(proxy.requests) >= 5
    faults.start_engine(machine)
    machine.engine.docker("ps")


def test_ssh_faults_are_what_they_say(machines_by_name: dict[str, LabMachine]) -> None:
    machine = machines_by_name["pod"]
    before = faults.ssh_connections(machine)
    assert _by_ssh(machine, "echo here") == "here\n"
    assert faults.ssh_connections(machine) == before + 1
    faults.flood_login(machine, 100_000)
    assert len(_by_ssh(machine, "echo here")) > 100_000
    faults.hang_login(machine)
    with pytest.raises(LabError, match="did not end within"):
        _by_ssh(machine, "echo here", limit_s=2)
    (machine.home / ".bashrc").unlink()
    faults.change_host_key(machine)
    with pytest.raises(LabError, match="REMOTE HOST IDENTIFICATION HAS CHANGED"):
        _by_ssh(machine, "echo here")
    faults.refuse(machine)
    with pytest.raises(LabError, match="Connection refused"):
        _by_ssh(machine, "echo here")


OWNER = """
import sys, time
from pathlib import Path
from tests.lab import Lab
from tests.lab.machines import DOCKER_20, machines
with machines(Lab.at(Path(sys.argv[1])), {"left": DOCKER_20}, images=["nginx"]) as [machine]:
    machine.engine.docker("run", "--detach", "--name", "web", "nginx")
    print(machine.namespace, machine.init, flush=True)
    time.sleep(600)
"""


def test_the_next_start_sweeps_what_a_killed_owner_left(lab: Lab) -> None:
    command = [sys.executable, "-c", OWNER, str(lab.root)]
    with ending(subprocess.Popen(command, stdout=subprocess.PIPE, text=True), signal.SIGKILL) as owner:
        assert owner.stdout
        namespace, init = owner.stdout.readline().split()
        owner.kill()
    assert (NAMESPACES / namespace).exists()
    assert _inhabitants(namespace)
    sweep_orphans(lab)
    assert not (NAMESPACES / namespace).exists()
    assert not is_alive(int(init))
    assert not [group for group in groups(lab).iterdir() if str(owner.pid) in group.name]


def test_machines_of_a_living_owner_are_left_alone(machines_by_name: dict[str, LabMachine], lab: Lab) -> None:
    sweep_orphans(lab)
    assert all((NAMESPACES / machine.namespace).exists() for machine in machines_by_name.values())


def test_a_machine_needs_a_name_that_fits(lab: Lab) -> None:
    with pytest.raises(LabError, match="cannot name a machine"), machines(lab, {"-oProxy": DOCKER_20}):
        pass


def _inhabitants(namespace: str) -> list[str]:
    return run(["ip", "netns", "pids", namespace]).stdout.split()


def _by_ssh(machine: LabMachine, command: str, limit_s: float = 20) -> str:
    return run(["ssh", "-F", machine.ssh_config, machine.name, command], limit_s=limit_s).stdout


def _names_by_tls(machine: LabMachine) -> str:
    settings = {"DOCKER_HOST": f"tcp://{machine.address}:2376", "DOCKER_TLS_VERIFY": "1"}
    env = os.environ | settings | {"DOCKER_CERT_PATH": str(machine.certificates)}
    return run(["docker", "ps", "--format", "{{.Names}}"], env=env).stdout.strip()
