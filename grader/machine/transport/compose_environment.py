"""The environment that compose runs in: the student's own, because a compose file may use any variable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.machine.question import ComposeQuestion

_CI_MARKERS: Final = ("GRADER_SIGNING_KEY", "CI", "CI_JOB_TOKEN", "GITHUB_ACTIONS")
"""If one of these is set, this is not a student's computer, and other variables may be secret."""
_WITHHELD_PREFIXES: Final = ("GRADER_", "CI_", "GITLAB_", "RUNNER_", "GITHUB_", "ACTIONS_", "COMPOSE_")
"""Variables of the grader and of continuous integration, which are not part of a student's project, and compose's
own: it takes `-f` and other settings from them, but what is graded is what the labels say."""
_OTHER_ENGINE: Final = frozenset({"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"})
_BASIC_VARIABLES: Final = frozenset(
    {"HOME", "HOSTNAME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "TZ", "USER"}
    | {"DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}
    # Without these, programs do not start on Windows.
    | {"APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "PROGRAMDATA", "PROGRAMFILES"}
    | {"SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERNAME", "USERPROFILE", "WINDIR"}
)
"""What every shell has."""
_LARGEST: Final = 1024 * 1024


def compose_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The part of `environ` that compose gets."""
    only_plain = any(environ.get(name) for name in _CI_MARKERS)
    return {name: value for name, value in environ.items() if _is_passed_on(name, only_basic=only_plain)}


def withheld_variable(environ: Mapping[str, str], question: ComposeQuestion) -> str:
    """A variable that the project uses but does not get; empty without one.

    Compose would read another project from the file than the one that runs.
    """
    given = compose_environment(environ)
    # Compose sets its own by itself, and `DOCKER_HOST` is the engine that is graded.
    withheld = {name for name in environ.keys() - given.keys() - _OTHER_ENGINE if not name.startswith("COMPOSE_")}
    text = _read_all(*question.files, *question.env_files, f"{question.folder}/.env")
    return next((name for name in sorted(withheld) if _uses_variable(text, name)), "")


def _is_passed_on(name: str, *, only_basic: bool) -> bool:
    if name == "CI" or name.startswith(_WITHHELD_PREFIXES) or name in _OTHER_ENGINE:
        return False
    return not only_basic or name.upper() in _BASIC_VARIABLES or name.startswith("LC_")


def _uses_variable(text: str, name: str) -> bool:
    """True for `${NAME}`, `$NAME`, and the name alone, which passes the variable on."""
    word = re.escape(name)
    pattern = rf"\$\{{?{word}(?![A-Za-z0-9_])|^[ \t]*(?:-[ \t]*)?[\"']?{word}[\"']?:?[ \t]*$"
    return re.search(pattern, text, re.MULTILINE) is not None


def _read_all(*paths: str) -> str:
    return "\n".join(_read(Path(path)) for path in paths)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
