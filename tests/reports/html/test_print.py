"""On paper, for a meeting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.reports.html.sample_course import make_course_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.reports.html.conftest import OpenPage


@pytest.fixture
def paper(class_html: str, open_page: OpenPage) -> Page:
    page = open_page(class_html, scheme="dark", width=710)  # A4 less its margins
    page.emulate_media(media="print", color_scheme="dark")
    return page


def test_paper_is_light_whatever_the_screen(paper: Page) -> None:
    assert paper.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert paper.evaluate("getComputedStyle(document.querySelector('td.failed')).printColorAdjust") == "exact"


def test_controls_and_closed_cards_stay_off_the_paper(paper: Page) -> None:
    for element in (".controls", ".discreet", ".card >> nth=0", ".one-by-one h2"):
        expect(paper.locator(element)).to_be_hidden()
    expect(paper.locator("tbody tr:visible")).to_have_count(28)


def test_an_open_card_is_printed(paper: Page) -> None:
    paper.evaluate("document.querySelector('#s14').open = true")
    expect(paper.locator("#s14-3")).to_be_visible()
    expect(paper.locator(".one-by-one h2")).to_be_visible()
    expect(paper.locator(".card:visible")).to_have_count(1)


def test_every_printed_page_of_the_heat_map_has_its_headings_and_whole_rows(paper: Page) -> None:
    assert paper.evaluate("getComputedStyle(document.querySelector('.heat thead')).display") == "table-header-group"
    assert paper.evaluate("getComputedStyle(document.querySelector('.heat tbody tr')).breakInside") == "avoid"
    expect(paper.locator("thead .title").first).to_be_visible()


def test_nothing_is_wider_than_the_paper(paper: Page) -> None:
    assert paper.evaluate("document.documentElement.scrollWidth") <= 710


def test_a_class_fits_on_six_pages(paper: Page) -> None:
    assert 3 <= _printed_pages(paper) <= 6


def test_a_course_is_on_two_pages_and_begins_on_the_first(open_page: OpenPage) -> None:
    page = open_page(make_course_page("fr"), scheme="dark", width=710)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 710
    assert _printed_pages(page) == 2
    assert page.evaluate("getComputedStyle(document.querySelector('.heat')).breakBefore") == "auto"


def test_only_those_shown_are_printed(paper: Page) -> None:
    paper.evaluate("document.querySelector('#show').value = 'm1'")
    paper.evaluate("document.querySelector('#show').dispatchEvent(new Event('change'))")
    expect(paper.locator("tbody tr:visible")).to_have_count(4)


def test_the_students_page_is_printed_whole(student_html: str, open_page: OpenPage) -> None:
    page = open_page(student_html, width=710)
    page.emulate_media(media="print")
    expect(page.locator(".check:visible")).to_have_count(7)
    expect(page.locator(".evidence pre").first).to_be_visible()
    assert 1 <= _printed_pages(page) <= 2


def _printed_pages(page: Page) -> int:
    found = re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))
    return len(found)
