"""A real terminal: a private tmux with one command in it, and what its screen shows."""

from __future__ import annotations

import itertools
import os
import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NUMBERS: Final = itertools.count()
_OWN: Final = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
_STAYS: Final = 'trap : INT; "$@"; echo $? >"$STATUS.new"; mv "$STATUS.new" "$STATUS"; exec sleep infinity'
"""The command, then nothing: the screen stays as the command left it, and the cursor with it."""


@dataclass(frozen=True)
class Shown:
    columns: int
    lines: list[str]
    """From the first line that scrolled away to the last on the screen, as the terminal shows them."""
    unwrapped: list[str]
    """The same as they were written: longer than `columns` if the terminal wrapped them."""
    screen: list[str]
    """What is on the screen now."""
    coloured: str
    """All lines with their colours, as escape sequences."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Terminal:
    """Starts `command` at once. `close` ends this server, and so the command; no other tmux is touched."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        *,
        columns: int,
        rows: int = 24,
        cwd: Path = ROOT,
    ) -> None:
        self.columns = columns
        self._name = f"grader-{os.getpid()}-{next(_NUMBERS)}"
        self._status = folder / f"{self._name}.status"
        given = dict(environ) | {"TERM": "xterm-256color", "PATH": _OWN["PATH"], "STATUS": str(self._status)}
        words = ["env", "-i", *(f"{name}={text}" for name, text in given.items()), "bash", "-c", _STAYS, "-", *command]
        size = ["-x", str(columns), "-y", str(rows)]
        self._tmux("new-session", "-d", *size, "-c", str(cwd), shlex.join(words))

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-u", "-L", self._name, "-f", "/dev/null", *words]
        return subprocess.run(command, env=_OWN, capture_output=True, text=True, check=True, timeout=30).stdout

    def shown(self) -> Shown:
        return Shown(
            self.columns,
            _lines(self._tmux("capture-pane", "-p", "-S", "-")),
            _lines(self._tmux("capture-pane", "-p", "-J", "-S", "-")),
            _lines(self._tmux("capture-pane", "-p")),
            self._tmux("capture-pane", "-p", "-e", "-S", "-"),
        )

    def until(self, happened: Callable[[Shown], bool], limit_s: float = 60) -> Shown:
        """The first screen for which the condition is true; fails with the last screen if there is none."""
        deadline = time.monotonic() + limit_s
        while not happened(shown := self.shown()):
            if time.monotonic() > deadline:
                pytest.fail("never on the screen, which shows:\n" + "\n".join(shown.screen))
            time.sleep(0.05)
        return shown

    def until_over(self, limit_s: float = 60) -> Shown:
        """The screen that the command left. It may have printed its last lines while an earlier one was read."""
        self.until(lambda _: self.status() is not None, limit_s)
        return self.shown()

    def status(self) -> int | None:
        """The command's exit code, once it has one."""
        return int(self._status.read_text(encoding="ascii")) if self._status.exists() else None

    def press(self, key: str) -> None:
        self._tmux("send-keys", key)

    def asks(self, variable: str) -> str:
        """A value from tmux: `cursor_flag` is 1 if the cursor is visible, `history_size` counts lines scrolled away."""
        return self._tmux("display-message", "-p", f"#{{{variable}}}").strip()

    def close(self) -> None:
        socket = Path(self.asks("socket_path"))
        self._tmux("kill-server")
        socket.unlink(missing_ok=True)  # tmux leaves it there


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]
