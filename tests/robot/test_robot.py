"""The robot on a real engine: what the screen says leads from a known-wrong solution to full marks."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.lab import wipe
from tests.lab.image_catalog import COURSE_IMAGES
from tests.robot.results import read_repairs
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine

pytestmark = [pytest.mark.live, pytest.mark.long]

_SAMPLE: Final = {
    "tp1": "left-overs",
    "tp2": "copied-into-the-image",
    "tp3": "couches-of-a-commit",
    "tp4": "data-is-a-file",
    "tp5": "default-bridge",
    "tp6": "services-named-shortly",
    "tp7": "front-internal",
    "tp8": "network-misspelt",
    "tp9": "volume-in-memory",
}
"""One of each exercise: `make bench-hints` tries them all, which takes hours."""


@pytest.mark.parametrize("exercise", _SAMPLE)
def test_what_the_screen_says_leads_to_full_marks(
    exercise: str, engine: Engine, images: Callable[..., None], tmp_path: Path
) -> None:
    images(*COURSE_IMAGES)
    wipe(engine)
    results = tmp_path / "repairs.jsonl"
    name = f"{exercise}/wrong/{_SAMPLE[exercise]}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.robot", name, f"--results={results}"],
        cwd=ROOT,
        env=os.environ | engine.env(),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (repair,) = read_repairs(results)
    assert repair.name == name
    assert repair.is_repaired, repair
    assert not repair.regressions
