"""Sentences about a mistyped command are wrapped between words: the terminal itself would cut them anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.terminal.conftest import GRADER, PYTEST

if TYPE_CHECKING:
    from tests.terminal.conftest import Open


@pytest.mark.parametrize("columns", [40, 61, 80])
@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([*PYTEST, "exercises/tp22"], "il n'y a pas d'exercice 'exercises/tp22' ; voulais-tu dire exercises/tp2 ?"),
        ([*GRADER, "start", "tp22"], "grader: il n'y a pas d'exercice 'tp22' ; voulais-tu dire tp2 ?"),
        ([*GRADER, "doctor"], "grader: aucun Docker ne répond sur cette machine (unix:///nowhere) ; démarre Docker"),
    ],
)
def test_a_sentence_is_wrapped_between_words(command: list[str], words: str, columns: int, terminal: Open) -> None:
    opened = terminal(command, {"LANG": "fr_FR.UTF-8", "DOCKER_HOST": "unix:///nowhere"}, columns=columns)
    shown = opened.until_over()
    assert opened.status() in {4, 6}
    assert shown.lines == shown.unwrapped, "the terminal had to cut a line"
    assert words in " ".join(" ".join(shown.lines).replace("\u00a0", " ").split())
