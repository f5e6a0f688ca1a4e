"""Each engine and setting of the matrix: it is what its name says, and tp2 gets the right marks on it."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.machines import machines
from tests.lab.machines.machine import name_of
from tests.lab.machines.network import processes_in
from tests.lab.machines.sweep import groups
from tests.lab.matrix.engines import ENGINES, EngineOfMatrix
from tests.lab.matrix.exercises import try_engine
from tests.lab.process import ending, wait_until
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab import Lab
    from tests.lab.machines import LabMachine

pytestmark = [pytest.mark.live, pytest.mark.long]

INFO = ("info", "--format")
BRIDGE = ("network", "inspect", "bridge", "--format")
SHOWN = {
    "docker20": ("version", "--format", "{{.Server.Version}}", "20.10."),
    "docker26": ("version", "--format", "{{.Server.Version}}", "26.1."),
    "docker28": (*INFO, "{{.ServerVersion}} {{.Driver}}", "28.5.2+dfsg4 overlay2"),
    "containerd28": (*INFO, "{{.DriverStatus}}", "io.containerd.snapshotter.v1"),
    "rootless28": (*INFO, "{{.ServerVersion}} {{.SecurityOptions}}", "name=rootless"),
    "podman": ("version", "--format", "{{.Server.Version}}", "4.3."),
    "podman5": ("version", "--format", "{{.Server.Version}}", "5.8."),
    "rootlesspodman5": (*INFO, "{{.SecurityOptions}}", "name=rootless"),
    "ip127": (*BRIDGE, "{{.Options}}", "host_binding_ipv4:127.0.0.1"),
    "ipv6": (*BRIDGE, "{{.EnableIPv6}}", "true"),
    "userns": (*INFO, "{{.SecurityOptions}}", "name=userns"),
    "noproxy": ("ps", "--format", "{{.Ports}}", "0.0.0.0:4000->80/tcp"),
    "icc": (*BRIDGE, "{{.Options}}", "enable_icc:false"),
    "liverestore": (*INFO, "{{.LiveRestoreEnabled}}", "true"),
    "lognone": (*INFO, "{{.LoggingDriver}}", "none"),
    "logsyslog": (*INFO, "{{.LoggingDriver}}", "syslog"),
    "logjournald": (*INFO, "{{.LoggingDriver}}", "journald"),
    "loglocal": (*INFO, "{{.LoggingDriver}}", "local"),
}
"""A question of the docker client, and what its answer must contain."""


@pytest.fixture(scope="module")
def machines_by_name(lab: Lab) -> Iterator[dict[str, LabMachine]]:
    kinds = {engine.kind.name: engine.kind for engine in ENGINES}
    with machines(lab, kinds, COURSE_IMAGES) as started:
        for machine in started:
            machine.engine.docker("run", "--detach", "--name", "web", "--publish", "4000:80", "nginx")
        yield {machine.name: machine for machine in started}


@pytest.mark.parametrize("name", SHOWN)
def test_an_engine_is_what_its_name_says(machines_by_name: dict[str, LabMachine], name: str) -> None:
    *question, wanted = SHOWN[name]
    assert wanted in machines_by_name[name].engine.docker(*question).stdout


def test_only_without_the_setting_a_program_forwards_ports(machines_by_name: dict[str, LabMachine]) -> None:
    assert "docker-proxy" in _programs(machines_by_name["docker28"])
    assert "docker-proxy" not in _programs(machines_by_name["noproxy"])


def test_images_are_built_with_buildkit_where_the_client_is_new(
    machines_by_name: dict[str, LabMachine], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("build")
    (folder / "Dockerfile").write_text("FROM ubuntu\nRUN echo built > /built\n")
    for engine in ENGINES:
        machine = machines_by_name[engine.kind.name]
        done = machine.engine.docker("build", "--tag", "built", folder, limit_s=120)
        assert ("exporting to image" in done.stderr) == engine.kind.buildkit, machine.name
        assert machine.engine.docker("run", "--rm", "built", "cat", "/built").stdout == "built\n"


@pytest.mark.parametrize("engine", ENGINES, ids=[engine.kind.name for engine in ENGINES])
def test_tp2_comes_out_right(lab: Lab, engine: EngineOfMatrix) -> None:
    row = try_engine(lab, engine, ("tp2",))
    assert row.faults == []
    right, wrong = row.cells["tp2"]
    assert (right.mark, right.hidden) == (20.0, {})
    assert (wrong.mark, wrong.hidden) == (8.0, {})


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_matrix_that_is_interrupted_leaves_no_machine(lab: Lab, number: signal.Signals, code: int) -> None:
    command = [sys.executable, "-m", "tests.lab.matrix", "--only", "docker20", "--exercises", "tp7"]
    with ending(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)) as matrix:

        def its_groups() -> list[str]:
            return [group.name for group in groups(lab).iterdir() if f"run{matrix.pid}-" in group.name]

        wait_until("its machines", lambda: [name for name in its_groups() if _is_ready(lab, name)], 120)
        matrix.send_signal(number)
        assert matrix.wait(60) == code
        assert its_groups() == []


def _programs(machine: LabMachine) -> set[str]:
    """Those on the machine's network. `machine.processes` knows none that a thread of the engine has started."""
    return {name_of(pid) for pid in processes_in(machine.namespace)}


def _is_ready(lab: Lab, group: str) -> bool:
    """Whether its machines are up, so that a solution may be in the middle of coming up."""
    return (groups(lab) / group / "ssh" / "config").exists()
