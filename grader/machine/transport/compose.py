"""`docker compose` on this computer: the student's own, else the binary of a Python package."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.machine.question import Answer, NoAnswer
from grader.machine.transport.compose_environment import compose_environment, withheld_variable
from grader.machine.transport.compose_trust import untrusted_reason
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.question import ComposeQuestion
    from grader.machine.transport.engine_address import EngineAddress

MAX_BYTES: Final = 1024 * 1024
READ_TIMEOUT_S: Final = 20.0
CHANGE_TIMEOUT_S: Final = 90.0
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
    """For machines on which no command can be run. Nothing is run on this computer instead."""

    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer:
        return NoAnswer("elsewhere", question.folder)


class LocalCompose:
    """Runs compose in the project's folder for an engine of this computer."""

    def __init__(self, address: EngineAddress) -> None:
        self._address = address

    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer:
        """Its output; status 422 with its error message if it failed. The header `version` is that of compose."""
        hindrance = _why_not_run(question)
        if hindrance:
            return hindrance
        command = _command()
        within_s = READ_TIMEOUT_S if question.verb in {"config", "hashes"} else CHANGE_TIMEOUT_S
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                done = subprocess.run(
                    [*command, *compose_arguments(question)],
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
            output = out if done.returncode == 0 else err
            output.seek(0)
            body = output.read(MAX_BYTES + 1)
        status = 200 if done.returncode == 0 else 422
        return Answer(status, body[:MAX_BYTES], {"version": _version(command)}, truncated=len(body) > MAX_BYTES)


def _why_not_run(question: ComposeQuestion) -> NoAnswer | None:
    if not Path(question.folder).is_dir():
        return NoAnswer("not-at-hand", escape_control_characters(question.folder))
    if why := untrusted_reason(question):
        return NoAnswer("no-access", why)
    if withheld := withheld_variable(os.environ, question):
        return NoAnswer(
            "no-access", f"it uses ${escape_control_characters(withheld, 60)}, which the grader keeps to itself"
        )
    return None if _command() else NoAnswer("not-at-hand", "docker compose")


def compose_arguments(question: ComposeQuestion) -> list[str]:
    """The arguments after `docker compose`. Values from labels are part of an option, so they cannot be options."""
    files = [f"--file={file}" for file in question.files]
    env_files = [f"--env-file={file}" for file in question.env_files]
    profiles = [f"--profile={profile}" for profile in _profiles(question)]
    before = ["--ansi=never", f"--project-name={question.project}", *files, *env_files, *profiles]
    return [*before, *_ARGUMENTS[question.verb]]


def _profiles(question: ComposeQuestion) -> tuple[str, ...]:
    """Labels do not say which profiles were used: read and take down all, bring up those that ran."""
    return question.profiles if question.verb == "up" else ("*",)


def compose_version() -> str:
    """Of the `docker compose` that a person here would call; empty if there is none."""
    docker = shutil.which("docker")
    return _ask_version(docker, "compose") if docker else ""


@functools.cache
def _command() -> tuple[str, ...]:
    """How compose is called here; empty if it is not installed."""
    docker = shutil.which("docker")
    if docker and _ask_version(docker, "compose"):
        return (docker, "compose")
    beside = Path(sys.executable).parent / "docker-compose"
    own = str(beside) if beside.exists() else shutil.which("docker-compose")
    version = _ask_version(own) if own else ""
    # The old `docker-compose` 1 does not report what it reads.
    return (own,) if own and version and not version.startswith("1.") else ()


@functools.cache
def _version(command: tuple[str, ...]) -> str:
    return _ask_version(*command)


def _ask_version(*command: str) -> str:
    """Such as `2.39.1`; empty if that is not compose."""
    try:
        done = subprocess.run(
            [*command, "version", "--short"],
            capture_output=True,
            text=True,
            timeout=READ_TIMEOUT_S,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.strip().removeprefix("v") if done.returncode == 0 else ""
