"""Commands that run inside a container, as `docker exec` runs them. Never with `--passive`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import ProbeFailed
from grader.machine.question import Answer, EngineQuestion
from grader.probes.containers.logs import join_frames
from grader.probes.engine_json import Int64, decode, post, require_status

if TYPE_CHECKING:
    from grader.machine.machine import Machine

_EXIT_CODE_DELAYS_S: Final = (0.0, 0.05, 0.2, 1.0)
"""Delay before each request for the exit code: the output can close shortly before the engine records the end."""


@dataclass(frozen=True)
class CommandFact:
    exit_code: int
    """126 or 127 if the container has no such command."""
    stdout: bytes
    stderr: bytes


class _RawId(msgspec.Struct):
    Id: str


class _RawExec(msgspec.Struct):
    ExitCode: Int64 | None = None


def run_in_container(machine: Machine, container_id: str, *command: str) -> CommandFact | None:
    """Runs `command` in a running container; `None` if nothing may be run, or the container does not run.

    Raises `ProbeFailed` if the engine does not report the exit code.
    """
    if machine.passive:
        return None
    wanted = {"Cmd": command, "AttachStdout": True, "AttachStderr": True}
    created = post(machine, f"/containers/{container_id}/exec", wanted)
    if created.status in {404, 409}:
        return None
    require_status(created, "docker exec", 201)
    exec_id = decode(Answer(200, created.body), _RawId, "docker exec").Id
    started = post(machine, f"/exec/{exec_id}/start", {"Detach": False, "Tty": False})
    if started.status in {404, 409}:
        return None
    if started.status != 200:  # no such command: some engines say so here, others by the exit code
        return CommandFact(127, b"", started.body[:1000])
    out, err = join_frames(started.body, (1,)), join_frames(started.body, (2,))
    return CommandFact(_exit_code(machine, exec_id), out, err)


def _exit_code(machine: Machine, exec_id: str) -> int:
    question = EngineQuestion(f"/exec/{exec_id}/json")
    for _ in machine.attempts(_EXIT_CODE_DELAYS_S):
        answer = machine.ask_uncached(question)
        assert isinstance(answer, Answer), "an engine answers or the machine is unreachable"
        code = decode(answer, _RawExec, "docker exec").ExitCode
        if code is not None:
            return code
    raise ProbeFailed("answer-unexpected", asked="docker exec", detail="no exit code")
