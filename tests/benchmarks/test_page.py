"""The page of figures: one part replaces its own section, and no other."""

from benchmarks.figure import Figure, Part
from benchmarks.page import with_section

PAGE = "# Figures\n\nMachine: another one.\n\n## Batches\n\nold\n\n## Batches killed\n\nkept\n"


def test_a_part_replaces_its_own_section_alone() -> None:
    page = with_section(PAGE, Part("Batches", "2026-01-02 03:04 UTC", 0.5, [Figure("marks", 3, target="3")]))
    assert "old" not in page
    assert "| marks | 3 | 3 |" in page
    assert page.index("## Batches\n") < page.index("## Batches killed\n\nkept\n")


def test_a_new_part_comes_last() -> None:
    page = with_section(PAGE, Part("New", "2026-01-02 03:04 UTC", 0.5, [Figure("marks", 3)]))
    assert page.index("kept") < page.index("## New\n")
    assert "old" in page


def test_a_page_written_twice_stays_the_same() -> None:
    part = Part("Batches", "2026-01-02 03:04 UTC", 0.5, [Figure("marks", 3)])
    once = with_section(PAGE, part)
    assert with_section(once, part) == once
