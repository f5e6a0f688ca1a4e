"""The pages say the same things in both languages."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from grader.reports.html.localization import catalogue, wording
from grader.reports.result import Words
from grader.reports.result_builder import message_of
from grader.scoring.verdict import Outcome

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from grader.reports.html.localization import Lang


def _fields(sentence: str | list[str]) -> list[set[str | None]]:
    sentences = [sentence] if isinstance(sentence, str) else sentence
    return [{name for _, name, _, _ in Formatter().parse(one) if name is not None} for one in sentences]


def _sources(folder: Traversable) -> list[str]:
    texts = []
    for entry in folder.iterdir():
        if entry.is_dir():
            texts += _sources(entry)
        elif entry.name.endswith((".html", ".py")):
            texts.append(entry.read_text("utf-8"))
    return texts


def test_both_languages_have_the_same_keys() -> None:
    assert list(catalogue("fr")) == list(catalogue("en"))


def test_both_languages_fill_in_the_same_values() -> None:
    french, english = catalogue("fr"), catalogue("en")
    assert {key: _fields(french[key]) for key in french} == {key: _fields(english[key]) for key in english}


def test_every_sentence_is_used_and_every_sentence_used_exists() -> None:
    source = "\n".join(_sources(files("grader.reports.html")))
    asked = set(re.findall(r'(?:t|t\.count|self|self\.catalogue)[(\[]"([a-z.-]+)"[,)\]]', source))
    asked |= {f"show.{tag}" for tag in re.findall(r'"([a-z-]+)": (?:graded|not graded|shared)', source)}
    asked |= {"graded-on", "tried-on", "show.everyone"}
    asked |= {f"verdict.{verdict}" for verdict in ("passed", "failed", "blocked", "error", "skipped")}
    assert sorted(asked) == sorted(catalogue("fr"))


def test_french_has_no_students_in_the_singular_and_english_in_the_plural() -> None:
    assert [wording("fr").count("students", n) for n in (0, 1, 2)] == ["0 étudiant", "1 étudiant", "2 étudiants"]
    assert [wording("en").count("students", n) for n in (0, 1, 2)] == ["0 students", "1 student", "2 students"]


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (14.0, "14", "14"),
        (13.5, "13,5", "13.5"),
        (13.336, "13,34", "13.34"),
        (0.0, "0", "0"),
        (1e300, "1.0e+300", "1.0e+300"),
    ],
)
def test_numbers_are_written_as_people_do(value: float, french: str, english: str) -> None:
    assert wording("fr").number(value) == french
    assert wording("en").number(value) == english


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.013, "0.01 s"),
        (0.41, "0.4 s"),
        (12.34, "12.3 s"),
        (60.0, "1 min 00 s"),
        (187.6, "3 min 08 s"),
        (-5.0, "-5 s"),
    ],
)
def test_durations_are_short(seconds: float, shown: str) -> None:
    assert wording("en").duration(seconds) == shown


def test_a_moment_is_a_date_in_utc() -> None:
    assert wording("fr").moment("2026-11-24T15:05:00+01:00") == "24 novembre 2026 à 14:05 UTC"
    assert wording("en").moment("2026-11-24T14:05:00Z") == "24 November 2026 at 14:05 UTC"


def test_what_is_not_a_moment_is_shown_as_it_is() -> None:
    assert wording("fr").moment("yesterday") == "yesterday"


def test_a_sentence_that_does_not_exist_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match="no-such"):
        wording("fr")("no-such")
    with pytest.raises(KeyError, match="students"):
        wording("fr")("students")


def test_what_was_expected_and_seen_is_told_from_the_sentence(lang: Lang) -> None:
    message = message_of(Outcome("failed", "port-reversed", (("wanted", "4000"), ("published", "80->4000"))))
    assert message
    lines = wording(lang).lines(message, 2000)
    assert [bool(line.label) for line in lines] == [True, True, False]
    assert "4000" in lines[0].text
    assert lines[1].text == "`80->4000`"


def test_a_message_of_another_make_is_all_sentences() -> None:
    lines = wording("en").lines(Words(fr="", en="note: this\nand that"), 2000)
    assert [(line.label, line.text) for line in lines] == [("", "note: this"), ("", "and that")]


def test_words_of_a_result_follow_the_language() -> None:
    words = Words(fr="oui", en="yes")
    assert (wording("fr").pick(words), wording("en").pick(words)) == ("oui", "yes")
