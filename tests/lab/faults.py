"""Makes machines fail and lie in every known way, and shows how each is graded: `make faults` prints the table.

Faults of engines and sites are measured here one by one. The others (machines that die, SSH, pushed
repositories, hostile text, recordings) are ordinary tests: they are run, and each is one line of the table.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from benchmarks.figure import Figure, new_part
from benchmarks.page import save_part
from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite
from tests.faults.engine_faults import ENGINE_FAULTS
from tests.faults.measured_grading import grade_and_measure
from tests.faults.site_faults import SITE_FAULTS
from tests.lab import Lab, LabError, ensure_images, wipe
from tests.lab.fault_proxy import FaultProxy
from tests.lab.lab_engine import lab_engine
from tests.lab.process import print_progress
from tests.live_and_replayed import replays_differently
from tests.student_shell import ROOT, StudentShell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.measured_grading import MeasuredGrading
    from tests.lab import Engine

DEADLINE_S: Final = 180
"""Seconds that one machine may take."""
PEAK_MB: Final = 250
TESTS: Final = {
    "machine": ("tests/faults/test_engine_ends.py", "tests/faults/test_hostile_text.py"),
    "answers": ("tests/faults/test_changed_answers.py", "tests/faults/test_hostile_servers.py"),
    "ssh": ("tests/machine/transport/ssh/test_faults.py",),
    "repository": ("tests/submission/test_tampering.py", "tests/submission/test_hostile_scripts.py"),
    "attacks": ("tests/submission/test_attacks.py",),
    "sandbox": (
        "tests/submission/sandbox/test_sandbox.py",
        "tests/submission/test_started_programs.py",
        "tests/submission/test_workspace.py",
        "tests/submission/transport/test_files.py",
    ),
    "policy": (
        "tests/submission/policy/test_policy.py",
        "tests/submission/policy/compose/test_paths.py",
        "tests/submission/policy/compose/test_mounts.py",
        "tests/submission/policy/compose/test_keys.py",
        "tests/submission/policy/dockerfile/test_check.py",
        "tests/submission/policy/env_files/test_env_files.py",
    ),
}
KINDS: Final = {
    "attacks": "hostile repositories brought up and graded, with their controls",
    "sandbox": "ways out of the sandbox, and out of the copies that it reads",
    "policy": "hostile and honest files read by the policy",
}
TESTS_LIMIT_S: Final = 1800


@dataclass
class FaultFigures:
    injected: int = 0
    blamed: int = 0
    crashes: int = 0
    late: int = 0
    undeserved: int = 0
    controls: int = 0
    controls_full: int = 0
    peak_mb: float = 0
    surprises: list[str] = field(default_factory=list)
    tests: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Number of tests run and failed, by kind."""


def main() -> int:
    figures = FaultFigures()
    part = new_part("Faults and hostile input (`make faults`)")
    lab = Lab.at(ROOT / ".lab")
    try:
        with lab_engine(lab) as engine, tempfile.TemporaryDirectory() as folder:
            ensure_images(engine, lab, ("nginx", "ubuntu", "python:alpine"))
            _head()
            _engine_faults(engine, Path(folder), figures)
            _site_faults(engine, Path(folder), figures)
            _recordings(engine, lab, Path(folder), figures)
            for kind, files in TESTS.items():
                _tests(kind, files, Path(folder), figures)
    except LabError as error:
        print_progress(f"faults: {error}")
        return 1
    _say_figures(figures)
    part.figures.extend(_summary(figures))
    save_part("faults", part)
    return 1 if figures.surprises else 0


def _engine_faults(engine: Engine, folder: Path, figures: FaultFigures) -> None:
    """An honest student's work, seen through an engine that fails."""
    with _student_shell(engine, folder / "engine") as student, FaultProxy(engine.url, folder / "s") as proxy:
        student.do_tp2()
        url = f"--machine={proxy.url}"
        _count_control("engine", grade_and_measure(student, folder / "before", url), figures)
        for fault in ENGINE_FAULTS:
            proxy.clear_requests()
            fault.inject(proxy)
            graded = grade_and_measure(student, folder / "engine" / fault.name, url)
            figures.injected += 1
            figures.blamed += bool(graded.has_blamed_student)
            wanted = fault.code or "20/20"
            got = graded.code or f"{graded.result.mark:g}/20"
            _line("engine", fault.name, got, graded, figures, as_wanted=got == wanted and not graded.has_blamed_student)
        proxy.clear_requests()
        _count_control("engine", grade_and_measure(student, folder / "after", url), figures)


def _site_faults(engine: Engine, folder: Path, figures: FaultFigures) -> None:
    """A student's own site that misbehaves: the student must fix it, and gets no point for what does not work."""
    for fault in SITE_FAULTS:
        with _student_shell(engine, folder / "site" / fault.name) as student:
            fault.bring_up(student)
            graded = grade_and_measure(student, folder / "results" / fault.name)
            failed = [check for check in graded.result.checks if check.verdict == "failed"]
            got = ", ".join(check.diagnosis.code for check in failed if check.diagnosis) or graded.code
            figures.injected += 1
            figures.undeserved += graded.result.checks[-1].points
            _line("site", fault.name, got, graded, figures, as_wanted=got == fault.code)
    with _student_shell(engine, folder / "honest") as student:
        student.do_tp2()
        _count_control("site", grade_and_measure(student, folder / "control"), figures)


