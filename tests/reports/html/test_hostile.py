"""Everything in a result may have been written by somebody who wants the page to be something else."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grader.course_marks.build_course_book import build_course_book
from grader.course_marks.course_page import course_page
from grader.course_table.table import CourseTable, ExerciseRules, Skill
from grader.reports.html import class_page, student_page
from grader.reports.result import ResultFile
from tests.reports.html.sample import make_class

if TYPE_CHECKING:
    from tests.reports.html.conftest import OpenPage

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "end of style": "</style></script></title></textarea><b onclick=alert(1)>",
    "comment": "<!-- --!> <![CDATA[",
    "entity": "&lt;b&gt; &#x202e; &amp",
    "template": "{{ 7 * 7 }}{% include '/etc/passwd' %}{# #}",
    "format": "{n} {total} {0} %s %n",
    "attribute": "' onmouseover='alert(1)' x=\"",
    "url": "javascript:alert(1)",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd",
    "bidi": "\u202egpj.\u2066exe\u2069\u202c \u200f",
    "control": "\x00\x07\x1b]0;title\x07\x1b[2J\r\x85",
    "surrogate": "\ud800 \udfff",
    "not characters": "\ufffe \uffff \U0010ffff",
    "accents": "Z" + "\u0301" * 300,
    "wide": "\ufdfd" * 300,
    "long word": "x" * 5000,
    "lines": "a\n" * 500,
    "blank": "\u3164 \u2800 \u200b",
    "backticks": "`<b>` ``` `",
    "arabic": "محمد عبد الله",
    "empty": "",
}


def poisoned(result: ResultFile, text: str) -> ResultFile:
    """`result` with `text` in every text field, keys of values included; ids stay different."""

    def poison(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {text if key == "values" else name: poison(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [poison(inner, f"{key}-{place}") for place, inner in enumerate(value)]
        return text if isinstance(value, str) and key not in {"verdict", "status", "format", "exercise"} else value

    made = poison(msgspec.to_builtins(result), "")
    for number, check in enumerate(made["checks"]):
        check["id"] = f"{number}{text}"
    return msgspec.convert(made, ResultFile)


@pytest.fixture(params=HOSTILE)
def text(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


def test_hostile_text_is_text_on_the_class_page(text: str, open_page: OpenPage) -> None:
    honest = make_class(3)
    attackers = [poisoned(result, text) for result in (make_class()[13], make_class()[16], make_class()[11])]
    page = open_page(class_page([*honest, *attackers], "fr"))
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    _assert_is_ours(page.content(), page.evaluate(ELEMENTS), scripts=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert max(page.evaluate("[...document.querySelectorAll('tr')].map((row) => row.offsetHeight)")) < 250
    rows = page.locator("tbody tr")
    assert rows.count() == 6
    assert rows.nth(1).locator("td").all_inner_texts()[1:4] == ["réussi", "réussi", "échoué"]


def test_hostile_text_is_text_on_the_students_page(text: str, open_page: OpenPage) -> None:
    page = open_page(student_page(poisoned(make_class()[13], text), "en"), width=400)
    _assert_is_ours(page.content(), page.evaluate(ELEMENTS), scripts=0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator(".check").count() == 7


def test_hostile_text_is_text_on_the_page_of_the_course(text: str, open_page: OpenPage) -> None:
    result = poisoned(make_class()[13], text)
    tagged = [msgspec.structs.replace(check, skills=[text]) for check in result.checks]
    skill = {text: Skill(title={"fr": text})}
    table = CourseTable(title={"fr": text}, exercises={"tp2": ExerciseRules(), "tp3": ExerciseRules()}, skills=skill)
    attacker = msgspec.structs.replace(result, checks=tagged)
    book = build_course_book(table, [*make_class(3), attacker], (), {})
    page = open_page(course_page(book, "fr", {"tp2": "tp2.html"}))
    _assert_is_ours(page.content(), page.evaluate(ELEMENTS), scripts=0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert page.evaluate("document.querySelector('.scroll').scrollWidth") <= 1280 * 2
    assert max(page.evaluate("[...document.querySelectorAll('tr')].map((row) => row.offsetHeight)")) < 250
    assert page.locator("tbody tr").count() == 4
    assert page.locator("tbody tr").nth(3).locator("td").count() == 4


ELEMENTS = """[...document.querySelectorAll('*')].flatMap((element) => [
  element.localName,
  ...element.getAttributeNames().filter((name) => name.startsWith('on') || name === 'style'),
])"""

OURS = {
    *("html", "head", "meta", "title", "style", "body", "script", "header", "main", "section", "footer", "div", "span"),
    *("h1", "h2", "h3", "h4", "p", "dl", "dt", "dd", "ol", "ul", "li", "pre", "details", "summary"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "svg", "rect"),
    *("a", "b", "bdi", "code", "i", "s", "small", "strong"),
    *("input", "label", "select", "option", "optgroup", "button"),
}


def _assert_is_ours(html: str, elements: list[str], *, scripts: int) -> None:
    assert set(elements) <= OURS
    assert elements.count("script") == scripts
    assert elements.count("style") == 1
    misleading = [letter for letter in html if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co"}]
    assert set(misleading) <= {"\n", "\t"}
    html.encode()


@pytest.mark.parametrize("name", ["script", "image", "template", "formula", "attribute", "path", "arabic"])
def test_a_hostile_name_is_shown_as_it_was_written(name: str, open_page: OpenPage) -> None:
    result = poisoned(make_class()[13], HOSTILE[name])
    page = open_page(class_page([result], "en"))
    assert page.locator("tbody .name").text_content() == HOSTILE[name]
    student = open_page(student_page(result, "en"))
    assert student.locator("h3 bdi").first.inner_text() == HOSTILE[name]
    assert student.locator("pre").first.inner_text() == HOSTILE[name]


def test_bidi_marks_are_shown_and_right_to_left_names_stand_alone(open_page: OpenPage) -> None:
    page = open_page(class_page([poisoned(make_class()[13], HOSTILE["bidi"])], "en"))
    assert page.locator("tbody .name").text_content() == "\\u202egpj.\\u2066exe\\u2069\\u202c \\u200f"
    assert page.locator("tbody .name").evaluate("e => getComputedStyle(e).unicodeBidi") == "isolate"


def test_numbers_that_cannot_be_leave_the_page_whole(open_page: OpenPage) -> None:
    result = make_class()[13]
    absurd = msgspec.structs.replace(
        result,
        points=-(10**18),
        mark=1e308,
        out_of=0,
        not_tried_points=10**18,
        provisional=True,
        duration_s=-1e308,
        checks=[msgspec.structs.replace(check, max_points=10**18, duration_s=1e308) for check in result.checks],
    )
    for html in (class_page([absurd, absurd], "fr"), student_page(absurd, "fr")):
        page = open_page(html, width=400)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_ids_that_differ_in_case_only_are_two_students(open_page: OpenPage) -> None:
    lower, upper = make_class(2)
    lower = msgspec.structs.replace(lower, student=msgspec.structs.replace(lower.student, id="e1"))
    upper = msgspec.structs.replace(upper, student=msgspec.structs.replace(upper.student, id="E1"))
    page = open_page(class_page([lower, upper], "en"))
    assert page.locator("tbody .id").all_inner_texts() == ["e1", "E1"]


def test_a_hundred_checks_and_a_thousand_pieces_of_evidence_are_bounded(open_page: OpenPage) -> None:
    result = make_class()[13]
    many = [
        msgspec.structs.replace(result.checks[2], id=f"test_{number}", evidence=["y" * 100_000] * 1000)
        for number in range(100)
    ]
    html = class_page([msgspec.structs.replace(result, checks=many)], "en")
    assert len(html) < 3_000_000
    page = open_page(html)
    assert page.locator("thead th.check").count() == 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
