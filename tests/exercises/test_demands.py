"""What the handout asks for is what is judged: `demands/tpN.toml` ties each sentence of a handout to its checks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.scoring.suite import read_suite

EXERCISES = sorted((Path(__file__).parents[2] / "exercises").glob("tp*"))
HANDOUTS = {"fr": "README.md", "en": "README.en.md"}
WHAT_TO_DO = {"fr": "## Ce qu'il faut faire\n", "en": "## What to do\n"}
NOT_CHECKED = {"fr": "pas vérifié", "en": "not checked"}

in_both_languages = pytest.mark.parametrize("language", HANDOUTS)
of_each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def read_sentences(exercise: Path) -> list[dict[str, Any]]:
    path = Path(__file__).parent / "demands" / f"{exercise.name}.toml"
    sentences: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["sentence"]
    return sentences


def read_what_to_do(exercise: Path, language: str) -> str:
    text = (exercise / HANDOUTS[language]).read_text(encoding="utf-8")
    return text.split(WHAT_TO_DO[language])[1].split("\n## ")[0]


def fold_spaces(text: str) -> str:
    return " ".join(text.split())


def says_not_checked(text: str, language: str) -> bool:
    return NOT_CHECKED[language] in text or (language == "fr" and "(non vérifié)" in text)


@in_both_languages
@of_each_exercise
def test_no_sentence_of_the_handout_is_left_over(exercise: Path, language: str) -> None:
    rest = fold_spaces(read_what_to_do(exercise, language))
    for sentence in read_sentences(exercise):
        known = fold_spaces(sentence[language])
        assert rest.startswith(known), (
            f"{exercise.name}, {language}: the table has {known!r}, the handout {rest[:200]!r}"
        )
        rest = rest.removeprefix(known).lstrip()
    assert not rest, f"{exercise.name}, {language}: not in the table: {rest[:200]!r}"


@of_each_exercise
def test_no_check_is_left_over(exercise: Path) -> None:
    checks = [spec.name for spec in read_suite(exercise).check_specs]
    demanded = {name for sentence in read_sentences(exercise) for name in sentence.get("checks", [])}
    assert sorted(demanded) == sorted(checks)


@of_each_exercise
def test_a_sentence_is_judged_or_says_that_it_is_not_or_asks_nothing(exercise: Path) -> None:
    for sentence in read_sentences(exercise):
        kinds = sentence.keys() - HANDOUTS.keys()
        assert kinds in ({"checks"}, {"not_checked"}, {"asks_nothing"}), sentence
        assert all(sentence[kind] for kind in kinds), sentence
        for language in HANDOUTS:
            is_said = says_not_checked(sentence[language], language)
            assert is_said or "not_checked" not in kinds, f"the handout must say that this is not checked: {sentence}"
            assert not is_said or "asks_nothing" not in kinds, sentence


@of_each_exercise
def test_every_numbered_demand_is_judged_or_says_that_it_is_not(exercise: Path) -> None:
    steps: dict[str, list[dict[str, Any]]] = {}
    number = ""
    for sentence in read_sentences(exercise):
        numbers = {language: re.match(r"(\d+)\. ", sentence[language]) for language in HANDOUTS}
        found = numbers["en"]
        assert (found and found[1]) == (numbers["fr"] and numbers["fr"][1]), sentence
        # A bold word at the start of a paragraph begins something else.
        number = found[1] if found else "" if sentence["en"].startswith("**") else number
        steps.setdefault(number, []).append(sentence)
    assert list(filter(None, steps)) == [str(number) for number in range(1, len(list(filter(None, steps))) + 1)]
    empty = [
        number for number, found in steps.items() if number and not any("asks_nothing" not in one for one in found)
    ]
    assert not empty


@in_both_languages
@of_each_exercise
def test_each_row_of_points_is_a_check_in_its_order(exercise: Path, language: str) -> None:
    text = (exercise / HANDOUTS[language]).read_text(encoding="utf-8")
    rows = [int(points) for points in re.findall(r"^\| (\d+) \| ", text, re.MULTILINE)]
    assert rows == [spec.points for spec in read_suite(exercise).check_specs]


@in_both_languages
@of_each_exercise
def test_it_is_said_what_the_folder_in_a_repository_must_be_called(exercise: Path, language: str) -> None:
    repository = {"fr": "**Dans un dépôt.**", "en": "**In a repository.**"}[language]
    said = [one[language] for one in read_sentences(exercise) if one[language].startswith(repository)]
    assert len(said) == 1
    assert f"`{exercise.name}`" in said[0]
