"""`grader repo --engine` as an ordinary user: the same marks, and nothing is left of the engine, even if killed."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.reports.result import read_result
from tests.lab.job_engine.packages import require_rootless_packages
from tests.lab.ordinary_user import USER_ID, as_ordinary_user
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.submission.job_engine.requirements import EngineKind
    from tests.lab import Engine

pytestmark = [pytest.mark.live, pytest.mark.long]

LIMIT_S = 280
WAIT_UNTIL_HEALTHY = """
for _ in $(seq 60); do
  [ "$(docker inspect --format '{{.State.Health.Status}}' web)" != healthy ] || exit 0
  sleep 1
done
exit 1
"""
_PR_SET_CHILD_SUBREAPER = 36
"""From `linux/prctl.h`."""


@pytest.fixture
def place(engine: Engine, images: Callable[..., None], bubblewrap: None) -> Iterator[Path]:
    """A folder that an ordinary user can reach, with images, and tp2's reference as a repository."""
    images("nginx", "ubuntu")
    with tempfile.TemporaryDirectory(prefix="job-engine-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        engine.docker("save", "--output", place / "images.tar", "nginx", "ubuntu", limit_s=120)
        (place / "images.tar").chmod(0o644)
        (place / "work" / "tp2").mkdir(parents=True)
        shutil.copy(ROOT / "exercises" / "tp2" / "solutions" / "reference" / "up.sh", place / "work" / "tp2")
        (place / "areas").mkdir()
        os.chown(place / "areas", USER_ID, USER_ID)
        yield place


@pytest.fixture(autouse=True)
def orphans() -> Iterator[None]:
    """Processes whose parent ended become children of this one, so that what is left of a job can be told."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    yield
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 0)


def graded_by_user(place: Path, kind: EngineKind) -> list[str]:
    require_rootless_packages(kind)
    options = ["--exercise", str(ROOT / "exercises" / "tp2"), "--results", "results", "--disposable"]
    own = ["--engine", kind, "--image-archive", str(place / "images.tar"), "--areas", str(place / "areas")]
    grader = str(Path(sys.executable).parent / "grader")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
    return as_ordinary_user(place, [grader, "repo", str(place / "work"), *options, *own], {"PATH": path})


def processes_of_user() -> list[str]:
    """Programs of the user and of its range of ids, below this process: other tests have the same user."""
    ids = {USER_ID, *range(700_000, 765_536)}
    parents: dict[int, int] = {}
    programs: dict[int, str] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
            state, parent = rest.split()[:2]
            parents[int(process.name)] = int(parent)
            if process.stat().st_uid in ids and state != "Z":
                programs[int(process.name)] = name
        except OSError:
            continue
    return [name for number, name in programs.items() if os.getpid() in _ancestors(number, parents)]


def _ancestors(number: int, parents: dict[int, int]) -> Iterator[int]:
    while number := parents.get(number, 0):
        yield number


def wait_until_nothing_runs() -> None:
    for _ in range(300):
        if not processes_of_user():
            return
        time.sleep(0.1)
    raise AssertionError(processes_of_user())


@pytest.mark.parametrize("kind", ["podman", "docker"])
def test_an_ordinary_user_gets_the_same_mark_and_nothing_is_left(kind: EngineKind, place: Path) -> None:
    done = subprocess.run(
        graded_by_user(place, kind), capture_output=True, text=True, timeout=LIMIT_S, check=False, errors="replace"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = read_result(place / "home" / "results" / "tp2" / "work.json")
    assert result.mark == 20.0
    assert kind in (result.machine.engine or "").lower()
    assert not list((place / "areas").iterdir())
    wait_until_nothing_runs()


def test_podman_runs_health_checks_without_systemd_and_has_a_program_for_init(place: Path) -> None:
    """The script waits as Compose does for `condition: service_healthy`."""
    script = place / "work" / "tp2" / "up.sh"
    run = "docker run -d --name web"
    typed = script.read_text().replace(run, f"{run} --init --health-cmd 'test -d /usr' --health-interval 1s")
    script.write_text(f"{typed}{WAIT_UNTIL_HEALTHY}")
    done = subprocess.run(
        graded_by_user(place, "podman"), capture_output=True, text=True, timeout=LIMIT_S, check=False, errors="replace"
    )
    assert read_result(place / "home" / "results" / "tp2" / "work.json").mark == 20.0, done.stdout + done.stderr


def test_a_killed_grader_takes_its_engine_along(place: Path) -> None:
    process = subprocess.Popen(graded_by_user(place, "podman"), start_new_session=True)
    try:
        for _ in range(600):
            if "podman" in processes_of_user():
                break
            time.sleep(0.1)
        else:
            raise AssertionError("the engine did not start")
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its engine has a session of its own
        process.wait()
    wait_until_nothing_runs()
