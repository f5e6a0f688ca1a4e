"""What students read on their own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from playwright.sync_api import expect

from grader.reports.html import student_page
from grader.reports.result import Advice
from tests.reports.html.sample import make_class, make_result
from tests.reports.html.tp2 import TITLE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.reports.html.conftest import OpenPage


def _text(page: Page, selector: str) -> str:
    return " ".join((page.locator(selector).text_content() or "").split())


def test_the_mark_and_what_to_fix_first_come_first(student_html: str, open_page: OpenPage) -> None:
    page = open_page(student_html)
    assert page.title() == "tp2 · Enzo Guérin"
    assert page.locator("h1").inner_text() == TITLE["fr"]
    assert _text(page, ".result") == "5/20 5 points sur 20"
    assert _text(page, ".first") == "À corriger d'abord 3 le port 80 du conteneur est publié sur ton port"
    page.locator(".first a").click()
    expect(page.locator("#c-3")).to_be_in_viewport()


def test_a_failed_check_says_what_was_expected_seen_and_where_to_look(
    student_html: str,
    open_page: OpenPage,
) -> None:
    text = _text(open_page(student_html), "#c-3")
    assert "échoué · 0 sur 3 points" in text
    assert "les deux ports sont inversés attendu le port 4000 de la machine mène au port 80 de web" in text
    assert "vu 0.0.0.0:80->4000/tcp" in text
    assert "Piste la colonne PORTS de docker ps se lit machine -> conteneur" in text
    assert "Diagnostic port-reversed" in text
    assert '"HostPort": "80"' in text
    assert "exercises/tp2/test_1_nginx.py::test_web_is_published" in text


def test_a_blocked_check_names_the_one_it_waits_for(student_html: str, open_page: OpenPage) -> None:
    page = open_page(student_html)
    waits = page.locator("#c-4 .waits")
    assert " ".join(waits.inner_text().split()) == "Attend 3 le port 80 du conteneur est publié sur ton port"
    waits.get_by_role("link").click()
    expect(page.locator("#c-3")).to_be_in_viewport()


def test_a_passed_check_gives_no_hint(student_html: str, open_page: OpenPage) -> None:
    page = open_page(student_html)
    assert _text(page, "#c-1 .state") == "réussi · 3 sur 3 points"
    expect(page.locator("#c-1 .hint")).to_have_count(0)


def test_the_page_tells_nothing_about_anybody_else() -> None:
    classroom = make_class()
    html = student_page(classroom[13], "fr")
    others = [result for result in classroom if result is not classroom[13]]
    assert [other.student.name for other in others if other.student.name in html] == []
    assert [other.student.id for other in others if other.student.id in html] == []
    assert [other.machine.url for other in others if other.machine.url in html] == []


def test_who_was_not_graded_has_no_mark_and_is_told_why(open_page: OpenPage) -> None:
    page = open_page(student_page(make_class()[11], "en"))
    assert _text(page, ".result") == "—no mark Not graded"
    notice = _text(page, ".notice")
    assert "the Docker machine cannot be reached" in notice
    assert "this is not a zero" in notice
    assert "Tried on 24 November 2026" in _text(page, ".when")


def test_a_provisional_mark_says_what_is_still_open(open_page: OpenPage) -> None:
    page = open_page(student_page(make_class()[16], "en"))
    assert _text(page, ".result").startswith("at least17/20")
    assert "3 points still to be tried" in _text(page, ".notice")
    assert "this does not count against you" in _text(page, "#c-5")


def test_with_everything_passed_nothing_is_to_fix(open_page: OpenPage) -> None:
    page = open_page(student_page(make_result(0, "Zoé", "......."), "en"))
    assert _text(page, ".result") == "20/20 20 of 20 points"
    expect(page.locator(".notice")).to_have_count(0)


def test_advice_is_apart_and_without_points(open_page: OpenPage) -> None:
    remark = Advice(tool="hadolint", code="DL3006", file="api/Dockerfile", line=1, text="tag the image")
    result = msgspec.structs.replace(make_class()[13], advice=[remark], commit="0123456789abcdef")
    page = open_page(student_page(result, "en"))
    section = _text(page, "section:has(#advice-title)")
    assert section.startswith("Advice No points")
    assert section.endswith("api/Dockerfile:1 tag the image hadolint DL3006")
    assert "Commit 0123456789ab" in _text(page, "footer")


def test_the_footer_says_what_judged_what(student_html: str, open_page: OpenPage) -> None:
    assert _text(open_page(student_html), "footer") == (
        "Machine ssh://etu@poste-14 Moteur Docker 26.1.5 Suite 3f1c9a77d2e0 Correcteur 2026.1 Durée 1,3 s"
    )


def test_a_long_title_leaves_the_mark_beside_it(student_html: str, open_page: OpenPage) -> None:
    page = open_page(student_html, width=1000)
    title, mark = (page.locator(place).bounding_box() for place in ("h1", ".result"))
    assert title
    assert mark
    assert mark["x"] > title["x"] + title["width"]
    assert mark["x"] + mark["width"] > 900
