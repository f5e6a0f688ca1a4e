"""A real browser, with pages that are monitored: a console message or a request fails the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import pytest
from playwright.sync_api import sync_playwright

from grader.reports.html import class_page, student_page
from tests.reports.html.browser import install, launch
from tests.reports.html.sample import make_class
from tests.reports.html.tp2 import TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from grader.messages import Language


class OpenPage(Protocol):
    def __call__(
        self,
        html: str,
        *,
        width: int = 1280,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Page: ...


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # Not for the session: Playwright keeps an event loop running, which other packages' tests could not stand.
    install()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """Opens a page as a teacher does, from a file. The test fails if the page logged or fetched anything."""
    heard: list[str] = []
    contexts: list[BrowserContext] = []

    def open_it(
        html: str,
        *,
        width: int = 1280,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Page:
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: heard.append(f"error: {error}"))
        page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: heard.append(f"request: {request.url}"))
        page.goto(file.as_uri())
        heard.remove(f"request: {file.as_uri()}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert heard == []


@pytest.fixture(params=["fr", "en"])
def lang(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture(scope="package")
def class_html() -> str:
    """The French page of the sample class."""
    return class_page(make_class(), "fr", title=TITLE)


@pytest.fixture(scope="package")
def student_html() -> str:
    """The French page of Enzo Guérin: two mistakes, three checks that wait."""
    return student_page(make_class()[13], "fr", title=TITLE)
