"""The program that a container's command starts, and the script that it runs, as far as its words show."""

from __future__ import annotations

import posixpath
import re
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.errors import ProbeFailed
from grader.probes.containers.files import read_container_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.machine import Machine
    from grader.probes.containers.files import FileFact
    from grader.probes.containers.inspect import ContainerFact

_SHELLS: Final = frozenset({"ash", "bash", "dash", "fish", "ksh", "sh", "zsh"})
_INTERPRETERS: Final = frozenset({"cat", "irb", "lua", "node", "perl", "php", "python", "ruby"}) | _SHELLS
"""Programs that, without a script, do what they read on standard input."""
_INPUT_OPTIONS: Final = frozenset({"-", "-a", "-i", "-il", "-l", "-li", "-q", "-s", "-u", "--interactive", "--login"})
"""Options with which they still do."""
_STARTERS: Final = frozenset({"--", "docker-entrypoint.sh", "dumb-init", "env", "exec", "tini"})
"""Words that only start the program behind them."""
_DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def command_words(command: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a command. Those of `/bin/sh -c "…"`, Docker's shell form, are taken apart."""
    if len(command) == 3 and program_name(command[0]) in _SHELLS and command[1] == "-c":
        try:
            return tuple(shlex.split(command[2]))
        except ValueError:  # an open quote
            return ()
    return command


def program_name(word: str) -> str:
    """`python` of `/usr/local/bin/python3.12`."""
    return re.sub(r"[\d.]+$", "", PurePosixPath(word).name)


def find_input_reader(command: tuple[str, ...]) -> str:
    """The shell or interpreter that does nothing but what it reads on standard input; empty for any other command."""
    words = list(command_words(command))
    while words and PurePosixPath(words[0]).name in _STARTERS:
        words.pop(0)
    is_one = bool(words) and program_name(words[0]) in _INTERPRETERS and _INPUT_OPTIONS.issuperset(words[1:])
    return PurePosixPath(words[0]).name if is_one else ""


@dataclass(frozen=True)
class ScriptFact:
    path: str
    has_interpreter: bool
    """True if it starts with `#!`."""
    has_windows_lines: bool
    """True if its lines end with CR LF, and something reads them: its interpreter's name, or a shell."""


def find_scripts(machine: Machine, container: ContainerFact) -> Iterator[ScriptFact]:
    """The text files that the command runs: its first word, or what a shell is told to run."""
    is_for_shell = False
    for place, word in enumerate(command_words(container.command)):
        is_shell = program_name(word) in _SHELLS
        if not is_shell and (is_for_shell or (place == 0 and _may_be_script(word))) and not word.startswith("-"):
            file = _find_file(machine, container, word, is_searched=place == 0)
            if file and not file.is_folder and b"\0" not in file.content[:512]:
                first = file.content.partition(b"\n")[0]
                has_interpreter = first.startswith(b"#!")
                is_read = has_interpreter or is_for_shell
                yield ScriptFact(file.real_path, has_interpreter, is_read and first.endswith(b"\r"))
        is_for_shell = is_shell or (is_for_shell and word.startswith("-"))


def _may_be_script(word: str) -> bool:
    """False for the system's programs, which are too large to be looked at."""
    path = PurePosixPath(word)
    return path.suffix == ".sh" or ("/" in word and str(path.parent) not in _DEFAULT_PATH.split(":"))


def _find_file(machine: Machine, container: ContainerFact, word: str, *, is_searched: bool) -> FileFact | None:
    """The file that a word of the command means. `is_searched`: in `PATH`, if the word has no slash."""
    is_searched = is_searched and "/" not in word
    folders = container.env.get("PATH", _DEFAULT_PATH).split(":") if is_searched else [container.workdir or "/"]
    with suppress(ProbeFailed):  # an older recording without it
        for folder in folders:
            file = read_container_file(machine, container.id, posixpath.join(folder, word))
            if file:
                return file
    return None
