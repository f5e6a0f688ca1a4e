"""The rules of style for what people read, as far as a program can check them.

They hold for every catalogue, handout and suite, and for the pages for students. In French, a no-break space (U+00A0)
is required before `:`, `;`, `?`, `!` and inside « »; students are addressed as "tu".
"""

from __future__ import annotations

import ast
import re
import string
import tomllib
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LANGUAGES = ("fr", "en")
Texts = dict[str, str]
"""The place of each text, and the text."""

CODE = re.compile(r"`[^`]*`|```.*?```", re.DOTALL)
QUOTED = ("Welcome to nginx!",)
"""Words of other programs, which keep their own spaces."""

SPACES = {
    "fr": [r"[^\u00a0][:;?!](?=[\s)*|]|$)", r"«(?!\u00a0)", r"(?<!\u00a0)»", "\u202f"],
    "en": [r"[ \u00a0\u202f][:;?!](?=\s|$)", "[\u00a0\u202f«»]"],
}

FORBIDDEN = {
    "fr": {
        r"(?<!caractère de )\bcontrôles?\b": "vérification",
        r"\bfeuille": "sujet",
        r"\bnuage": "cloud",
        r"plus une requête": "aucune requête",
        r"\bn'est pas rendue?\b": "n'est pas renvoyée",
        r"[Pp]our te (corriger|noter)": "Pour vérifier ton travail",
        r"\b[Ss]i rien n'est dit": "par défaut",
        r"\bcompose\b": "Compose",
        r"(?<!\*)\b(manager|swarm)s?\b": "gestionnaire, essaim",
        r"[Cc]olonne [A-Z]": "colonne `NAME`",
        r"\b([Vv]ous|[Vv]otre|[Vv]os)\b": "tu, ton, tes",
    },
    "en": {
        r"\b[Ss]heets?\b": "handout",
        r"\b[Mm]end": "fix",
        r"\b[Hh]and-ins?\b": "submission",
        r"\bwhere nothing is said\b": "by default",
        r"\b(a line|one line|one row|one column) an? ": "per",
        r"\bcompose\b": "Compose",
        r"\bcolumn [A-Z]": "`NAME` column",
        r"\bthe (option|column|instruction|directive) `…` (of|in)\b": "the `…` option",
    },
}


