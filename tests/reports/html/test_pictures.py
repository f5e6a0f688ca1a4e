"""The pictures of the documentation are what a browser shows. `GRADER_PICTURES=1` writes them to docs/pictures/."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from grader.reports.html import class_page, student_page
from tests.reports.html.sample import make_class
from tests.reports.html.tp2 import TITLE

if TYPE_CHECKING:
    from grader.messages import Language
    from tests.reports.html.conftest import OpenPage

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"


@dataclass(frozen=True)
class Picture:
    page: Literal["class", "student"]
    lang: Language
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    part: str = "body"
    """The element that is scrolled to the top of the picture."""


ALL = {
    "class-page.fr.png": Picture("class", "fr", 1280, 1480),
    "class-page.en.png": Picture("class", "en", 1280, 1480),
    "class-page-dark.fr.png": Picture("class", "fr", 1280, 1480, scheme="dark"),
    "class-mistakes.fr.png": Picture("class", "fr", 1280, 760, part="#mistakes"),
    "class-mistakes.en.png": Picture("class", "en", 1280, 760, part="#mistakes"),
    "class-phone.fr.png": Picture("class", "fr", 400, 800, part="#heat"),
    "student-page.fr.png": Picture("student", "fr", 1000, 1180),
    "student-page.en.png": Picture("student", "en", 1000, 1180),
}


@pytest.mark.parametrize("name", ALL)
def test_a_picture_shows_the_page(name: str, open_page: OpenPage, tmp_path: Path) -> None:
    picture, classroom = ALL[name], make_class()
    html = {
        "class": lambda: class_page(classroom, picture.lang, title=TITLE),
        "student": lambda: student_page(classroom[13], picture.lang, title=TITLE),
    }[picture.page]()
    page = open_page(html, width=picture.width, scheme=picture.scheme)
    page.set_viewport_size({"width": picture.width, "height": picture.height})
    page.locator(picture.part).evaluate("part => part.scrollIntoView()")
    target = (PICTURES if os.environ.get("GRADER_PICTURES") else tmp_path) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    data = page.screenshot(path=target)
    assert struct.unpack(">8sI4sII", data[:24])[3:] == (picture.width, picture.height)
    # Large enough to show something, small enough for a repository.
    assert 20_000 < len(data) < 300_000


def test_docs_hold_no_other_pictures_of_pages() -> None:
    stray = {file.name for kind in ("class-*.png", "student-*.png") for file in PICTURES.glob(kind)} - set(ALL)
    assert stray == set()
