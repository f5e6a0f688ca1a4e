"""`grader new` creates an exercise that is valid from the start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grader.commands.new.command import new_exercise
from grader.commands.rehearse.rehearse import rehearse
from grader.errors import GraderError
from grader.roster.machine_url import parse_machine_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine


@pytest.mark.live
def test_rehearses_green(
    engine: Engine, images: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images("nginx")
    for name, value in engine.env().items():
        monkeypatch.setitem(os.environ, name, value)
    new_exercise(tmp_path / "exercises" / "tp12")
    names = []
    for shard in ((1, 2), (2, 2)):
        rehearsed = rehearse(tmp_path / "exercises" / "tp12", parse_machine_url(engine.url), shard=shard)
        assert rehearsed.is_good, [fault for one in rehearsed.runs for fault in one.faults]
        names.append([one.name for one in rehearsed.runs])
    always = ["(untouched engine)", "(unreachable engine)"]
    assert names == [[*always, "reference"], [*always, "container-misnamed"]]


def test_no_placeholder_is_left(tmp_path: Path) -> None:
    made = new_exercise(tmp_path / "tp12")
    assert {path.name for path in made} >= {"README.md", "README.en.md", "exercise.toml", "test_12_web.py", "up.sh"}
    assert not [path for path in made if "tpN" in path.read_text("utf-8") or "TPN" in path.read_text("utf-8")]


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "tp12").mkdir()
    with pytest.raises(GraderError, match="already exists"):
        new_exercise(tmp_path / "tp12")
    with pytest.raises(GraderError, match="tp and a number"):
        new_exercise(tmp_path / "twelve")
