"""A hint must not show a command of the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.commands.rehearse.hints import find_revealing_hints
from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SUITE = """from grader import Hint, check
@check(points=1, fr="un", en="one", hint=Hint(fr="là", en="{hint}"))
def test_a(machine):
    pass
"""
REFERENCE = """#!/usr/bin/env bash
docker run -d \\
    --restart unless-stopped --name tp9-web nginx
docker volume create tp9-data
docker logs tp9-web
"""


def find(folder: Path, hint: str, messages: str = "") -> list[str]:
    exercise = folder / "tp9"
    (exercise / "solutions" / "reference").mkdir(parents=True)
    (exercise / "solutions" / "reference" / "up.sh").write_text(REFERENCE, encoding="utf-8")
    (exercise / "solutions" / "reference" / "Dockerfile").write_text("FROM nginx\nUSER nobody\n", encoding="utf-8")
    (exercise / "exercise.toml").write_text('points = 1\ntitle = { fr = "x", en = "y" }\n', encoding="utf-8")
    (exercise / "messages.toml").write_text(messages, encoding="utf-8")
    (exercise / "test_9.py").write_text(SUITE.replace("{hint}", hint), encoding="utf-8")
    suite = read_suite(exercise)
    return [str(fault) for fault in find_revealing_hints(suite, read_solutions(suite))]


@pytest.mark.parametrize(
    "shown",
    [
        "docker run -d --restart unless-stopped",
        "--restart unless-stopped",
        "docker volume create tp9-data",
        "USER nobody",
    ],
)
def test_a_command_of_the_reference_is_found(tmp_path: Path, shown: str) -> None:
    [fault] = find(tmp_path, f"type `{shown}`")
    assert fault == f"the hint of test_a shows `{shown}`, which is in the reference; say where to look instead"


def test_it_is_found_in_the_words_of_a_diagnosis_too(tmp_path: Path) -> None:
    text = "type `--restart unless-stopped`"
    messages = f'[no-restart]\nwrong.fr = "x"\nwrong.en = "x"\nread.fr = "{text}"\nread.en = "{text}"\n'
    [fault] = find(tmp_path, "here", messages)
    assert fault.startswith("the hint of no-restart shows")


@pytest.mark.parametrize(
    "shown", ["docker run", "--restart", "docker volume create", "docker logs", "docker ps -a", "nginx"]
)
def test_the_name_of_a_command_is_no_solution(tmp_path: Path, shown: str) -> None:
    assert find(tmp_path, f"read the help of `{shown}`") == []


@pytest.mark.parametrize("exercise", sorted((ROOT / "exercises").glob("tp*")), ids=lambda path: path.name)
def test_no_hint_of_the_course_gives_its_solution_away(exercise: Path) -> None:
    suite = read_suite(exercise)
    assert find_revealing_hints(suite, read_solutions(suite)) == []
