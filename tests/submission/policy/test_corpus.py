"""Many honest, mistaken and hostile files, each with the answer that it must get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.submission.policy import dockerfiles
from tests.submission.policy.corpus import Document, documents
from tests.submission.policy.samples import samples

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.findings import Review

HONEST = documents("honest")
HONEST_DOCKERFILES = documents("honest", dockerfiles=True)
MISTAKEN = [*documents("mistaken"), *documents("mistaken", dockerfiles=True)]
HOSTILE = [*documents("hostile"), *documents("hostile", dockerfiles=True)]


def lines(review: Review) -> list[str]:
    return [one.line_in("en") for one in (*review.refused, *review.invalid)]


@pytest.mark.parametrize("one", [*HONEST, *HONEST_DOCKERFILES], ids=lambda one: one.name)
def test_an_honest_file_is_let_through(one: Document, tmp_path: Path) -> None:
    review = one.review(tmp_path)
    assert review.may_be_brought_up, lines(review)


@pytest.mark.parametrize("one", MISTAKEN, ids=lambda one: one.name)
def test_a_mistake_is_named_with_its_line_and_no_offence(one: Document, tmp_path: Path) -> None:
    review = one.review(tmp_path)
    assert not review.refused, lines(review)
    assert one.rule in {mistake.rule for mistake in review.invalid}, lines(review)
    if one.marked_line is not None:
        assert one.marked_line in {mistake.place.line for mistake in review.invalid}, lines(review)


@pytest.mark.parametrize("one", HOSTILE, ids=lambda one: one.name)
def test_a_hostile_file_is_refused_on_its_line(one: Document, tmp_path: Path) -> None:
    review = one.review(tmp_path)
    assert one.rule in {refusal.rule for refusal in review.refused}, lines(review)
    if one.marked_line is not None:
        assert one.marked_line in {refusal.place.line for refusal in review.refused}, lines(review)


@pytest.mark.parametrize("one", [*MISTAKEN, *HOSTILE], ids=lambda one: one.name)
def test_what_is_found_is_said_in_both_languages_without_a_path_of_this_computer(one: Document, tmp_path: Path) -> None:
    review = one.review(tmp_path)
    for finding in (*review.refused, *review.invalid):
        for text in (finding.line_in("en"), finding.line_in("fr")):
            assert f"[{finding.rule}] " in text
            assert str(tmp_path) not in text
            assert "{" not in text.replace("${", "")
        assert finding.reason_in("en") != finding.reason_in("fr")


def test_there_are_as_many_as_figures_say() -> None:
    names = [one.name for one in samples("honest")] + [one.name for one in HONEST]
    assert len([name for name in names if not name.endswith(".Dockerfile")]) >= 150
    assert len(HONEST_DOCKERFILES) + len(dockerfiles.HONEST) >= 60
    assert len([*samples("hostile"), *HOSTILE, *dockerfiles.HOSTILE]) >= 300


def test_names_are_given_once() -> None:
    names = [one.name for one in (*HONEST, *HONEST_DOCKERFILES, *MISTAKEN, *HOSTILE)]
    assert len(set(names)) == len(names)
