"""The Markdown summary says what the result says, and nothing of a student's is markup in it."""

from __future__ import annotations

import re

import msgspec
import pytest

from grader.messages import Words
from grader.reports.ci.markdown import markdown_summary
from grader.reports.result import Advice, Student
from tests.reports.samples import ANSWERS, MOUNT, RUNS, SERVES, graded, not_graded

ZOE = Student(id="e1/tp")
HOSTILE = "@all ![x](https://x.example/p.png) <img src=x> [a](javascript:b) </pre><script>s</script> | `c` ::error::x"


def visible_markup(text: str) -> str:
    """What a Markdown reader would interpret: all but `<pre>` and character references."""
    return re.sub(r"&#?\w+;", "", re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL))


def test_the_mark_comes_first_then_what_to_fix_then_every_check() -> None:
    text = markdown_summary(graded(ZOE, [RUNS, ANSWERS, SERVES]), "en")
    assert text.startswith("### tp2 <code>e1&#47;tp</code>")
    first, table = text.index("the other way round"), text.index("| --- |")
    assert first < table
    rows = [line for line in text.splitlines() if line.startswith("| ") and re.search(r"\d/\d \|$", line)]
    assert [row.rsplit("|", 2)[1].strip() for row in rows] == ["3/3", "0/3", "0/4"]


def test_a_student_without_a_mark_has_a_reason_and_no_zero() -> None:
    text = markdown_summary(not_graded(ZOE), "en")
    assert "no mark" in text
    assert "0/" not in text
    assert "| --- |" not in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_text_from_outside_is_no_markup(language: str) -> None:
    words = Words(fr=HOSTILE, en=HOSTILE)
    failing = msgspec.structs.replace(ANSWERS, message=words, evidence=[HOSTILE])
    advice = [Advice(tool="hadolint", code="DL1", file=HOSTILE, line=1, text=HOSTILE)]
    result = graded(Student(id=HOSTILE), [failing, msgspec.structs.replace(MOUNT, message=words)])
    text = markdown_summary(msgspec.structs.replace(result, advice=advice, submission=HOSTILE), language)
    rest = visible_markup(text)
    assert not re.search(r"[@\[\]`]|<(?!/?(?:code|pre)>)|https?:", rest), rest
    assert text.count("<pre>") == text.count("</pre>")
    assert "<script" not in text
    assert "<img" not in text


def test_a_very_long_result_keeps_its_table() -> None:
    failing = msgspec.structs.replace(SERVES, verdict="failed", evidence=["x" * 300] * 400)
    text = markdown_summary(graded(ZOE, [ANSWERS, failing]), "fr")
    assert len(text) < 60_000
    assert "| --- |" in text
