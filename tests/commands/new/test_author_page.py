"""docs/author.md leads from nothing to a rehearsed exercise: its blocks of code are taken as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from typing import TYPE_CHECKING

import pytest

from grader.commands.new.command import new_exercise
from grader.commands.rehearse.rehearse import rehearse
from grader.roster.machine_url import parse_machine_url
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine


def blocks(language: str) -> list[str]:
    """The code of that language in the page's first part."""
    page = (ROOT / "docs" / "author.md").read_text(encoding="utf-8")
    part = page.partition("## From nothing")[2].partition("\n## ")[0]
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", part, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(code) for _, code in found]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def follow_the_page(exercise: Path) -> None:
    new_exercise(exercise, "container")
    [check] = blocks("python")
    restarted, misnamed = blocks("toml")
    suite = exercise / "test_10_web.py"
    change(suite, "points=20", "points=12")
    suite.write_text(f"{suite.read_text(encoding='utf-8')}\n\n{check}", encoding="utf-8")
    solutions = exercise / "solutions"
    shutil.copytree(solutions / "reference", solutions / "wrong" / "not-restarted")
    change(solutions / "reference" / "up.sh", "docker run -d", "docker run -d --restart unless-stopped")
    (solutions / "wrong" / "not-restarted" / "expected.toml").write_text(restarted, encoding="utf-8")
    (solutions / "wrong" / "container-misnamed" / "expected.toml").write_text(misnamed, encoding="utf-8")


@pytest.mark.live
def test_an_author_who_follows_the_page_has_a_rehearsed_exercise(
    engine: Engine, images: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images("nginx")
    for name, value in engine.env().items():
        monkeypatch.setitem(os.environ, name, value)
    follow_the_page(tmp_path / "exercises" / "tp10")
    rehearsed = rehearse(tmp_path / "exercises" / "tp10", parse_machine_url(engine.url))
    assert rehearsed.is_good, [*rehearsed.faults, *(fault for one in rehearsed.runs for fault in one.faults)]
    assert [one.name for one in rehearsed.runs][2:] == ["reference", "container-misnamed", "not-restarted"]
