"""A terminal for the tests, closed after each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.campaign.recorded_class import record_solutions
from tests.lab import wipe
from tests.lab.debian import need
from tests.terminal.tmux import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.lab import Engine

PYTEST = (sys.executable, "-m", "pytest")
GRADER = (sys.executable, "-c", "from grader.cli import main; main()")


class Open(Protocol):
    def __call__(
        self, command: Sequence[str], environ: Mapping[str, str], *, columns: int, rows: int = 24
    ) -> Terminal: ...


@pytest.fixture(scope="session")
def tmux() -> str:
    return need("tmux", "tmux")


@pytest.fixture(scope="session")
def recorded(
    shared_engine: Engine, images: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A recording of each of five solutions of tp2, by its name."""
    images("nginx", "ubuntu")
    wipe(shared_engine)
    return record_solutions(shared_engine, tmp_path_factory.mktemp("recordings"))


@pytest.fixture
def terminal(tmux: str, tmp_path: Path) -> Iterator[Open]:
    """Opens a terminal of so many columns and rows, with a command in it."""
    opened: list[Terminal] = []

    def open_it(command: Sequence[str], environ: Mapping[str, str], *, columns: int, rows: int = 24) -> Terminal:
        opened.append(Terminal(command, tmp_path, environ, columns=columns, rows=rows))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()
