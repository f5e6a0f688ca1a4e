"""`pytest exercises/tp2` in a real terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.terminal.conftest import PYTEST
from tests.terminal.strange import CHECKS, write_strange_exercise
from tests.terminal.ways import WAYS, Way, check_screen, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal.conftest import Open

pytestmark = pytest.mark.live
MARK = {("fr", "utf-8"): "points : 8/20 · note : 8/20", ("fr", ""): "points : 8/20 - note : 8/20"} | {
    ("en", "utf-8"): "points: 8/20 · mark: 8/20", ("en", ""): "points: 8/20 - mark: 8/20"
}  # fmt: skip
FIX_FIRST = {
    ("fr", "utf-8"): ["à corriger d'abord : 3. le port 80 du conteneur", "`web` : les deux ports sont inversés"],
    ("fr", ""): ["a corriger d'abord : 3. le port 80 du conteneur", "`web` : les deux ports sont inverses"],
    ("en", "utf-8"): ["fix this first: 3. port 80 of the container", "`web`: the two ports are reversed"],
    ("en", ""): ["fix this first: 3. port 80 of the container", "`web`: the two ports are reversed"],
}


def command(recording: Path, language: str, *options: str, exercise: str = "exercises/tp2") -> list[str]:
    return [*PYTEST, exercise, "--machine", f"recording:{recording}", "--lang", language, *options]


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_the_screen_fits_and_ends_with_the_mark_and_what_to_fix(
    way: Way, recorded: dict[str, Path], terminal: Open
) -> None:
    opened = terminal(command(recorded["port-reversed"], way.language), way.environ, columns=way.columns)
    shown = opened.until_over()
    assert opened.status() == 1
    check_screen(shown, way)
    assert sorted(rows_of(shown.lines)) == list(range(1, 8))
    said = way.language, "utf-8" if way.letters == "utf-8" else ""
    on_screen = "\n".join(shown.screen).replace("\u00a0", " ")
    assert [words for words in [MARK[said], *FIX_FIRST[said]] if words not in on_screen] == []


def test_color_no_is_followed_as_no_color_is(recorded: dict[str, Path], terminal: Open) -> None:
    way = Way(80, "fr", is_coloured=False)
    opened = terminal(command(recorded["reference"], "fr", "--color=no"), Way(80, "fr").environ, columns=80)
    shown = opened.until_over()
    check_screen(shown, way)
    assert "\x1b" not in shown.coloured


@pytest.mark.parametrize("way", [Way(80, "fr"), Way(120, "en"), Way(80, "en", "C")], ids=str)
def test_long_and_wide_words_keep_the_columns(
    way: Way, recorded: dict[str, Path], terminal: Open, tmp_path: Path
) -> None:
    exercise = write_strange_exercise(tmp_path / "exercises" / "tp99")
    wanted = command(recorded["reference"], way.language, "--rootdir", str(tmp_path), exercise=str(exercise))
    shown = terminal(wanted, way.environ, columns=way.columns, rows=50).until_over()
    check_screen(shown, way)
    assert len(rows_of(shown.lines)) == CHECKS
    if way.letters == "utf-8":
        assert "漢字" in shown.text
