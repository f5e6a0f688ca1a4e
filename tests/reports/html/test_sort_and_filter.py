"""Sorting, filtering and hiding names, as a teacher does in front of the class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from grader.reports.html import class_page
from tests.reports.html.sample import CLASS, make_class

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.reports.html.conftest import OpenPage

NOT_GRADED = ["Jules Garnier", "Élise Robert"]


@pytest.fixture
def page(class_html: str, open_page: OpenPage) -> Page:
    return open_page(class_html)


def _names(page: Page) -> list[str]:
    return page.locator("tbody tr:visible th .name").all_inner_texts()


def _sort(page: Page, column: str) -> None:
    page.get_by_role("columnheader", name=column).get_by_role("button").click()


def test_the_class_comes_in_the_order_of_the_roster(page: Page) -> None:
    assert _names(page) == [name for name, _ in CLASS]


def test_by_mark_upwards_then_downwards_with_the_not_graded_last_both_times(page: Page) -> None:
    _sort(page, "Note")
    marks = [row.get_attribute("data-mark") for row in page.locator("tbody tr").all()]
    assert marks[:4] == ["0.0", "3.0", "3.0", "5.0"]
    assert marks[-3:] == ["20.0", None, None]
    assert _names(page)[-2:] == NOT_GRADED
    _sort(page, "Note")
    assert _names(page)[:2] == ["Inès Abadie", "Zoé Chevalier"]
    assert _names(page)[-2:] == NOT_GRADED


def test_by_name_as_the_language_does(page: Page) -> None:
    _sort(page, "Étudiant")
    names = _names(page)
    assert names[:3] == ["Adam N’Diaye", "Anaïs Lambert", "Camille Étienne"]
    # É stands with E, not behind Z.
    assert names.index("Élise Robert") == names.index("Clara Nguyen") + 1


def test_by_check_with_what_is_to_fix_first(page: Page) -> None:
    _sort(page, "le site répond")
    verdicts = [row.get_attribute("class") for row in page.locator("tbody tr td:nth-child(6)").all()]
    assert verdicts[:1] == ["failed"]
    assert verdicts[1:9] == ["blocked"] * 8
    assert verdicts[9:26] == ["passed"] * 17
    assert _names(page)[-2:] == NOT_GRADED


def test_by_time(page: Page) -> None:
    _sort(page, "Temps")
    _sort(page, "Temps")
    assert sorted(_names(page)[:2]) == sorted(NOT_GRADED)


def test_the_sorted_column_says_so_and_only_that_one(page: Page) -> None:
    _sort(page, "Note")
    _sort(page, "Étudiant")
    assert page.locator("th[aria-sort]").count() == 1
    assert page.get_by_role("columnheader", name="Étudiant").get_attribute("aria-sort") == "ascending"
    _sort(page, "Étudiant")
    assert page.get_by_role("columnheader", name="Étudiant").get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("guerin", ["Enzo Guérin"]),
        ("  LÉA ", ["Léa Durand"]),
        ("e231481", ["Enzo Guérin"]),
        ("da sil", ["Nathan Da Silva"]),
        ("émile tour", ["Paul-Émile de La Tour d’Auvergne"]),
        ("nobody of that name", []),
    ],
)
def test_searching_takes_names_and_ids_without_accents(page: Page, typed: str, found: list[str]) -> None:
    page.get_by_role("searchbox").fill(typed)
    assert _names(page) == found
    expect(page.get_by_role("status")).to_have_text(
        f"{len(found)} étudiant{'' if len(found) == 1 else 's'} sur {len(CLASS)}",
    )


@pytest.mark.parametrize(
    ("shown", "count"),
    [
        ("ce qui reste à corriger", 17),
        ("tout est réussi", 7),
        ("note provisoire", 3),
        ("une vérification qui n'a pas pu être jugée", 2),
        ("non noté", 2),
        ("machine partagée", 2),
        ("port-reversed (4)", 4),
    ],
)
def test_the_filter_shows_one_kind_of_student(page: Page, shown: str, count: int) -> None:
    page.get_by_role("combobox").select_option(label=shown)
    assert len(_names(page)) == count
    # The cards follow, so that what is printed is what is shown.
    assert page.locator(".card:visible").count() == count


def test_search_and_filter_hold_together_and_survive_sorting(page: Page) -> None:
    page.get_by_role("combobox").select_option(label="port-reversed (4)")
    page.get_by_role("searchbox").fill("n")
    _sort(page, "Note")
    assert _names(page) == ["Enzo Guérin", "Lucas Bernard", "Nathan Da Silva", "Clara Nguyen"]
    page.get_by_role("searchbox").fill("nat")
    assert _names(page) == ["Nathan Da Silva"]


def test_hiding_names_leaves_no_name_id_or_mark_on_the_screen(page: Page) -> None:
    page.get_by_role("checkbox", name="Masquer noms et notes").check()
    text = page.locator("body").inner_text()
    for result in make_class():
        assert result.student.name not in text
        assert result.student.id not in text
        assert result.machine.url not in text
    assert "/home/etu" not in text
    assert "tcp://" not in text
    assert page.locator("tbody td.total").all_inner_texts() == [""] * len(CLASS)


def test_hiding_names_orders_the_class_by_nothing_that_gives_them_away(page: Page) -> None:
    discreet = page.get_by_role("checkbox", name="Masquer noms et notes")
    _sort(page, "Note")
    discreet.check()
    aliases = page.locator("tbody .alias").all_inner_texts()
    assert aliases == [f"Étudiant {n}" for n in range(1, len(CLASS) + 1)]
    hidden = page.locator("tbody .name").all_text_contents()
    assert hidden != [name for name, _ in CLASS]
    _sort(page, "Étudiant")
    assert page.locator("tbody .alias").all_inner_texts() == aliases
    discreet.uncheck()
    assert _names(page) == [name for name, _ in CLASS]


def test_a_page_of_nobody_has_nothing_to_sort(open_page: OpenPage) -> None:
    assert open_page(class_page([], "fr")).get_by_role("button").count() == 0
