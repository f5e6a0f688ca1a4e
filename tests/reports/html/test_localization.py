"""The texts of the pages."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, get_args

import pytest

from grader.messages import Words, texts
from grader.reports.html.localization import PageTexts
from grader.reports.result_builder import message_of
from grader.scoring.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from grader.messages import Language


def _sources(folder: Traversable) -> list[str]:
    sources = []
    for entry in folder.iterdir():
        if entry.is_dir():
            sources += _sources(entry)
        elif entry.name.endswith((".html", ".py")):
            sources.append(entry.read_text("utf-8"))
    return sources


def test_every_sentence_is_used_and_every_sentence_used_exists() -> None:
    source = "\n".join(_sources(files("grader.reports.html")))
    asked = set(re.findall(r'(?:t|t\.count|self|self\.all)[(\[]"([a-z.-]+)"[,)\]]', source))
    asked |= {f"show.{tag}" for tag in re.findall(r'"([a-z-]+)": (?:graded|not graded|shared|bool)', source)}
    asked |= {f"course-state.{state}" for state in ("graded", "not-graded", "no-result", "absent", "excused")}
    asked |= {"graded-on", "tried-on", "show.everyone"}
    asked |= {f"tally.{verdict}" for verdict in get_args(Verdict)}
    assert sorted(asked - texts("common", "fr").keys()) == sorted(texts("page", "fr"))


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
    assert PageTexts("page", "en").duration(seconds) == shown


def test_a_moment_is_a_date_in_utc() -> None:
    assert PageTexts("page", "fr").moment("2026-11-24T15:05:00+01:00") == "24 novembre 2026 à 14:05 UTC"
    assert PageTexts("page", "en").moment("2026-11-24T14:05:00Z") == "24 November 2026 at 14:05 UTC"


def test_what_is_not_a_moment_is_shown_as_it_is() -> None:
    assert PageTexts("page", "fr").moment("yesterday") == "yesterday"


def test_what_was_expected_and_seen_is_told_from_the_sentence(lang: Language) -> None:
    message = message_of(Outcome("failed", "port-reversed", (("wanted", "4000"), ("published", "80->4000"))))
    assert message
    lines = PageTexts("page", lang).lines(message, 2000)
    assert [bool(line.label) for line in lines] == [True, True, False]
    assert "4000" in lines[0].text
    assert lines[1].text == "`80->4000`"


def test_a_message_of_another_make_is_all_sentences() -> None:
    lines = PageTexts("page", "en").lines(Words(fr="", en="note: this\nand that"), 2000)
    assert [(line.label, line.text) for line in lines] == [("", "note: this"), ("", "and that")]


def test_words_of_a_result_follow_the_language() -> None:
    words = Words(fr="oui", en="yes")
    assert (PageTexts("page", "fr").pick(words), PageTexts("page", "en").pick(words)) == ("oui", "yes")
