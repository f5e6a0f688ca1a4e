"""A terminal for the tests, closed after each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.lab.debian_packages import require_program
from tests.student_shell import ROOT
from tests.terminal.tmux import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PYTEST = (sys.executable, "-m", "pytest")
GRADER = (sys.executable, "-c", "from grader.cli import main; main()")


class Open(Protocol):
    def __call__(
        self, command: Sequence[str], environ: Mapping[str, str], *, columns: int, rows: int = 24, cwd: Path = ROOT
    ) -> Terminal: ...


@pytest.fixture(scope="session")
def tmux() -> str:
    return require_program("tmux", "tmux")


@pytest.fixture
def terminal(tmux: str, tmp_path: Path) -> Iterator[Open]:
    """Opens a terminal of so many columns and rows, with a command in it."""
    opened: list[Terminal] = []

    def open_it(
        command: Sequence[str], environ: Mapping[str, str], *, columns: int, rows: int = 24, cwd: Path = ROOT
    ) -> Terminal:
        opened.append(Terminal(command, tmp_path, environ, columns=columns, rows=rows, cwd=cwd))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()
