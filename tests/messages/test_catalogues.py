"""The diagnoses: codes, values and hints."""

from __future__ import annotations

import itertools
import re
import string
from typing import TYPE_CHECKING, get_args

import pytest

from grader.messages import LANGUAGES, Field, catalogue, say
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from grader.messages import Language


@pytest.mark.parametrize("code", list(catalogue("diagnoses", "en")))
def test_an_entry_has_known_fields(code: str) -> None:
    entry = catalogue("diagnoses", "en")[code]
    assert {name.removesuffix("-compose") for name in entry} <= set(get_args(Field))
    for language in LANGUAGES:
        in_compose = {name for name in catalogue("diagnoses", language)[code] if name.endswith("-compose")}
        assert in_compose == {name for name in entry if name.endswith("-compose")}, language


def test_in_an_exercise_about_compose_its_words_come_first() -> None:
    assert "`-p`" in say("port-other", "read", {}, "en")
    assert say("port-other", "read", {}, "en", "compose") == '`ports`, in the "Compose file reference"'
    assert say("port-other", "look", {}, "en", "compose") == say("port-other", "look", {}, "en")


def test_an_unknown_code_is_said_as_it_is() -> None:
    assert say("nobody-knows", "wrong", {}, "fr") == "nobody-knows"


def test_a_missing_value_shows_its_name() -> None:
    assert say("foreground", "expected", {}, "en") == "`{name}` started in detached mode"


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
        if field.removesuffix("-compose") in {"wrong", "look", "read"}
        and not code.startswith(("engine-", "ssh-", "context-", "doctor-"))
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


FAILURES = list(itertools.takewhile(lambda code: code != "assertion", catalogue("diagnoses", "en")))
"""The codes of what a student can have done; the rest are verdicts and errors."""
GIVEN = {
    *("api", "base", "database", "first", "host", "image", "inside", "last", "name", "network", "page", "path", "port"),
    *("project", "service", "variable", "wanted", "volume", "label"),
}
"""The values that the handout gives, too."""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_where_to_look_does_not_say_what_was_seen(language: Language) -> None:
    """It is all that `--hints 1` shows."""
    looks = {code: str(catalogue("diagnoses", language)[code].get("look", "")) for code in FAILURES}
    assert {code: text for code, text in looks.items() if not set(placeholders(text)) <= GIVEN} == {}
    assert {code: text for code, text in looks.items() if not text} == {}


ENDS_IN_NOTHING = re.compile(r'[:;,(\[–-]\s*$|[:;,(]\s*[:;,).]|``|""|«\s*»|\(\s*\)|\[\[|\]\]|  |^\s|\s$|^$')


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("empty", ["", " ", "\u00a0\n"])
def test_no_sentence_ends_in_nothing_whatever_is_empty(language: Language, empty: str) -> None:
    """Each value by itself, and all of them together."""
    broken = {}
    for code, entry in catalogue("diagnoses", language).items():
        for field in entry:
            names = placeholders(entry[field])
            for missing in [*([name] for name in names), names]:
                values = {name: empty if name in missing else "x" for name in names}
                said = say(code, field, values, language)
                if ENDS_IN_NOTHING.search(said):
                    broken[f"{code}.{field} without {missing}"] = said
    assert broken == {}


@pytest.mark.parametrize(
    "text",
    ["last line: ", "last line:", "« »", "«\u00a0»", 'says ""', "named ``", "status 5; ", "state ()", "a: , b", ""],
)
def test_the_pattern_sees_a_sentence_that_ends_in_nothing(text: str) -> None:
    assert ENDS_IN_NOTHING.search(text)


def test_an_optional_part_is_left_out_with_its_value() -> None:
    values = {"name": "web", "exit_code": "3", "seconds": "1", "last_line": ""}
    assert say("container-exited", "seen", values, "en") == "`web` exited with code 3 after 1 s"
    values["last_line"] = "killed]] [[x"
    assert say("container-exited", "seen", values, "en").endswith("; last line: killed]] [[x")
    assert say("file-missing", "seen", {"beside": ""}, "fr") == "dans ce dossier\u00a0: (rien)"


def placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]
