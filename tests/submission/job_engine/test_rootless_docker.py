"""`grader repo --engine docker`: Compose projects that are built and scaled on rootless Docker, as an ordinary user."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite
from tests.lab.image_archive import write_images
from tests.lab.image_catalog import recipe
from tests.lab.job_engine.packages import require_rootless_packages
from tests.lab.job_engine.pushed import grade_pushed
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from tests.lab import Lab

pytestmark = [pytest.mark.live, pytest.mark.long]


@pytest.mark.parametrize("exercise", ["tp6", "tp7"])
def test_the_reference_earns_its_20(exercise: str, lab: Lab, bubblewrap: None) -> None:
    require_rootless_packages("docker")
    suite = read_suite(ROOT / "exercises" / exercise)
    with tempfile.TemporaryDirectory(prefix="images-") as folder:
        Path(folder).chmod(0o755)
        archive = Path(folder, "images.tar")
        write_images(lab, {name: recipe(name) for name in suite.spec.images}, archive)
        reference = next(one for one in read_solutions(suite) if one.folder.name == "reference")
        tried = grade_pushed(reference, suite, "docker", archive)
    assert (tried.mark, tried.differences) == (20.0, {}), tried
    assert "docker" in tried.engine.lower()
