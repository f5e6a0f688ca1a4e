"""A run over SSH: the same marks as on the machine itself, one connection, and nothing left of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.lab.machines.faults import ssh_connections
from tests.lab.machines.network_of import on_network_of
from tests.lab.process import wait_until
from tests.machine.machine_over_ssh import leftovers
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.transport.interface import Transport
    from tests.machine.machine_over_ssh import SshMachine

pytestmark = pytest.mark.live

SLOW_TEXT = """mkdir -p ~/Docker/site ~/Docker/app1
echo page > ~/Docker/site/index.html
echo 'echo hello world' > ~/Docker/app1/hello
printf 'server { listen 80; root /usr/share/nginx/html; location ~ txt$ { limit_rate 1; } }' > ~/Docker/slow.conf
docker run --name hello -v ~/Docker/app1:/foo ubuntu sh /foo/hello
docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html \
    -v ~/Docker/slow.conf:/etc/nginx/conf.d/default.conf nginx
"""
"""A page dropped in the folder is sent byte by byte, so that a run can be caught while it waits for it."""


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="gr", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def dropped(ssh_machine: SshMachine) -> list[Path]:
    return list((ssh_machine.machine.home / "Docker" / "site").glob(".grader-*"))


def test_the_reference_has_full_marks_by_one_connection_and_leaves_nothing(
    ssh_machine: SshMachine, temporary: Path
) -> None:
    ssh_machine.bring_up_tp2()
    before = ssh_connections(ssh_machine.machine)
    run = ssh_machine.pytest(temporary=temporary)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 0, said
    assert "20/20" in said
    assert ssh_connections(ssh_machine.machine) - before == 1
    assert leftovers(temporary) == []
    assert dropped(ssh_machine) == []


def test_a_failed_run_leaves_nothing(ssh_machine: SshMachine, temporary: Path) -> None:
    run = ssh_machine.pytest(temporary=temporary)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 1, said
    assert leftovers(temporary) == []


def test_a_machine_that_cannot_be_graded_leaves_nothing(ssh_machine: SshMachine, temporary: Path) -> None:
    with ssh_machine.without_sshd():
        run = ssh_machine.pytest(temporary=temporary)
        said, _ = run.communicate(timeout=60)
    assert run.returncode == 6
    assert "no SSH server listens" in said
    assert leftovers(temporary) == []


def test_after_ctrl_c_the_machine_is_as_it_was(ssh_machine: SshMachine, temporary: Path) -> None:
    """Ctrl-C goes to the whole group: the connection must survive it, so that the dropped page can be removed."""
    slow_solution(ssh_machine)
    run = ssh_machine.pytest(temporary=temporary)
    wait_until("the page to be dropped", lambda: dropped(ssh_machine), 30)
    os.killpg(run.pid, signal.SIGINT)
    run.communicate(timeout=30)
    assert run.returncode == 2
    assert dropped(ssh_machine) == []
    assert leftovers(temporary) == []


def test_after_kill_9_ssh_ends_by_itself_and_the_next_run_sweeps(ssh_machine: SshMachine, temporary: Path) -> None:
    slow_solution(ssh_machine)
    run = ssh_machine.pytest(temporary=temporary)
    wait_until("the page to be dropped", lambda: dropped(ssh_machine), 30)
    run.kill()
    run.communicate(timeout=30)
    left = leftovers(temporary)
    assert not [name for name in left if name.startswith("process")]
    assert len(left) == 1
    assert len(dropped(ssh_machine)) == 1

    again = ssh_machine.pytest(temporary=temporary)
    again.communicate(timeout=60)
    assert again.returncode == 1
    assert leftovers(temporary) == []
    assert dropped(ssh_machine) == []


def test_what_a_killed_run_left_while_it_was_connecting_is_swept(ssh_machine: SshMachine, temporary: Path) -> None:
    """An `ssh` that waits for an answer does not notice that we are gone: the next run ends it."""
    ssh_machine.configure("ProxyCommand sleep 600")
    run = ssh_machine.pytest(temporary=temporary)
    wait_until("ssh to be started", lambda: list(temporary.glob("grader-ssh-*/pid")), 30)
    run.kill()
    run.communicate(timeout=30)
    left = leftovers(temporary, within_s=0.1)
    assert [name for name in left if name.startswith("process")]
    ssh_machine.config = ssh_machine.machine.ssh_config
    again = ssh_machine.pytest(temporary=temporary)
    again.communicate(timeout=60)
    assert again.returncode == 1
    assert leftovers(temporary) == []


FORGETFUL = """
import os, sys
from pathlib import Path
from grader.machine.question import EngineQuestion
from grader.machine.transport.connect import open_transport
from grader.roster.machine_url import parse_machine_url
link = open_transport(parse_machine_url("ssh://pc1"), Path(sys.argv[1]))
if os.fork() == 0:
    sys.exit(0)
os.wait()
print(link.ask(EngineQuestion("/_ping")).status)
"""


def test_a_program_that_forgets_to_close_leaves_nothing_and_its_forks_close_nothing(
    ssh_machine: SshMachine, temporary: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORGETFUL, str(ssh_machine.config)],
        env=os.environ | {"TMPDIR": str(temporary)},
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.stdout == "200\n", done.stderr
    assert leftovers(temporary) == []


def test_over_ssh_the_questions_take_little_longer_than_on_the_machine(ssh_machine: SshMachine) -> None:
    ssh_machine.bring_up_tp2()
    suite = read_suite(ROOT / "exercises" / "tp2")

    def seconds(link: Transport) -> float:
        began = time.monotonic()
        scorecard = run_checks(suite, Machine(link, suite.spec))
        assert all(row.outcome.verdict == "passed" for row in scorecard)
        return time.monotonic() - began

    over_ssh, locally = [], []
    for _ in range(4):  # the first waits until the containers have been up for long enough
        with ssh_machine.transport() as link:
            over_ssh.append(seconds(link))
        with (
            on_network_of(ssh_machine.machine),
            closing(open_transport(parse_machine_url(ssh_machine.machine.engine.url))) as link,
        ):
            locally.append(seconds(link))
    # The half second is for a file written, listed and removed by commands there, and for a busy machine.
    assert min(over_ssh) < 1.5 * min(locally) + 0.5


def slow_solution(ssh_machine: SshMachine) -> None:
    script = ssh_machine.scratch / "up.sh"
    script.write_text(SLOW_TEXT, encoding="utf-8")
    ssh_machine.bring_up_tp2(script)
