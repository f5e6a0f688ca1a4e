"""What every diagnosis says, in both languages, for one solution that is given it: `tests/recordings/messages/`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from grader.reports.of_ledger import check_result
from tests.desk import ROOT
from tests.replays.files import RECORDINGS, path_of, read_kept
from tests.replays.judged import judged, solution_of
from tests.replays.names import solution_names

if TYPE_CHECKING:
    from grader.reports.results import CheckResult, Words

FOLDER = RECORDINGS / "messages"
ALL_HINTS = 3


@functools.cache
def solutions_by_code() -> dict[str, str]:
    """Each diagnosis that a solution must be given, and the first that is recorded."""
    found: dict[str, str] = {}
    for name in solution_names():
        for code in solution_of(name).expected.failed.values():
            if path_of(name).exists():
                found.setdefault(code, name)
    return found


@pytest.mark.parametrize("code", sorted(solutions_by_code()))
def test_a_diagnosis_says_what_it_should(code: str, request: pytest.FixtureRequest) -> None:
    name = solutions_by_code()[code]
    ledger = judged(read_kept(name))
    row = next(one for one in ledger if one.outcome.code == code)
    text = shown(name, check_result(row, ledger, ROOT, ALL_HINTS))
    path = FOLDER / f"{code}.txt"
    if request.config.getoption("--rewrite-messages"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing: make messages"
    assert text == path.read_text(encoding="utf-8"), f"{code} says something else: if it should, make messages"


def test_no_message_is_left_of_a_diagnosis_that_no_solution_shows() -> None:
    left = {path.stem for path in FOLDER.glob("*.txt")} - solutions_by_code().keys()
    assert not left


def shown(name: str, check: CheckResult) -> str:
    def words(of: Words | None, language: str) -> str:
        return getattr(of, language) if of else ""

    parts = [f"{name}, {check.id}\n"]
    for language in ("fr", "en"):
        parts.append(f"[{language}] {words(check.title, language)}\n{words(check.message, language)}\n")
        parts.append(f"→ {words(check.hint, language)}\n")
    return "\n".join(parts)
