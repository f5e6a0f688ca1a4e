"""The way of a student: from the first line typed, with nothing installed, to the first verdict. Three ways."""

from __future__ import annotations

import os
import pty
import shutil
import statistics
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure
from benchmarks.timing import users_environment
from tests.lab import wipe
from tests.lab.engine import docker_client
from tests.lab.grader_image import IMAGE, SOCKET, VERDICT_LINE, build_grader_image
from tests.lab.process import LabError, on_host_network, print_progress
from tests.student_shell import ROOT, StudentShell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.common import BenchmarkSettings

TITLE: Final = "From the first line typed to the first verdict"
_LIMIT_S: Final = 600
_PACKAGE: Final = "container-lab-grader"
_UV: Final = Path(sys.executable).with_name("uv")
_WINDOW: Final = (50, 100)
"""Lines and columns of the terminal."""
_MB: Final = 1_000_000


def first_verdict(setting: BenchmarkSettings) -> Iterator[Figure]:
    """tp2's reference, in turn; each way begins with an empty folder and empty caches, and its downloads at hand."""
    print_progress("bench: the way of a student, in three ways…")
    setting.images()
    wheels, archive = setting.folder / "wheels", setting.folder / "image.tar"
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", f"--wheel-dir={wheels}", str(ROOT)]
    subprocess.run(on_host_network(pip), check=True, timeout=_LIMIT_S)
    (setting.folder / "source").mkdir()
    build_grader_image(setting.engine, setting.lab, setting.folder / "source")
    setting.engine.docker("save", "--output", archive, IMAGE, limit_s=_LIMIT_S)
    wipe(setting.engine)
    student = StudentShell(setting.engine, setting.folder / "home")
    student.home.mkdir()
    ways = {"`uvx`": _uvx(wheels), "`venv` and `pip`": _venv(wheels), "the image": _image(archive, setting)}
    found: dict[str, list[float]] = {way: [] for way in ways}
    try:
        student.do_tp2()
        for _ in range(min(setting.rounds, 3)):
            for way, (line, environ) in ways.items():
                found[way].append(_time_way(line, environ, setting, student))
    finally:
        wipe(setting.engine)
        setting.engine.docker("rmi", "--force", IMAGE)
    sizes = {way: _size(wheels) for way in ways} | {"the image": archive.stat().st_size / _MB}
    for way, times in found.items():
        note = f"{min(times):.2f} to {max(times):.2f} s, without the download of {sizes[way]:.0f} MB"
        yield Figure(f"by {way}, the first time", statistics.median(times), "s", note=note)


def _uvx(wheels: Path) -> tuple[str, dict[str, str]]:
    """The line that is typed, and what makes it find its downloads at hand."""
    line = f"{_UV} tool run --no-config --no-index --find-links {wheels} --with {_PACKAGE} pytest exercises/tp2"
    return line, {"UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"}


def _venv(wheels: Path) -> tuple[str, dict[str, str]]:
    line = f"python3 -m venv .venv && . .venv/bin/activate && pip install -q {_PACKAGE} && pytest exercises/tp2"
    return line, {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _image(archive: Path, setting: BenchmarkSettings) -> tuple[str, dict[str, str]]:
    socket = setting.engine.url.removeprefix("unix://")
    mounts = f'-v {socket}:{SOCKET} -v "$PWD:$PWD" -w "$PWD" -e HOME'
    client = docker_client()
    # In place of the pull.
    return f"{client} load -q -i {archive} && {client} run --rm -t --network host {mounts} {IMAGE} tp2", {}


def _time_way(line: str, environ: dict[str, str], setting: BenchmarkSettings, student: StudentShell) -> float:
    """Seconds from the start of `line` to the first verdict. Raises `LabError` if there is none."""
    place = setting.folder / "fresh"
    place.mkdir()
    setting.engine.docker("rmi", "--force", IMAGE, check=False)
    (place / "exercises").symlink_to(student.exercise.parent)
    fresh = {"HOME": str(student.home), "XDG_CACHE_HOME": str(place / "cache"), "XDG_DATA_HOME": str(place / "data")}
    try:
        return _seconds_to_verdict(line, place, users_environment() | setting.engine.settings() | fresh | environ)
    finally:
        shutil.rmtree(place)


def _seconds_to_verdict(line: str, place: Path, environ: dict[str, str]) -> float:
    """On a terminal, as students have one."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, _WINDOW)
    began = time.monotonic()
    process = subprocess.Popen(
        ["timeout", str(_LIMIT_S), "sh", "-c", line], cwd=place, env=environ, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    first, out = None, []
    try:
        with os.fdopen(ours, "r", encoding="utf-8", errors="replace") as terminal:
            for printed in _lines(terminal.readline):
                out.append(printed)
                if first is None and VERDICT_LINE.match(printed):
                    first = time.monotonic() - began
        process.wait()
    finally:
        process.kill()
        process.wait()
    if first is None or process.returncode:
        raise LabError(f"`{line}` ended with code {process.returncode}: {''.join(out)[-2000:]}")
    return first


def _lines(readline: Callable[[], str]) -> Iterator[str]:
    """The lines of a terminal, which ends with an error once nobody holds its other side."""
    while True:
        try:
            printed = readline()
        except OSError:
            return
        if not printed:
            return
        yield printed


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir()) / _MB
