"""The diagnoses: codes, values and hints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import pytest

from grader.messages import Field, catalogue, fill, say
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from grader.messages import Language


@pytest.mark.parametrize("code", list(catalogue("diagnoses", "en")))
def test_an_entry_has_known_fields(code: str) -> None:
    assert catalogue("diagnoses", "en")[code].keys() <= set(get_args(Field))


def test_an_unknown_code_is_said_as_it_is() -> None:
    assert say("nobody-knows", "wrong", {}, "fr") == "nobody-knows"


def test_a_missing_value_shows_its_name() -> None:
    assert say("foreground", "expected", {}, "en") == "`{name}` started in detached mode"


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        (
            "exited with code {code}; last line: {line}",
            {"code": "1", "line": "no"},
            "exited with code 1; last line: no",
        ),
        ("exited with code {code}; last line: {line}", {"code": "1", "line": ""}, "exited with code 1"),
        ("arrêté\u00a0; dernière ligne\u00a0: {line}", {"line": ""}, "arrêté"),
        ("le port\u00a0: pris\u00a0; {line}", {"line": ""}, "le port\u00a0: pris"),
        ("it fails: {why}", {"why": ""}, "it fails"),
        ("it fails ({where}): {why}", {"where": "here", "why": ""}, "it fails (here)"),
        ("no answer ({why})", {"why": ""}, "no answer"),
        ("{seen}: {names}", {"seen": "2", "names": ""}, "2"),
        ("still there ({count}): {names}", {"count": "1"}, "still there (1): {names}"),
    ],
)
def test_an_empty_value_leaves_no_label_behind(text: str, values: dict[str, str], filled: str) -> None:
    assert fill(text, values) == filled


SOLVES = re.compile(
    r"docker (run|create|start|network create|network connect|build|service create) +(?!--help)[-{\w~/]"
    r"|docker compose (up|build) +(?!--help)-|-p \d|-v [~/.$]|--(name|network|add-host|scale|publish|mount)[ =][{\w]"
)
"""A command with its arguments: the student must find that. The name of a command alone says where to read."""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_hint_prints_the_command_that_solves(language: Language) -> None:
    told = {
        f"{code}.{field}": text
        for code, entry in catalogue("diagnoses", language).items()
        for field, text in entry.items()
        if field in {"wrong", "look", "read"} and not code.startswith(("engine-", "ssh-", "context-", "doctor-"))
    }
    assert {name: text for name, text in told.items() if SOLVES.search(text)} == {}


def test_the_pattern_sees_what_would_solve() -> None:
    assert SOLVES.search("tape `docker run -d --name web nginx`")
    assert SOLVES.search("ajoute -p 4000:80")
    assert SOLVES.search("use `--network todos-net`")
    assert not SOLVES.search("l'option `-p` de `docker run`")


def test_hints_of_checks_do_not_solve_either() -> None:
    for path in sorted((ROOT / "exercises").glob("*/exercise.toml")):
        for spec in read_suite(path.parent).check_specs if list(path.parent.glob("test_*.py")) else ():
            assert not spec.hint or not SOLVES.search(" ".join(spec.hint.values())), spec.where
