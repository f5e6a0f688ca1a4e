"""The pictures of terminals in the documentation are what tmux shows. `GRADER_PICTURES=1` writes them."""

from __future__ import annotations

import io
import os
import shutil
import struct
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from tests.reports.html.browser import install, launch
from tests.student_shell import ROOT
from tests.terminal.conftest import GRADER, PYTEST

if TYPE_CHECKING:
    from pathlib import Path

    from tests.student_shell import StudentShell
    from tests.terminal.conftest import Open
    from tests.terminal.tmux import Shown

pytestmark = [pytest.mark.live, pytest.mark.long]
PICTURES = ROOT / "docs" / "pictures"
UTF_8 = {"LANG": "C.UTF-8"}
LARGEST = 250_000
"""Bytes: small enough for a repository."""
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: {background}; }}
pre {{ display: inline-block; margin: 0; padding: 16px 20px; color: {foreground}; background: {background};
  font: 15px/1.35 "DejaVu Sans Mono", monospace; }}
{stylesheet}</style><pre>{code}</pre>"""


def take_picture(name: str, prompt: str, shown: Shown, folder: Path) -> None:
    """Draws the lines of a terminal, colours and all, under the command that was typed."""
    console = Console(record=True, width=shown.columns, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {prompt}", style="bold"), Text.from_ansi(shown.coloured.rstrip()), sep="\n")
    html = console.export_html(theme=MONOKAI, code_format=PAGE)
    install()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_content(html)
        target = (PICTURES if os.environ.get("GRADER_PICTURES") else folder) / name
        data = page.locator("pre").screenshot(path=target)
        browser.close()
    width, height = struct.unpack(">II", data[16:24])
    assert width > 600
    assert height > 300
    assert 10_000 < len(data) < LARGEST


@pytest.fixture
def handed_out(recorded: dict[str, Path], tmp_path: Path) -> Path:
    """A folder as a student has it, with a recorded machine: the picture contains no path of this computer."""
    home = tmp_path / "home"
    shutil.copytree(ROOT / "exercises" / "tp2", home / "exercises" / "tp2", ignore=shutil.ignore_patterns("solutions"))
    for name, recording in recorded.items():
        shutil.copy(recording, home / f"{name}.recording")
    return home


@pytest.mark.parametrize("language", ["fr", "en"])
def test_picture_of_the_students_terminal(
    language: Literal["fr", "en"], handed_out: Path, terminal: Open, tmp_path: Path
) -> None:
    command = ["exercises/tp2", "--machine", "recording:port-reversed.recording", "--lang", language]
    opened = terminal([*PYTEST, *command], UTF_8, columns=80, rows=50, cwd=handed_out)
    shown = opened.until_over()
    assert opened.status() == 1
    take_picture(f"terminal-student.{language}.png", " ".join(["pytest", *command]), shown, tmp_path)


def test_picture_of_a_class_being_graded(handed_out: Path, terminal: Open, tmp_path: Path) -> None:
    machines = sorted(handed_out.glob("*.recording"))
    names = ("Zoé Lambert", "Enzo Guérin", "Inès Moreau", "Noah Petit", "Jade Roux", "Léo Fontaine", "Maël Girard")
    lines = [
        f"e{2301200 + number},{names[number % len(names)]},recording:{machines[number % len(machines)].name}"
        for number in range(120)
    ]
    (handed_out / "class.csv").write_text("\n".join(["id,name,machine", *lines]) + "\n", encoding="utf-8")
    command = ["batch", "exercises/tp2", "--roster", "class.csv", "--results", "results", "--lang", "en"]
    opened = terminal([*GRADER, *command, "--jobs", "4"], UTF_8, columns=90, rows=24, cwd=handed_out)
    shown = opened.until(lambda shown: shown.text.count("/20") >= 8 and "mean" in shown.text)
    assert "running" in shown.text
    take_picture("terminal-batch.en.png", " ".join(["grader", *command]), shown, tmp_path)


def test_picture_of_an_exercise_that_is_watched(student: StudentShell, terminal: Open, tmp_path: Path) -> None:
    student.do_tp2("docker run -d --name web -p 80:4000 nginx")
    command = [*GRADER, "watch", "exercises/tp2", "--machine", student.engine.url, "--lang", "fr"]
    opened = terminal(command, UTF_8 | {"HOME": str(student.home)}, columns=80, rows=24)
    shown = opened.until(lambda shown: "Ctrl-C pour arrêter" in shown.text)
    take_picture("terminal-watch.fr.png", "grader watch exercises/tp2", shown, tmp_path)


def test_docs_hold_no_other_pictures_of_terminals() -> None:
    known = {f"terminal-{name}.png" for name in ("student.fr", "student.en", "batch.en", "watch.fr")}
    assert {file.name for file in PICTURES.glob("terminal-*.png")} == known
