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
    "tp1": ("no-tty", "trace-in-a-mount", "left-overs"),
    "tp2": ("container-misnamed", "copied-into-the-image", "hello-file-missing"),
    "tp3": ("base-other", "code-mounted", "couches-of-a-commit"),
    "tp4": ("all-stopped", "api-asks-wrong-port", "data-named-volume"),
    "tp5": ("all-published", "app-asks-a-url", "default-bridge"),
    "tp6": ("api-asks-the-page", "app-port-taken", "app-published-twice"),
    "tp7": ("all-called-otherwise", "front-internal", "lb-keeps-one-in-reserve"),
    "tp8": ("service-misspelt", "swarm-missing", "task-crashes"),
    "tp9": ("home-page-of-nginx", "volume-anonymous", "volume-in-memory"),
}


@pytest.mark.parametrize("exercise", _SAMPLE)
def test_what_the_screen_says_leads_to_full_marks(
    exercise: str, engine: Engine, images: Callable[..., None], tmp_path: Path
) -> None:
    images(*COURSE_IMAGES)
    wipe(engine)
    results = tmp_path / "repairs.jsonl"
    names = [f"{exercise}/wrong/{name}" for name in _SAMPLE[exercise]]
    done = subprocess.run(
        [sys.executable, "-m", "tests.robot", *names, f"--results={results}"],
        cwd=ROOT,
        env=os.environ | engine.env(),
        capture_output=True,
        text=True,
        check=False,
        timeout=2400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    repairs = read_repairs(results)
    assert sorted(one.name for one in repairs) == sorted(names)
    assert all(one.is_repaired and not one.regressions for one in repairs), repairs
