"""Completion of `grader` in the student's shell: `--show-completion` and `--install-completion`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from click.shell_completion import get_completion_class

from grader.errors import GraderError

if TYPE_CHECKING:
    import click

_PLACES: Final = {
    "bash": ".local/share/bash-completion/completions/grader",
    "fish": ".config/fish/completions/grader.fish",
    "zsh": ".zfunc/_grader",
}
"""Where each shell looks for the completion of a command, below the home folder."""
_ZSH_LINE: Final = "fpath+=~/.zfunc; autoload -Uz compinit; compinit"
"""Zsh looks in no folder of the user's unless it is told to."""


def show_completion(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click calls it so
    if wanted:
        print(_script(context, _shell()))
        context.exit()


def install_completion(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - as above
    if not wanted:
        return
    shell = _shell()
    place = Path.home() / _PLACES[shell]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(_script(context, shell), encoding="utf-8")
    startup = Path.home() / ".zshrc"
    if shell == "zsh" and (not startup.exists() or _ZSH_LINE not in startup.read_text(encoding="utf-8")):
        with startup.open("a", encoding="utf-8") as file:
            file.write(f"\n{_ZSH_LINE}\n")
    print(place)
    context.exit()


def _shell() -> str:
    name = Path(os.environ.get("SHELL", "")).name
    if name not in _PLACES:
        raise GraderError("usage.shell", given=repr(name), shells=", ".join(_PLACES))
    return name


def _script(context: click.Context, shell: str) -> str:
    found = get_completion_class(shell)
    assert found
    return found(context.command, {}, "grader", "_GRADER_COMPLETE").source()
