"""Nothing of the lab's engine stays: not after a command that was interrupted, not after kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lab import Lab, ensure_images, running_engine
from tests.lab.dockerd import pid_of, start
from tests.lab.own_network import command_on_network, create_network, has_own_network
from tests.lab.process import ending, is_alive
from tests.lab.sweep import stop, sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.live, pytest.mark.long]


@pytest.fixture
def other_lab(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A second lab, on a network of its own, with the first one's cache."""
    other = Lab.at(tmp_path_factory.mktemp("lab"))
    (other.root / "cache").symlink_to(lab.cache)
    create_network(other)
    yield other
    if other.root.exists():
        stop(other)


def test_sweep_removes_what_a_killed_engine_left(other_lab: Lab) -> None:
    start(other_lab)
    engine = running_engine(other_lab)
    assert engine
    ensure_images(engine, other_lab, ["nginx"])
    container = engine.docker("run", "--detach", "--publish", "4000:80", "nginx").stdout.strip()
    inside = int(engine.docker("inspect", "--format", "{{.State.Pid}}", container).stdout)
    dockerd = pid_of(other_lab)
    assert dockerd
    os.kill(dockerd, signal.SIGKILL)
    sweep(other_lab)
    assert not is_alive(inside)
    assert not other_lab.root.exists()
    assert not has_own_network(other_lab)
    assert str(other_lab.root) not in Path("/proc/self/mountinfo").read_text()
    assert not _speaks_of(other_lab.root)
    assert not list(Path("/sys/fs/cgroup").glob(f"*/docker/{container}"))


def test_an_interrupted_command_takes_its_engine_with_it(other_lab: Lab) -> None:
    """As Ctrl-C does: the signal goes to everyone in the foreground."""
    command = ["with-engine", "--", "sh", "-c", "docker version >/dev/null && echo ready && exec sleep 600"]
    words = [sys.executable, "-m", "tests.lab", "--dir", str(other_lab.root), *command]
    started = subprocess.Popen(
        command_on_network(other_lab, words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with ending(started) as held:
        assert held.stdout
        assert held.stderr
        assert held.stdout.readline() == "ready\n", held.stderr.read()
        dockerd = pid_of(other_lab)
        assert dockerd
        os.killpg(held.pid, signal.SIGINT)
        held.wait(30)
    assert held.returncode != 0
    assert not is_alive(dockerd)
    assert not _speaks_of(other_lab.root)


def _speaks_of(folder: Path) -> list[str]:
    """The processes with that folder on their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if bytes(folder) in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found
