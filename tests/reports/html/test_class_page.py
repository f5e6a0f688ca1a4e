"""What a teacher reads on the class page, with and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from playwright.sync_api import expect

from grader.reports.html import class_page
from grader.reports.result import SuiteInfo
from tests.reports.html.sample import make_class, make_result
from tests.reports.html.tp2 import TITLE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.reports.html.conftest import OpenPage


def _section(page: Page, heading: str) -> str:
    """The text of the section, as it is in the file: hidden words for screen readers included."""
    section = page.locator("section", has=page.get_by_role("heading", name=heading, exact=True))
    return " ".join((section.text_content() or "").split())


def test_the_head_says_how_the_class_did(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    assert page.title() == "tp2 · Rapport de classe"
    figures = dict(
        zip(page.locator(".figures dt").all_inner_texts(), page.locator(".figures dd").all_inner_texts(), strict=True),
    )
    assert figures == {
        "Notés": "26/28",
        "Moyenne": "≥ 13,6/20",
        "Médiane": "≥ 16",
        "Quartiles": "8–19,5",
        "10 ou plus": "18/26",
        "Notes provisoires": "3",
    }


def test_each_row_of_the_heat_map_reads_out_as_words(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    row = page.get_by_role("row", name="Enzo Guérin")
    assert [" ".join(text.split()) for text in row.locator("th, td").all_text_contents()] == [
        *["Étudiant 14Enzo Guérin e231481", "5", "réussi", "réussi", "échoué", "bloqué", "échoué", "bloqué", "bloqué"],
        "1,3 s",
    ]


def test_the_columns_name_their_check_and_how_many_passed(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    heads = [" ".join(text.split()) for text in page.locator("thead th").all_text_contents()]
    assert heads[0] == "Étudiant"
    assert heads[4] == "3 le port 80 du conteneur est publié sur ton port 3 points"
    assert page.locator("tfoot td").all_inner_texts()[1:4] == ["23/26", "21/26", "18/26"]


def test_who_was_not_graded_has_a_reason_and_no_mark(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    text = " ".join(page.get_by_role("row", name="Élise Robert").inner_text().split())
    assert text.startswith("Élise Robert e231888 —")
    assert "Non noté · Docker est installé mais ne répond pas" in text
    section = _section(page, "Qui n'a pas été noté, et pourquoi")
    assert "ce n'est pas un zéro" in section
    assert "Jules Garnier e231407 la machine Docker est injoignable" in section


def test_a_provisional_mark_is_marked_as_such(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    cell = page.get_by_role("row", name="Noémie Moulin").locator("td.total")
    assert cell.text_content() == "au moins16prov."
    assert cell.locator(".floor").evaluate("e => getComputedStyle(e, '::before').content.includes('≥')")
    assert page.locator("tbody .floor").count() == 3


def test_mistakes_name_who_made_them(class_html: str, open_page: OpenPage) -> None:
    mistake = open_page(class_html).locator(".mistake", has_text="port-reversed")
    assert mistake.locator(".often").inner_text() == "4 étudiants"
    assert mistake.locator(".names a").all_inner_texts() == [
        "Lucas Bernard",
        "Nathan Da Silva",
        "Enzo Guérin",
        "Clara Nguyen",
    ]


def test_what_the_grader_could_not_see_is_apart_from_mistakes(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    assert "engine-silent" not in _section(page, "Erreurs les plus fréquentes")
    assert "engine-silent" in _section(page, "Ce que le correcteur n'a pas pu juger")


def test_two_names_on_one_machine_are_shown_and_not_judged(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    section = _section(page, "Machines")
    assert "Manon Faure Gabriel Petit" in section
    assert "elle n'en juge pas" in section
    assert page.locator("tbody tr", has=page.locator(".flag")).locator("th .name").all_inner_texts() == [
        "Manon Faure",
        "Gabriel Petit",
    ]


def test_a_class_on_one_engine_is_not_listed_name_by_name(open_page: OpenPage) -> None:
    one = [
        msgspec.structs.replace(result, machine=msgspec.structs.replace(result.machine, id="the engine of CI"))
        for result in make_class(4)
    ]
    section = _section(open_page(class_page(one, "en")), "Machines")
    assert "The whole class was graded on one engine" in section
    assert "Chloé Bonnet" not in section.partition("Time per machine")[0]


def test_the_time_of_each_machine_is_there_the_slowest_first(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    assert page.locator(".times li").count() == 27
    assert page.locator(".times .spent:not(rect)").first.inner_text() == "20 s"


def test_a_cell_leads_to_the_students_check(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    page.get_by_role("row", name="Enzo Guérin").get_by_role("link", name="échoué").first.click()
    target = page.locator("#s14-3")
    expect(target).to_be_in_viewport()
    assert "les deux ports sont inversés" in target.inner_text()


def test_without_scripts_everything_reads_and_nothing_is_offered_that_needs_one(
    class_html: str,
    open_page: OpenPage,
) -> None:
    page = open_page(class_html, scripts=False)
    expect(page.locator(".controls")).to_be_hidden()
    expect(page.locator(".discreet")).to_be_hidden()
    expect(page.locator("thead button")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(28)
    page.get_by_role("row", name="Enzo Guérin").get_by_role("link", name="Enzo Guérin").click()
    expect(page.locator("#s14-3")).to_be_visible()


def test_a_link_to_the_students_own_page_stays_beside_this_one(open_page: OpenPage) -> None:
    results = make_class(2)
    pages = {results[0].student.id: "javascript:alert(1)//é.html"}
    page = open_page(class_page(results, "en", student_pages=pages))
    links = page.locator(".card a", has_text="Own page")
    assert [link.get_attribute("href") for link in links.all()] == ["./javascript%3Aalert%281%29//%C3%A9.html"]


def test_results_of_several_suites_are_announced(open_page: OpenPage) -> None:
    first, second = make_class(2)
    page = open_page(class_page([first, msgspec.structs.replace(second, suite=SuiteInfo(sha256="0" * 64))], "en"))
    assert "2 versions of the suite" in page.locator(".notice").inner_text()


def test_an_empty_class_says_so(open_page: OpenPage) -> None:
    assert "nobody has been graded yet" in open_page(class_page([], "en")).locator("main").inner_text()


def test_a_class_that_nobody_could_reach_has_no_figures(open_page: OpenPage) -> None:
    unreachable = [make_result(row, f"Student {row}", "unreachable") for row in range(3)]
    page = open_page(class_page(unreachable, "en"))
    assert page.locator(".figures dt").all_inner_texts() == ["Graded"]
    assert "Nobody has a mark." in _section(page, "Distribution of marks")


def test_the_english_page_is_english(open_page: OpenPage) -> None:
    page = open_page(class_page(make_class(), "en", title=TITLE))
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("h1").inner_text() == TITLE["en"]
    assert page.locator("h2").all_inner_texts() == [
        *["Distribution of marks", "Check by check", "Heat map", "Most frequent mistakes"],
        *["What the grader could not judge", "Who was not graded, and why", "Machines", "Student by student"],
    ]
    assert "reversed" in page.locator(".mistake", has_text="port-reversed").inner_text()
