"""The documentation is true: every command and option that it names exists, and every one that exists is named."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.cli import app
from grader.course_table.late_policy import LatePolicy
from grader.course_table.table import CourseTable, ExerciseRules, Skill, read_course_table
from grader.messages import catalogue
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = app
VERBS = sorted(COMMAND.commands)
GRADER = re.compile(r"^(?:[$>] +)?(?:\.venv/bin/)?grader ([a-z]+)(.*)")


def commands_in(page: Path) -> list[tuple[str, str]]:
    """Verb and rest of every `grader …` in a code span, or at the beginning of a line of a code block."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^ *```.*?\n(.*?)^ *```", text, flags=re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [(found[1], found[2]) for line in [*spans, *lines] if (found := GRADER.match(line))]


def options_of(verb: str) -> set[str]:
    command = COMMAND.commands[verb]
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)} | {
        "--help"
    }


def test_the_readme_names_every_verb() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [verb for verb in VERBS if f"`grader {verb}" not in readme] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_shows_exists_with_its_options(page: Path) -> None:
    unknown = []
    for verb, rest in commands_in(page):
        if verb not in VERBS:
            unknown.append(verb)
            continue
        unknown += [f"{verb} {option}" for option in re.findall(r"--[a-z-]+", rest) if option not in options_of(verb)]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_links_to_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(("language", "word"), [("en", "Example:"), ("fr", "Exemple\u00a0:")])
@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_has_an_example(
    verb: str, language: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_LANG", language)
    command = COMMAND.commands[verb]
    assert f"{word} grader {verb}" in (command.help or "")


def test_every_option_of_the_plugin_is_in_a_students_page() -> None:
    plugin = (ROOT / "grader/plugin.py").read_text(encoding="utf-8")
    options = set(re.findall(r'add\("(--[a-z-]+)"', plugin))
    told = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {option for option in options if f"{option}" not in told} == set()


def test_every_diagnosis_that_a_page_names_exists() -> None:
    known = set(catalogue("diagnoses", "en"))
    for page in PAGES:
        named = re.findall(r'= "([a-z]+(?:-[a-z]+)+)"', page.read_text(encoding="utf-8"))
        assert set(named) <= known, page.name


def test_every_promise_of_security_md_names_a_test_that_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith(("| promise", "| ---"))]
    assert len(rows) >= 20
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert named, row
        assert not [path for path in named if not (ROOT / path).is_file()], row


TEXTS = [*PAGES, ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]
CODE = re.compile(r"^ *```.*?^ *```$|`[^`]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
"""What is not prose: fenced blocks, code between backticks, addresses of links."""
ODD = re.compile(
    r"\b(mend|mends|mended|anew|campaigns?|hand-ins?|at hand|of the grader's own|where nothing is said|a yes)\b"
    r"|\bone \w+ an? (replica|student|check|task|machine)\b",
    re.IGNORECASE,
)
"""Outdated words, and phrases that no native writer would use."""


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.name)
def test_a_page_uses_the_words_of_the_field_and_straight_apostrophes(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    prose = text if page.name == "commands.md" else CODE.sub("`…`", text)
    assert [found.group() for found in ODD.finditer(prose)] == []
    assert re.findall("[‘’]", prose) == []


def test_the_french_page_has_no_break_spaces_before_its_punctuation_and_inside_its_quotation_marks() -> None:
    prose = CODE.sub("`…`", (ROOT / "docs" / "etudiant.md").read_text(encoding="utf-8"))
    assert re.findall(r".*(?:[^\u00a0\n]»|«[^\u00a0]| [:;?!](?:\s|$)).*", prose) == []
    assert prose.count("\u00a0:") >= 5


COURSE_PAGE = ROOT / "docs" / "course.md"


@pytest.mark.parametrize("kind", [CourseTable, ExerciseRules, LatePolicy, Skill])
def test_every_key_of_the_course_table_is_explained_with_its_default(kind: type[msgspec.Struct]) -> None:
    page = COURSE_PAGE.read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \|", page, re.MULTILINE))
    fields = msgspec.structs.fields(kind)
    assert {field.name for field in fields} - {name for name, _ in rows} == set()
    plain = [(field.name, field.default) for field in fields if isinstance(field.default, (str, int, Decimal))]
    shown = {(name, f'`"{default}"`' if isinstance(default, str) else f"`{default}`") for name, default in plain}
    assert shown - rows == set()


def test_the_course_table_on_its_page_can_be_used(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", COURSE_PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "course.toml").write_text(example, encoding="utf-8")
    assert list(read_course_table(tmp_path / "course.toml").exercises) == ["tp1", "tp2"]


@pytest.mark.parametrize(
    "title",
    [
        *("Teams", "Second tries", "Correct a mark", "Prove a mark", "Forget a student", "Marks where you need them"),
        *("Deadlines and late work", "The mark of the course", "Skills", "Work handed in as files"),
    ],
)
def test_a_teacher_reads_at_most_ten_lines_about_each_command(title: str) -> None:
    section = (ROOT / "docs" / "teacher.md").read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line and not line.startswith(("```", "!["))]
    assert 0 < len(lines) <= 10
