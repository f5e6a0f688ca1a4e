"""The policy refuses what reaches outside the repository, names it, and accepts what students really write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.submission.layout import find_layout
from grader.submission.policy.review import review_repository
from tests.submission.policy.samples import Sample, samples

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.findings import Review

HOSTILE = samples("hostile")
HONEST = samples("honest")
MISTAKEN = samples("mistaken")


def review(sample: Sample, folder: Path) -> Review:
    root, home = folder / "repository", folder / "home"
    sample.lay_out(root)
    home.mkdir()
    work = find_layout(root, "tp6")
    assert work is not None, "nothing to bring up in this sample"
    return review_repository(root, work, home, scripts=True)


@pytest.mark.parametrize("sample", HOSTILE, ids=lambda sample: sample.name)
def test_a_hostile_file_is_refused_by_its_rule_on_its_line(sample: Sample, tmp_path: Path) -> None:
    refused = review(sample, tmp_path).refused
    assert sample.rule in {refusal.rule for refusal in refused}, [refusal.line_in("en") for refusal in refused]
    marked = sample.marked_lines()
    places = {(r.place.file, r.place.line) for r in refused if r.rule == sample.rule}
    assert marked is None or marked in places, f"{marked} is not among {places}"


@pytest.mark.parametrize("sample", HOSTILE, ids=lambda sample: sample.name)
def test_a_refusal_says_why_in_both_languages_on_one_line(sample: Sample, tmp_path: Path) -> None:
    for refusal in review(sample, tmp_path).refused:
        for text in (refusal.line_in("fr"), refusal.line_in("en")):
            assert f"[{refusal.rule}]" in text
            assert text.replace("\u00a0", " ").isprintable(), "of what is not printable, only the French no-break space"
        assert refusal.reason_in("fr") != refusal.reason_in("en")


@pytest.mark.parametrize("sample", HONEST, ids=lambda sample: sample.name)
def test_an_honest_file_is_let_through(sample: Sample, tmp_path: Path) -> None:
    found = review(sample, tmp_path)
    assert found.may_be_brought_up, [refusal.line_in("en") for refusal in (*found.refused, *found.invalid)]


@pytest.mark.parametrize("sample", MISTAKEN, ids=lambda sample: sample.name)
def test_a_mistake_is_named_and_no_offence(sample: Sample, tmp_path: Path) -> None:
    found = review(sample, tmp_path)
    assert not found.refused, [refusal.line_in("en") for refusal in found.refused]
    assert sample.rule in {mistake.rule for mistake in found.invalid}, [
        mistake.line_in("en") for mistake in found.invalid
    ]
    marked = sample.marked_lines()
    places = {(mistake.place.file, mistake.place.line) for mistake in found.invalid}
    assert marked is None or marked in places, f"{marked} is not among {places}"


def test_a_file_name_writes_nothing_to_the_log(tmp_path: Path) -> None:
    name = "Dockerfile.\n\x1b[31msection_start:1:x\r(100 %)"
    (tmp_path / "home").mkdir()
    root = tmp_path / "repository"
    root.mkdir()
    (root / "up.sh").write_text("true\n")
    (root / name).write_text("FROM evil.example:5000/x\n")
    work = find_layout(root, "tp6")
    assert work is not None
    refused = review_repository(root, work, tmp_path / "home", scripts=True).refused
    assert [refusal.rule for refusal in refused] == ["image-registry"]
    for text in (refused[0].line_in("en"), refused[0].line_in("fr")):
        assert text.replace("\u00a0", " ").isprintable()
        assert text.startswith(r"Dockerfile.\x0a\x1b[31msection_start :1:x\x0d(100 % ):1: [image-registry]")
