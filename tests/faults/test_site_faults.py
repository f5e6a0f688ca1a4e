"""A student's misbehaving site is the student's to fix: a diagnosis, in time, with little memory, never an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.faults.measured_grading import grade_and_measure
from tests.faults.site_faults import SITE_FAULTS, SiteFault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.long]

PEAK_MB: Final = 120
OF_EVERY_KIND: Final = {
    "endless body",
    "one byte a second",
    "compressed bomb",
    "thousands of headers",
    "cut-off body",
    "not HTTP",
    "redirect elsewhere",
    "broken Location",
}
"""`make faults` tries the others as well."""


@pytest.mark.parametrize(
    "fault", [fault for fault in SITE_FAULTS if fault.name in OF_EVERY_KIND], ids=lambda fault: fault.name
)
def test_a_site_that_misbehaves_gets_a_diagnosis(
    student: StudentShell, images: Callable[..., None], fault: SiteFault, tmp_path: Path
) -> None:
    images("python:alpine")
    fault.bring_up(student)
    graded = grade_and_measure(student, tmp_path)
    failed = [check for check in graded.result.checks if check.verdict == "failed"]
    assert [check.verdict for check in graded.result.checks if check.verdict == "error"] == []
    assert [check.diagnosis.code for check in failed if check.diagnosis] == [fault.code]
    assert graded.result.checks[-1].points == 0
    assert graded.exit_code == 1
    assert graded.seconds < 60
    assert graded.peak_mb < PEAK_MB
