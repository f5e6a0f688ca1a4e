"""The environment that compose is run in, here: the student's own, since a file may use any of it, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.machine.question import ComposeQuestion

__all__ = ["compose_environment", "withheld_variable"]

_SECRETIVE: Final = ("GRADER_SIGNING_KEY", "CI", "CI_JOB_TOKEN", "GITHUB_ACTIONS")
"""Where one of these is set, this is no student's own computer: other variables may be anyone's."""
_NEVER: Final = ("GRADER_", "CI_", "GITLAB_", "RUNNER_", "GITHUB_", "ACTIONS_", "COMPOSE_")
"""Variables of the grader and of continuous integration, which are no part of a student's project, and compose's own:
it takes `-f` and other things from them, and what is graded is what the labels tell."""
_OTHER_ENGINE: Final = frozenset({"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"})
_PLAIN: Final = frozenset(
    {"HOME", "HOSTNAME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "TZ", "USER"}
    | {"DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}
    # Without these, programs do not start on Windows.
    | {"APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "PROGRAMDATA", "PROGRAMFILES"}
    | {"SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERNAME", "USERPROFILE", "WINDIR"}
)
"""What every shell has."""
_LARGEST: Final = 1024 * 1024


def compose_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What of `environ` compose is given."""
    only_plain = any(environ.get(name) for name in _SECRETIVE)
    return {name: value for name, value in environ.items() if _is_given(name, only_plain=only_plain)}


def withheld_variable(environ: Mapping[str, str], question: ComposeQuestion) -> str:
    """A variable that the project uses and is not given; empty where there is none.

    Compose would make something else of such a project than what runs.
    """
    given = compose_environment(environ)
    # Compose sets its own by itself, and `DOCKER_HOST` is the engine that is graded.
    withheld = {name for name in environ.keys() - given.keys() - _OTHER_ENGINE if not name.startswith("COMPOSE_")}
    text = _text(*question.files, *question.env_files, f"{question.folder}/.env")
    return next((name for name in sorted(withheld) if _uses(text, name)), "")


def _is_given(name: str, *, only_plain: bool) -> bool:
    if name == "CI" or name.startswith(_NEVER) or name in _OTHER_ENGINE:
        return False
    return not only_plain or name.upper() in _PLAIN or name.startswith("LC_")


def _uses(text: str, name: str) -> bool:
    """As `${NAME}` and `$NAME`, or handed on by its name alone."""
    word = re.escape(name)
    pattern = rf"\$\{{?{word}(?![A-Za-z0-9_])|^[ \t]*(?:-[ \t]*)?[\"']?{word}[\"']?:?[ \t]*$"
    return re.search(pattern, text, re.MULTILINE) is not None


def _text(*paths: str) -> str:
    return "\n".join(_read(Path(path)) for path in paths)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
