"""The feedback is HTML on one line that shows what was found, whichever program reads it."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from grader.reports.gradebook.feedback import as_html, feedback
from tests.hypothesis_profile import DETERMINISTIC
from tests.reports.gradebook.hostile import INVISIBLE, TEXT, is_formula
from tests.reports.samples import ANA, YANN, ZOE


def test_it_says_the_points_then_what_is_not_passed_and_why() -> None:
    assert html.unescape(feedback(ZOE, "fr")).split("<br>") == [
        "3/20 points (note provisoire, 10 points non essayés)",
        "0/3 points – le site répond sur ton port",
        "le port 80 est publié vers 4000 : c'est l'inverse",
        "Piste\u00a0: dans `-p`, le port de la machine vient d'abord",
        "0/4 points – une page déposée est servie",
        "Bloqué\u00a0: attend `test_site_answers`, qui n'est pas réussi",
        "0/2 points – survit à un redémarrage",
        "Non essayé\u00a0: ses points restent à gagner",
        "0/8 points – `/foo/hello` dit bonjour",
        "Non jugé\u00a0: le correcteur n'a pas pu regarder, ce n'est pas la faute de l'étudiant",
        "le moteur n'a pas répondu en 20 s",
    ]


def test_a_full_mark_needs_no_more_words() -> None:
    assert feedback(YANN, "en") == "20/20 points"


def test_a_student_without_a_mark_reads_why() -> None:
    assert html.unescape(feedback(ANA, "en")) == "No mark: the machine does not answer over SSH"


def test_a_flood_is_cut() -> None:
    text = as_html(["<" * 5000] * 100)
    assert text.endswith("<br>…")
    assert len(html.unescape(text)) < 10_000


@DETERMINISTIC
@given(st.lists(TEXT))
def test_whatever_was_found_is_shown_and_obeyed_by_nobody(lines: list[str]) -> None:
    text = as_html(["0/20 points", *lines])
    assert not INVISIBLE.search(text)
    assert set(re.findall(r"<[^>]*>?", text)) <= {"<br>"}
    assert not set(text) & set('\\"$@=[]')
    assert not any(is_formula(part) for delimiter in ",;\t" for part in text.split(delimiter))
