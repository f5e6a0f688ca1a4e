"""`grader new` creates an exercise that is valid from the start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grader.commands.new.command import KINDS, new_exercise
from grader.commands.rehearse.hints import find_revealing_hints
from grader.commands.rehearse.rehearse import rehearse
from grader.commands.rehearse.solution import read_solutions
from grader.errors import GraderError
from grader.exercise.material import students_files
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine


OF_EACH_KIND = pytest.mark.parametrize("kind", KINDS)
WRONG = {
    "container": ["container-misnamed"],
    "compose": ["port-reversed", "service-misspelt"],
    "image": ["image-unnamed", "log-without"],
}


@pytest.mark.live
@OF_EACH_KIND
def test_rehearses_green(
    kind: str, engine: Engine, images: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images("nginx", "python:alpine")
    for name, value in engine.env().items():
        monkeypatch.setitem(os.environ, name, value)
    new_exercise(tmp_path / "exercises" / "tp12", kind)
    names = []
    for shard in ((1, 2), (2, 2)):
        rehearsed = rehearse(tmp_path / "exercises" / "tp12", parse_machine_url(engine.url), shard=shard)
        assert rehearsed.is_good, [fault for one in rehearsed.runs for fault in one.faults]
        names.append([one.name for one in rehearsed.runs])
    always = ["(untouched engine)", "(unreachable engine)"]
    everything = ["reference", *WRONG[kind]]
    assert names == [[*always, *everything[::2]], [*always, *everything[1::2]]]


@OF_EACH_KIND
def test_no_placeholder_is_left(kind: str, tmp_path: Path) -> None:
    made = new_exercise(tmp_path / "tp12", kind)
    assert {path.name for path in made} >= {"README.md", "README.en.md", "exercise.toml", "up.sh"}
    assert not [path for path in made if "tpN" in path.read_text("utf-8") or "TPN" in path.read_text("utf-8")]


@OF_EACH_KIND
def test_students_are_given_what_they_need_and_nothing_else(kind: str, tmp_path: Path) -> None:
    new_exercise(tmp_path / "tp12", kind)
    given = {path.relative_to(tmp_path / "tp12").as_posix() for path in students_files(tmp_path / "tp12")}
    [suite] = [path.name for path in (tmp_path / "tp12").glob("test_*.py")]
    material = {"material/app.py"} if kind == "image" else set()
    assert given == {"README.md", "README.en.md", "exercise.toml", suite} | material


@OF_EACH_KIND
def test_its_suite_can_be_read_and_its_hints_give_nothing_away(kind: str, tmp_path: Path) -> None:
    new_exercise(tmp_path / "tp12", kind)
    suite = read_suite(tmp_path / "tp12")
    assert find_revealing_hints(suite, read_solutions(suite)) == []


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "tp12").mkdir()
    with pytest.raises(GraderError, match="already exists"):
        new_exercise(tmp_path / "tp12")
    with pytest.raises(GraderError, match="tp and a number"):
        new_exercise(tmp_path / "twelve")
