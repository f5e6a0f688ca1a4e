"""`docker compose` on this very machine: the student's own, else the binary that comes with a Python package."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.machine.compose_environment import compose_environment, withheld_variable
from grader.machine.compose_trust import refusal
from grader.machine.question import Answer, NoAnswer
from grader.machine.text import visible

if TYPE_CHECKING:
    from grader.machine.address import EngineAddress
    from grader.machine.question import ComposeQuestion

__all__ = ["CAP", "CHANGE_S", "LOOK_S", "LocalCompose", "NoCompose", "arguments", "compose_version"]

CAP: Final = 1024 * 1024
LOOK_S: Final = 20.0
CHANGE_S: Final = 90.0
"""Seconds for `down` and `up`: a database may take its ten seconds to stop."""
_STOP_S: Final = "2"
_ARGUMENTS: Final = {
    "config": ("config", "--format", "json"),
    "hashes": ("config", "--hash", "*"),
    # Ten seconds are given to each container by default; a database that is killed must not lose anything either.
    "down": ("down", "--timeout", _STOP_S),
    "up": ("up", "--detach"),
}


class NoCompose:
    """For machines on which no command can be run: none is run here instead, whatever their labels name."""

    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer:
        return NoAnswer("elsewhere", question.folder)


class LocalCompose:
    """Runs compose in the project's folder, against the engine that is graded: for an engine of this very machine."""

    def __init__(self, address: EngineAddress) -> None:
        self._address = address

    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer:
        """What it printed; 422 where it refused, with what it said. The header `version` tells compose's own."""
        hindrance = _hindrance(question)
        if hindrance:
            return hindrance
        command = _command()
        within_s = LOOK_S if question.verb in {"config", "hashes"} else CHANGE_S
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                done = subprocess.run(
                    [*command, *arguments(question)],
                    cwd=question.folder,
                    # `${PWD}` in a file is the folder in which a student types `docker compose`.
                    env=compose_environment(os.environ) | {"DOCKER_HOST": self._address.url, "PWD": question.folder},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    timeout=within_s,
                    check=False,
                    start_new_session=True,  # a terminal that is closed, or Ctrl-C, is for us to deal with
                )
            except subprocess.TimeoutExpired:
                return NoAnswer("timeout", f"docker compose {question.verb}: no end after {within_s:.0f} s")
            except OSError as error:
                return NoAnswer("no-access", error.strerror or "")
            except ValueError as error:  # a NUL in a label
                return NoAnswer("no-access", str(error))
            said = out if done.returncode == 0 else err
            said.seek(0)
            body = said.read(CAP + 1)
        status = 200 if done.returncode == 0 else 422
        return Answer(status, body[:CAP], {"version": _version(command)}, truncated=len(body) > CAP)


def _hindrance(question: ComposeQuestion) -> NoAnswer | None:
    if not Path(question.folder).is_dir():
        return NoAnswer("not-at-hand", visible(question.folder))
    if why := refusal(question):
        return NoAnswer("no-access", why)
    if withheld := withheld_variable(os.environ, question):
        return NoAnswer("no-access", f"it uses ${visible(withheld, 60)}, which the grader keeps to itself")
    return None if _command() else NoAnswer("not-at-hand", "docker compose")


def arguments(question: ComposeQuestion) -> list[str]:
    """What is typed after `docker compose`. What comes from labels is part of its option's word, and so no option."""
    files = [f"--file={file}" for file in question.files]
    env_files = [f"--env-file={file}" for file in question.env_files]
    profiles = [f"--profile={profile}" for profile in _profiles(question)]
    before = ["--ansi=never", f"--project-name={question.project}", *files, *env_files, *profiles]
    return [*before, *_ARGUMENTS[question.verb]]


def _profiles(question: ComposeQuestion) -> tuple[str, ...]:
    """No label tells which profiles were asked for: all are looked at and taken down, those that ran brought up."""
    return question.profiles if question.verb == "up" else ("*",)


def compose_version() -> str:
    """Of the `docker compose` that a person here would call; empty where there is none."""
    docker = shutil.which("docker")
    return _says_its_version(docker, "compose") if docker else ""


@functools.cache
def _command() -> tuple[str, ...]:
    """How compose is called here; empty where it is not there."""
    docker = shutil.which("docker")
    if docker and _says_its_version(docker, "compose"):
        return (docker, "compose")
    beside = Path(sys.executable).parent / "docker-compose"
    own = str(beside) if beside.exists() else shutil.which("docker-compose")
    version = _says_its_version(own) if own else ""
    # The old `docker-compose` 1 does not tell what it reads.
    return (own,) if own and version and not version.startswith("1.") else ()


@functools.cache
def _version(command: tuple[str, ...]) -> str:
    return _says_its_version(*command)


def _says_its_version(*command: str) -> str:
    """Such as `2.39.1`; empty where that is no compose."""
    try:
        asked = subprocess.run(
            [*command, "version", "--short"],
            capture_output=True,
            text=True,
            timeout=LOOK_S,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return asked.stdout.strip().removeprefix("v") if asked.returncode == 0 else ""
