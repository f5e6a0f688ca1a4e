"""An exercise is found by what a person would type, and never another one than is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import ExerciseError
from grader.exercise.find import find_exercise, match_exercise


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name in ("tp1", "tp2", "tp10"):
        (tmp_path / "course/exercises" / name / "solutions").mkdir(parents=True)
        (tmp_path / "course/exercises" / name / "exercise.toml").touch()
    (tmp_path / "course/work/tp2").mkdir(parents=True)
    return tmp_path / "course"


@pytest.mark.parametrize(
    ("where", "typed", "found"),
    [
        ("", "tp2", "exercises/tp2"),
        ("", "TP2", "exercises/tp2"),
        ("", "exercises/TP2", "exercises/tp2"),
        ("", "exercise/tp2", "exercises/tp2"),
        ("", "exercices/Tp2", "exercises/tp2"),
        ("exercises", "tp2", "tp2"),
        ("exercises/tp1", "tp2", "../tp2"),
        ("exercises/tp1", ".", "."),
        ("exercises/tp1/solutions", "..", ".."),
        ("work", "tp2", "../exercises/tp2"),
        ("work", "exercises/tp2", "../exercises/tp2"),
        ("work", "../exercises/tp10", "../exercises/tp10"),
    ],
)
def test_an_exercise_is_found_from_anywhere_in_its_course(
    course: Path, where: str, typed: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course / where)
    assert find_exercise(typed) == Path(found)


@pytest.mark.parametrize(
    "typed", ["tp", "tp3", "exercises/tp22", "work/tp2", "other/exercises/tp2", "solutions/tp2", ""]
)
def test_nothing_else_is_taken_for_an_exercise(course: Path, typed: str) -> None:
    assert match_exercise(typed, course) is None


def test_a_mistyped_name_gets_the_nearest_one(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    with pytest.raises(ExerciseError, match=r"there is no exercise 'tpp2'; did you mean tp2\?"):
        find_exercise("tpp2")
    with pytest.raises(ExerciseError, match="'lesson'; available: tp1, tp10, tp2"):
        find_exercise("lesson")


def test_far_from_every_exercise_the_sentence_says_where_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExerciseError, match="go to the folder that holds exercises/"):
        find_exercise("exercises/tp2")
