"""The text of every diagnosis, in both languages, for one solution that gets it: `tests/recordings/messages/`."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import pytest

from grader.messages import in_language
from grader.reports.result_builder import build_check_result
from tests.replays.names import solution_names
from tests.replays.replay import find_solution, judge_recording
from tests.replays.stored_recording import RECORDINGS, read_stored, stored_path
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from grader.reports.result import CheckResult

FOLDER = RECORDINGS / "messages"
ALL_HINTS = 3


@functools.cache
def solutions_by_code() -> dict[str, str]:
    """Each diagnosis that a solution must get, and the first such solution that is recorded."""
    found: dict[str, str] = {}
    for name in solution_names():
        for code in find_solution(name).expected.failed.values():
            if stored_path(name).exists():
                found.setdefault(code, name)
    return found


@pytest.mark.parametrize("code", sorted(solutions_by_code()))
def test_a_diagnosis_says_what_it_should(code: str, request: pytest.FixtureRequest) -> None:
    name = solutions_by_code()[code]
    scorecard = judge_recording(read_stored(name))
    row = next(one for one in scorecard if one.outcome.code == code)
    text = shown(name, build_check_result(row, scorecard, ROOT, ALL_HINTS))
    path = FOLDER / f"{code}.txt"
    if request.config.getoption("--rewrite-messages"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing: make messages"
    assert text == path.read_text(encoding="utf-8"), f"{code} says something else: if it should, make messages"


OPTIONS = re.compile(r"docker (run|create|start|network create)|`--?[a-zA-Z]")
"""What is typed where no compose file is written."""
TYPED = re.compile(r"`--(profile|scale|build|remove-orphans|no-trunc|all|help)`")
"""Options of `docker compose` itself, and of commands that look."""


@pytest.mark.parametrize("exercise", ["tp6", "tp7"])
def test_where_students_write_a_file_no_hint_speaks_of_options(exercise: str) -> None:
    told: dict[str, str] = {}
    for name in solution_names():
        if name.startswith(f"{exercise}/") and find_solution(name).expected.failed and stored_path(name).exists():
            scorecard = judge_recording(read_stored(name))
            for row in scorecard:
                check = build_check_result(row, scorecard, ROOT, ALL_HINTS)
                words = {**(check.message or {}), **{f"{key} hint": text for key, text in (check.hint or {}).items()}}
                told |= {f"{row.outcome.code} {language}": text for language, text in words.items()}
    assert len(told) > 20
    assert {key: text for key, text in told.items() if OPTIONS.search(TYPED.sub("", text))} == {}


def test_no_message_is_left_of_a_diagnosis_that_no_solution_shows() -> None:
    left = {path.stem for path in FOLDER.glob("*.txt")} - solutions_by_code().keys()
    assert not left


def shown(name: str, check: CheckResult) -> str:
    parts = [f"{name}, {check.id}\n"]
    for language in ("fr", "en"):
        parts.append(f"[{language}] {in_language(check.title, language)}\n{in_language(check.message, language)}\n")
        parts.append(f"→ {in_language(check.hint, language)}\n")
    return "\n".join(parts)