def pairs(table: Any, where: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every `{fr = …, en = …}` below a table."""
    if not isinstance(table, dict):
        return
    if set(table) & set(LANGUAGES):
        yield where, table
        return
    for key, value in table.items():
        yield from pairs(value, f"{where}.{key}")


def leaves(table: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text below a table."""
    if isinstance(table, str):
        yield where, table
    if not isinstance(table, dict | list):
        return
    for key, value in table.items() if isinstance(table, dict) else enumerate(table):
        yield from leaves(value, f"{where}.{key}")


def language_of(path: Path) -> str:
    """The language that the path of a catalogue names, such as `messages/fr/screen.toml`; empty if it names none."""
    parts = [*path.relative_to(ROOT).with_suffix("").parts[:-1], *path.stem.split(".")]
    return next((part for part in parts if part in LANGUAGES), "")


def in_toml(path: Path) -> dict[str, Texts]:
    where, table = str(path.relative_to(ROOT)), tomllib.loads(path.read_text(encoding="utf-8"))
    if language := language_of(path):
        neutral = re.sub(rf"\b{language}\b", "*", where)
        return {language: dict(leaves(table, neutral))}
    both = list(pairs(table, where))
    return {language: {at: pair[language] for at, pair in both if language in pair} for language in LANGUAGES}


def in_suite(path: Path) -> dict[str, Texts]:
    """The titles and hints of a suite: the arguments `fr` and `en`, and the tables `{"fr": …, "en": …}`."""
    found: dict[str, Texts] = {language: {} for language in LANGUAGES}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        given: list[tuple[Any, ast.expr]] = []
        if isinstance(node, ast.Call):
            given = [(keyword.arg, keyword.value) for keyword in node.keywords]
        elif isinstance(node, ast.Dict):
            given = [
                (key.value, value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
        for name, value in given:
            if name in LANGUAGES:
                assert isinstance(node, ast.expr)
                found[name][f"{path.relative_to(ROOT)}:{node.lineno}"] = ast.literal_eval(value)
    return found


def in_page(path: Path) -> Texts:
    """A Markdown page, line by line, without its code blocks and the rules of its tables."""
    text = re.sub(
        r"^```.*?^```",
        lambda block: "\n" * block[0].count("\n"),
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    lines = enumerate(text.splitlines(), 1)
    return {f"{path.relative_to(ROOT)}:{n}": line for n, line in lines if line and not re.fullmatch(r"[|:\- ]*", line)}


def product_tomls() -> list[Path]:
    found = chain((ROOT / "grader").rglob("*.toml"), (ROOT / "exercises").glob("*/*.toml"))
    return sorted(path for path in found if "solutions" not in path.parts)


def suites() -> list[Path]:
    return sorted(chain((ROOT / "exercises").glob("*/test_*.py"), (ROOT / "grader").rglob("skeleton/*/test_*.txt")))


def handouts() -> list[Path]:
    """The French handouts; the English one is beside each."""
    return sorted(chain((ROOT / "exercises").glob("*/README.md"), (ROOT / "grader").rglob("skeleton/*/README.md")))


def all_texts() -> dict[str, Texts]:
    found: dict[str, Texts] = {language: {} for language in LANGUAGES}
    for some in chain(map(in_toml, product_tomls()), map(in_suite, suites())):
        for language, texts in some.items():
            found[language].update(texts)
    return found


TEXTS = all_texts()
PUNCTUATION = (
    "click.usage",
    "common.toml.colon",
    "common.toml.semicolon",
    "common.toml.decimal-separator",
    "click.Positional arguments",
    "click.Options",
    "click.Commands",
)
"""Texts that a colon follows, or that are one."""
PAGES: dict[str, Texts] = {
    "fr": {at: line for path in [*handouts(), ROOT / "docs/etudiant.md"] for at, line in in_page(path).items()},
    "en": {
        at: line
        for path in [*(one.with_name("README.en.md") for one in handouts()), ROOT / "docs/student.md"]
        for at, line in in_page(path).items()
    },
}
EVERYTHING = {language: {**TEXTS[language], **PAGES[language]} for language in LANGUAGES}


def prose(text: str) -> str:
    """The text without code and other programs' words."""
    for words in QUOTED:
        text = text.replace(words, "…")
    return CODE.sub("`…`", text)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def breaking(language: str, pattern: str) -> Texts:
    """The texts whose prose contains what it must not."""
    return {at: text for at, text in EVERYTHING[language].items() if re.search(pattern, prose(text))}


def test_there_is_something_to_check() -> None:
    assert len(TEXTS["fr"]) > 1200
    assert len(PAGES["fr"]) > 300


def test_both_languages_have_the_same_texts() -> None:
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()


def test_both_languages_have_the_same_placeholders() -> None:
    english = TEXTS["en"]
    assert {at: text for at, text in TEXTS["fr"].items() if placeholders(text) != placeholders(english[at])} == {}


@pytest.mark.parametrize("path", handouts(), ids=lambda path: path.parent.name)
def test_a_handout_has_the_same_parts_in_both_languages(path: Path) -> None:
    def parts(page: Path) -> list[str]:
        """Headings, numbered demands and rows of tables, by their kind and number; the code in each row of a table."""
        found = ((line, re.match(r"#+|\d+\.|\| \d+ \|", line)) for line in in_page(page).values())
        return [kind[0] + " ".join(CODE.findall(line) if line.startswith("|") else ()) for line, kind in found if kind]

    assert parts(path) == parts(path.with_name("README.en.md"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_one_kind_of_apostrophe(language: str) -> None:
    assert breaking(language, "[\u2018\u2019\u02bc]") == {}


@pytest.mark.parametrize(
    ("language", "pattern"), [(language, one) for language in LANGUAGES for one in SPACES[language]]
)
def test_signs_have_the_spaces_of_their_language(language: str, pattern: str) -> None:
    assert breaking(language, pattern) == {}


@pytest.mark.parametrize(
    ("language", "pattern", "instead"),
    [(language, *rule) for language, rules in FORBIDDEN.items() for rule in rules.items()],
)
def test_a_word_that_was_given_up_is_not_used(language: str, pattern: str, instead: str) -> None:
    assert breaking(language, pattern) == {}, f"write: {instead}"


@pytest.mark.parametrize("path", [*handouts(), ROOT / "docs/etudiant.md"], ids=str)
def test_a_page_for_students_says_tu(path: Path) -> None:
    assert re.search(r"\b(tu|ton|ta|tes|toi)\b", prose(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_ends_in_nothing(language: str) -> None:
    texts = {at: text for at, text in TEXTS[language].items() if not at.endswith(PUNCTUATION)}
    assert {at: text for at, text in texts.items() if text != text.strip() or re.search(r"[:;,–-]$|^$|  ", text)} == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "le port : 80"),
        ("fr", "où es-tu ?"),
        ("fr", "dit « bonjour »"),
        ("fr", "Ce contrôle attend"),
        ("fr", "que voulez-vous"),
        ("en", "compare it with the sheet"),
        ("en", "the option `-p` of `docker run`"),
    ],
)
def test_the_rules_see_what_they_are_for(language: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EVERYTHING, language, {"here": text})
    assert any(breaking(language, pattern) for pattern in [*SPACES[language], *FORBIDDEN[language]])
