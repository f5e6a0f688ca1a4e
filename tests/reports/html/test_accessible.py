"""For screen readers, colour-blind eyes and chosen colours."""

from __future__ import annotations

import base64
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from grader.reports.html import class_page, student_page
from grader.reports.html.check_columns import VERDICTS
from tests.reports.html.sample import make_class
from tests.reports.html.sample_course import make_course_page
from tests.reports.html.tp2 import TITLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from grader.messages import Language
    from tests.reports.html.conftest import OpenPage

STRICTER = {"rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}}
"""Beyond what axe looks at by itself: seven to one, for a projector in a lit room, and room for a finger."""

SOME = [make_class()[row] for row in (0, 1, 10, 11, 13, 16, 20, 23, 27)]
"""Students with every verdict and every mistake's kind of words: axe takes its time with each element."""

OPEN_AND_DRAWN = """document.querySelectorAll('details').forEach((details) => {
  details.open = true;
  details.style.contentVisibility = 'visible';
})"""
"""What is far below the screen is not drawn until it is near, so that axe finds no colours."""

PAGES = {
    "class": lambda lang: class_page(SOME, lang, title=TITLE),
    "student": lambda lang: student_page(make_class()[13], lang, title=TITLE),
    "provisional student": lambda lang: student_page(make_class()[16], lang, title=TITLE),
    "course": lambda lang: make_course_page(lang, 12),
    "student not graded": lambda lang: student_page(make_class()[11], lang, title=TITLE),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_nothing(kind: str, lang: Language, scheme: Literal["light", "dark"], open_page: OpenPage) -> None:
    page = open_page(PAGES[kind](lang), scheme=scheme)
    page.evaluate(OPEN_AND_DRAWN)
    found = Axe().run(page, options=STRICTER).response
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    # What axe could not decide is not taken for a pass.
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["incomplete"]] == []
    assert len(found["passes"]) > 30


def test_axe_would_have_found_something(student_html: str, open_page: OpenPage) -> None:
    page = open_page(student_html.replace('<html lang="fr">', "<html>"))
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == ["html-has-lang"]


def test_axe_finds_nothing_while_names_are_hidden(open_page: OpenPage) -> None:
    page = open_page(class_page(SOME, "fr"), width=400)
    page.locator("#discreet").check()
    found = Axe().run(page, options=STRICTER).response
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"] + found["incomplete"]] == []


SHARES_THAT_DIFFER = """async ([png, boxes]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const tiles = boxes.map(([x, y]) => context.getImageData(x, y, 21, 21).data);
  return tiles.map((a) => tiles.map((b) => {
    let different = 0;
    for (let i = 0; i < a.length; i += 4) {
      const far = [0, 1, 2].reduce((sum, channel) => sum + Math.abs(a[i + channel] - b[i + channel]), 0);
      different += far > 60;
    }
    return different / (a.length / 4);
  }));
}"""
"""For each pair of tiles on a picture, the share of their pixels that are not nearly the same colour."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("eyes", ["none", "protanopia", "deuteranopia", "tritanopia", "achromatopsia"])
def test_verdicts_look_different_to_all_eyes(
    eyes: str,
    scheme: Literal["light", "dark"],
    open_page: OpenPage,
    browser: Browser,
) -> None:
    page = open_page(class_page(SOME, "en"), scheme=scheme)
    page.context.new_cdp_session(page).send("Emulation.setEmulatedVisionDeficiency", {"type": eyes})
    key = page.locator(".heat .key")
    boxes = key.evaluate("""(key) => [...key.querySelectorAll(".tile")].map((tile) => {
      const [outer, box] = [key.getBoundingClientRect(), tile.getBoundingClientRect()];
      return [Math.round(box.x - outer.x), Math.round(box.y - outer.y)];
    })""")
    picture = base64.b64encode(key.screenshot()).decode()
    scale = browser.new_page()
    shares = scale.evaluate(SHARES_THAT_DIFFER, [picture, boxes])
    scale.close()
    assert len(boxes) == len(VERDICTS)
    alike = [
        (first, second, shares[i][j])
        for (i, first), (j, second) in combinations(enumerate(VERDICTS), 2)
        if shares[i][j] < 0.08
    ]
    assert alike == []


def test_the_glyphs_and_fills_stay_under_chosen_colours(class_html: str, open_page: OpenPage) -> None:
    page = open_page(class_html)
    page.emulate_media(forced_colors="active")
    fills = [
        page.locator(f".heat .key .tile.{verdict}").evaluate("e => getComputedStyle(e).backgroundColor")
        for verdict in ("passed", "failed")
    ]
    assert len(set(fills)) == 2


@pytest.mark.parametrize("width", [1280, 800, 400, 320])
def test_a_page_never_scrolls_sideways(width: int, class_html: str, student_html: str, open_page: OpenPage) -> None:
    for html in (class_html, student_html, make_course_page("fr")):
        page = open_page(html, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_tree_of_a_screen_reader_has_the_table_with_its_heads(class_html: str, open_page: OpenPage) -> None:
    table = open_page(class_html).get_by_role("table", name="Une ligne par étudiant, une colonne par vérification.")
    tree = table.aria_snapshot()
    assert 'columnheader "3 le port 80 du conteneur est publié sur ton port 3 points"' in tree
    assert 'rowheader "Enzo Guérin e231481"' in tree
    assert 'cell "échoué"' in tree
    # The glyph is only visual: a screen reader would read it after the word.
    assert "✗" not in tree


def test_the_tree_of_a_screen_reader_has_the_marks_of_the_course(open_page: OpenPage) -> None:
    table = open_page(make_course_page("en")).get_by_role(
        "table", name="One row per student, one column per exercise, then per skill."
    )
    tree = table.aria_snapshot()
    assert 'columnheader "tp2 ×2"' in tree
    assert 'columnheader "AC23.02 Use virtual services"' in tree
    assert 'row "Chloé Bonnet e231074 20 passed 18 dropped 20 excused' in tree
    assert 'row "Lucas Bernard e231037 — no mark yet; missing: tp3 absent 16 no mark' in tree


def test_on_a_phone_the_names_stay_beside_the_marks_and_no_word_of_the_course_is_broken(open_page: OpenPage) -> None:
    page = open_page(make_course_page("fr"), width=400)
    page.locator(".scroll").evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    name, mark = (
        page.locator("tbody tr")
        .first.locator("th, td")
        .evaluate_all("cells => [cells[0], cells.at(-1)].map((cell) => cell.getBoundingClientRect().left)")
    )
    assert 0 <= name < mark < 400
    # A range over a word that is broken has a box for each of its lines.
    broken = page.locator("td").evaluate_all("""(cells) => cells.flatMap((cell) => {
      const found = [], texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        for (const { 0: word, index } of texts.currentNode.data.matchAll(/[^\\s\\u00a0]+/g)) {
          const range = document.createRange();
          range.setStart(texts.currentNode, index);
          range.setEnd(texts.currentNode, index + word.length);
          if (range.getClientRects().length > 1) found.push(word);
        }
      }
      return found;
    })""")
    assert broken == []
