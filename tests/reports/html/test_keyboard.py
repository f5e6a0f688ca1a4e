"""The class page without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.reports.html.conftest import OpenPage


@pytest.fixture
def page(class_html: str, open_page: OpenPage) -> Page:
    return open_page(class_html)


def _tab_to(page: Page, name: str, most: int = 20) -> None:
    """Presses Tab until what is focused is called `name`."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen.append(_focused(page))
        if name == seen[-1]:
            return
    pytest.fail(f"no {name!r} within {most} tabs, but {seen}")


def _focused(page: Page) -> str:
    text = page.evaluate("document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent")
    return str(text).strip()


def _focused_row(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('tr').querySelector('.name').textContent"))


def test_the_first_tab_offers_the_heat_map(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller à la carte des résultats")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#heat-title")).to_be_in_viewport()


def test_a_column_is_sorted_with_the_space_bar(page: Page) -> None:
    _tab_to(page, "Note")
    page.keyboard.press("Space")
    expect(page.get_by_role("columnheader", name="Note")).to_have_attribute("aria-sort", "ascending")
    assert _focused(page).startswith("Note")


def test_the_filter_is_reached_and_used(page: Page) -> None:
    _tab_to(page, "Chercher")
    page.keyboard.type("girard")
    expect(page.get_by_role("status")).to_have_text("1 étudiant sur 28")


def test_tab_goes_from_name_to_name(page: Page) -> None:
    _tab_to(page, "Inès Abadie", most=30)
    page.keyboard.press("Tab")
    assert _focused(page) == "Lucas Bernard"
    page.keyboard.press("Tab")
    assert _focused(page) == "Chloé Bonnet"


def test_enter_on_a_name_opens_the_students_card(page: Page) -> None:
    page.get_by_role("link", name="Enzo Guérin").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#s14-checks")).to_be_visible()


def test_the_arrows_walk_what_is_not_green_and_stay_in_the_column(page: Page) -> None:
    page.get_by_role("link", name="Lucas Bernard").first.focus()
    page.keyboard.press("ArrowRight")
    assert (_focused_row(page), _focused(page)) == ("Lucas Bernard", "échoué")
    page.keyboard.press("ArrowDown")
    assert (_focused_row(page), _focused(page)) == ("Nathan Da Silva", "échoué")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert _focused_row(page) == "Lucas Bernard"
    page.keyboard.press("ArrowLeft")
    assert _focused(page) == "Lucas Bernard"


def test_the_arrows_skip_rows_that_the_filter_hides(page: Page) -> None:
    page.get_by_role("combobox").select_option(label="port-reversed (4)")
    page.get_by_role("link", name="Nathan Da Silva").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert _focused_row(page) == "Enzo Guérin"


def test_what_has_the_focus_is_seen(page: Page) -> None:
    page.get_by_role("link", name="Lucas Bernard").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
