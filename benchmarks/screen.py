"""One machine, as a student grades it: the whole process compared with pytest alone, and its requests to the engine."""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure
from benchmarks.timing import Took, in_turn, ratio, took
from tests.desk import Desk
from tests.lab import wipe
from tests.lab.process import say
from tests.lab.proxy import EngineProxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.setting import Setting

__all__ = ["screen"]

_LEAN: Final = ("-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:xdist")
"""Plugins for development, which users do not have: switched off on both sides."""
_INERT: Final = """
import pytest, time
from importlib import import_module
began = time.process_time()
import_module("grader.plugin")
print(time.process_time() - began)
"""


def screen(setting: Setting) -> Iterator[Figure]:
    say("bench: tp2's reference on a settled machine…")
    setting.images()
    wipe(setting.engine)
    desk = Desk(setting.engine, setting.place / "home")
    desk.home.mkdir()
    try:
        desk.do_tp2()
        desk.grade()
        yield _over_pytest(desk, setting.place, setting.rounds)
        yield Figure("requests to the engine for tp2's reference", _requests(desk, setting.place), aim="at most 15")
    finally:
        wipe(setting.engine)
    inert = [_inert(setting.place) for _ in range(setting.rounds)]
    yield Figure("the installed plugin in another project", 1000 * statistics.median(inert), "ms", "under 10")


def _over_pytest(desk: Desk, place: Path, rounds: int) -> Figure:
    empty = place / "empty"
    empty.mkdir()
    (empty / "test_empty.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    pytest = [sys.executable, "-m", "pytest", *_LEAN, "-p", "no:pytest11.testinfra"]

    def tp2() -> Took:
        command = [*pytest, str(desk.exercise), "--machine", desk.engine.url]
        return took(command, limit_s=60, cwd=place, out=place / "tp2.out")

    def nothing() -> Took:
        return took([*pytest, str(empty)], limit_s=60, cwd=empty, out=place / "empty.out")

    found = in_turn({"tp2": tp2, "nothing": nothing}, rounds)
    times = {name: [one.seconds for one in of_name] for name, of_name in found.items()}
    cpu = ratio([one.cpu_s for one in found["tp2"]], [one.cpu_s for one in found["nothing"]])
    seconds = {name: statistics.median(of_name) for name, of_name in times.items()}
    note = f"{seconds['tp2']:.2f} s to {seconds['nothing']:.2f} s; {cpu:.2f} × by processor time"
    return Figure(
        "`pytest exercises/tp2` compared with pytest on one empty test", ratio(*times.values()), "×", "at most 3", note
    )


def _requests(desk: Desk, place: Path) -> int:
    with EngineProxy(desk.engine.url, place / "p.sock") as proxy:
        desk.pytest("--machine", proxy.url)
        return len(proxy.requests)


def _inert(place: Path) -> float:
    """Seconds of processor time to import the plugin, in addition to importing pytest."""
    command = [sys.executable, "-c", _INERT]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, cwd=place, timeout=60).stdout)
