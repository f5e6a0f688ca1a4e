"""What an exercise knows of the others of its course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.exercise.spec import OthersSpec, read_exercise_spec
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OWN = """
points = 20
title = {{ fr = "t", en = "t" }}
[containers.web]
name = "{name}"
image = "nginx"
"""
COMPOSE = """
points = 20
title = { fr = "t", en = "t" }
containers = { web = {}, db = {} }
[compose]
project = "shop"
services = { web = "page", db = "data" }
"""


def write(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "exercise.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_names_of_the_exercises_beside_are_known(tmp_path: Path) -> None:
    own = write(tmp_path / "own", OWN.format(name="web"))
    assert read_exercise_spec(own).others == OthersSpec()
    write(tmp_path / "second", OWN.format(name="front"))
    write(tmp_path / "third", COMPOSE)
    assert read_exercise_spec(own).others == OthersSpec(["front"], {"shop": ["data", "page"]})


def test_one_that_cannot_be_read_is_no_fault_of_this_one(tmp_path: Path) -> None:
    own = write(tmp_path / "own", OWN.format(name="web"))
    write(tmp_path / "broken", "points = ")
    (tmp_path / "empty").mkdir()
    assert read_exercise_spec(own).others == OthersSpec()


def test_the_course_knows_its_own() -> None:
    others = read_exercise_spec(ROOT / "exercises" / "tp2").others
    assert {"tp1-ubuntu", "tp1-fond", "couches", "tp3-app", "todos-mongo", "porte"} <= set(others.containers)
    assert "hello" not in others.containers
    assert others.projects == {"todos": ["todos-api", "todos-app", "todos-mongo"], "tp7": ["lb", "redis", "web"]}