def _recordings(engine: Engine, lab: Lab, folder: Path, figures: FaultFigures) -> None:
    """Judges every solution of tp2 from its recording, with the engine stopped."""
    suite = read_suite(ROOT / "exercises" / "tp2")
    began = time.monotonic()
    wipe(engine)
    differs = replays_differently(suite, read_solutions(suite), engine, lab, folder)
    same = list(differs.values()).count(False)
    figures.surprises += [f"recording: {name} is judged differently" for name, is_other in differs.items() if is_other]
    _row("recording", "engine stopped", f"{same} of {len(differs)} the same", "", f"{time.monotonic() - began:.0f}", "")


def _tests(kind: str, files: tuple[str, ...], folder: Path, figures: FaultFigures) -> None:
    report = folder / f"{kind}.xml"
    there = [file for file in files if (ROOT / file).is_file()]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *there],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        timeout=TESTS_LIMIT_S,
        check=False,
    )
    if not report.is_file():
        figures.surprises.append(f"{kind}: the tests did not run")
        return
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest's own
        is_bad = case.find("failure") is not None or case.find("error") is not None
        name = (case.get("name") or "").removeprefix("test_").replace("_", " ")
        figures.injected += 1
        tried, bad = figures.tests.get(kind, (0, 0))
        figures.tests[kind] = (tried + 1, bad + is_bad)
        if is_bad:
            figures.surprises.append(f"{kind}: {name}")
        _row(kind, name, "FAILED" if is_bad else "as expected", "", f"{float(case.get('time') or 0):.1f}", "")


@contextmanager
def _student_shell(engine: Engine, home: Path) -> Iterator[StudentShell]:
    wipe(engine)
    home.mkdir(parents=True, exist_ok=True)
    yield StudentShell(engine, home)
    wipe(engine)


def _count_control(kind: str, graded: MeasuredGrading, figures: FaultFigures) -> None:
    figures.controls += 1
    full = graded.result.mark == 20
    figures.controls_full += full
    _line(kind, "(honest control)", f"{graded.result.mark:g}/20", graded, figures, as_wanted=full)


def _line(kind: str, name: str, got: str, graded: MeasuredGrading, figures: FaultFigures, *, as_wanted: bool) -> None:
    figures.crashes += graded.exit_code == 3 or "Traceback" in graded.output
    figures.late += graded.seconds > DEADLINE_S
    figures.peak_mb = max(figures.peak_mb, graded.peak_mb)
    if not as_wanted or graded.peak_mb > PEAK_MB:
        figures.surprises.append(f"{kind}: {name} gave {got}, {graded.peak_mb:.0f} MB")
    _row(kind, name, got, str(graded.exit_code), f"{graded.seconds:.1f}", f"{graded.peak_mb:.0f}")


def _summary(figures: FaultFigures) -> Iterator[Figure]:
    yield Figure("faults and hostile inputs tried", figures.injected)
    yield Figure("graded other than they must be", len(figures.surprises), target="0")
    for kind, words in KINDS.items():
        tried, bad = figures.tests.get(kind, (0, 0))
        yield Figure(words, tried, note=f"{bad} graded other than they must be")
    yield Figure("students blamed for their machine's faults", figures.blamed, target="0")
    yield Figure("undeserved points", figures.undeserved, target="0")
    yield Figure("crashes", figures.crashes, target="0")
    yield Figure("over the deadline", figures.late, target="0")
    yield Figure("honest controls", figures.controls)
    yield Figure("of these, with full marks", figures.controls_full, target="all")
    yield Figure("the grader's peak memory", figures.peak_mb, "MB", f"at most {PEAK_MB}")


def _head() -> None:
    _row("kind", "fault", "result", "exit", "s", "peak MB")
    _row("-" * 10, "-" * 44, "-" * 24, "----", "------", "-------")


def _row(*cells: str) -> None:
    kind, name, got, exit_code, seconds, peak = cells
    sys.stdout.write(f"{kind:<10} {name[:44]:<44} {got[:24]:<24} {exit_code:>4} {seconds:>6} {peak:>7}\n")
    sys.stdout.flush()


def _say_figures(figures: FaultFigures) -> None:
    sys.stdout.write(
        f"\nfaults injected: {figures.injected} · students blamed for the machine's faults: {figures.blamed} · "
        f"crashes: {figures.crashes} · over the deadline: {figures.late} · "
        f"undeserved points: {figures.undeserved} · "
        f"honest controls with full marks: {figures.controls_full} of {figures.controls}\n"
    )
    for surprise in figures.surprises:
        sys.stdout.write(f"not as expected: {surprise}\n")


if __name__ == "__main__":
    sys.exit(main())
