"""A page is one file that fetches nothing, and its policy holds even if a script got in."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.reports.html.conftest import OpenPage


def _policy(html: str) -> str:
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    assert found
    return found[1].replace("&#39;", "'")


def _hashes(html: str, element: str) -> list[str]:
    texts = re.findall(f"<{element}>(.*?)</{element}>", html, re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts]


def test_the_class_page_allows_its_own_style_and_script_and_nothing_else(class_html: str) -> None:
    [style], [script] = _hashes(class_html, "style"), _hashes(class_html, "script")
    assert _policy(class_html) == (
        f"default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
    )


def test_the_students_page_has_no_script(student_html: str) -> None:
    [style] = _hashes(student_html, "style")
    assert "<script" not in student_html
    assert _policy(student_html) == f"default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("page", ["class_html", "student_html"])
def test_a_page_names_nothing_to_fetch(page: str, request: pytest.FixtureRequest) -> None:
    html: str = request.getfixturevalue(page)
    assert not re.search(
        r"""<(?:img|link|iframe|object|embed|base)\b|\bsrc\s*=|@import|url\(|\sstyle=|\son\w+=""", html
    )
    assert all(target.startswith(("#", "./")) for target in re.findall(r'href="([^"]*)"', html))


def test_a_script_that_got_in_does_not_run(class_html: str, browser: Browser) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.set_content(class_html.replace("</main>", "<script>document.title = 'ran'</script></main>"))
    assert page.title() != "ran"
    assert [text for text in said if "Content Security Policy" in text]
    page.close()


def test_the_same_results_make_the_same_page_in_light_and_dark(class_html: str, open_page: OpenPage) -> None:
    light, dark = open_page(class_html), open_page(class_html, scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert light.evaluate(background) != dark.evaluate(background)
    assert light.inner_text("main") == dark.inner_text("main")
