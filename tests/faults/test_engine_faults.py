"""An engine that fails in the middle of an honest student's grading costs the student nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import pytest

from grader.messages import say
from tests.faults.engine_faults import ENGINE_FAULTS, EngineFault
from tests.faults.measured_grading import MeasuredGrading, grade_and_measure
from tests.lab import wipe
from tests.lab.fault_proxy import FaultProxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.lab import Engine

from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.long]

CALL_S: Final = 20
PEAK_MB: Final = 250
"""A run without faults needs about 70."""


@pytest.fixture(scope="module")
def honest(
    shared_engine: Engine, images: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[StudentShell, FaultProxy]]:
    """A student whose work is right, seen through a proxy."""
    images("nginx", "ubuntu")
    wipe(shared_engine)
    home = tmp_path_factory.mktemp("home")
    student = StudentShell(shared_engine, home)
    student.do_tp2()
    with FaultProxy(shared_engine.url, tmp_path_factory.mktemp("p") / "s") as proxy:
        yield student, proxy
    wipe(shared_engine)


def sentence(graded: MeasuredGrading) -> str:
    diagnosis = next(check.diagnosis for check in graded.result.checks if check.verdict == "error")
    assert diagnosis
    return " ".join(say(diagnosis.code, "wrong", diagnosis.values, "en").split())


@pytest.mark.parametrize("fault", ENGINE_FAULTS, ids=lambda fault: fault.name)
def test_a_fault_of_the_engine_is_no_fault_of_the_student(
    honest: tuple[StudentShell, FaultProxy], fault: EngineFault, tmp_path: Path
) -> None:
    student, proxy = honest
    proxy.clear_requests()
    fault.inject(proxy)
    graded = grade_and_measure(student, tmp_path, f"--machine={proxy.url}", "--lang=en")
    assert graded.has_blamed_student == []
    assert graded.code == fault.code
    assert graded.peak_mb < PEAK_MB
    assert graded.seconds < CALL_S + 15
    assert graded.exit_code == (6 if fault.code else 0), graded.output
    assert "Traceback" not in graded.output
    if fault.code:
        assert sentence(graded) in " ".join(graded.output.split())
        assert graded.result.points != graded.result.max_points
        assert graded.result.provisional or graded.result.mark is None
        junit = ET.parse(tmp_path / "tp2" / "e1.xml").getroot()  # noqa: S314 - written by the grader itself
        assert junit.findall(".//error")
        assert not junit.findall(".//failure")
    else:
        assert graded.result.mark == 20


def test_the_honest_control_keeps_every_point_after_all_that(
    honest: tuple[StudentShell, FaultProxy], tmp_path: Path
) -> None:
    student, proxy = honest
    proxy.clear_requests()
    graded = grade_and_measure(student, tmp_path, f"--machine={proxy.url}")
    assert (graded.exit_code, graded.result.mark, graded.result.provisional) == (0, 20, False)
    assert graded.peak_mb < PEAK_MB / 2
