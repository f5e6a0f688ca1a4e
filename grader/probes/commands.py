"""Commands run inside a container, as `docker exec` does. Never asked of a machine that is to be looked at only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.machine.question import Answer, EngineQuestion
from grader.probes.engine_json import decode, expected_status
from grader.probes.streams import joined_frames

if TYPE_CHECKING:
    from grader.machine.machine import Machine

__all__ = ["CommandFact", "run_inside"]


@dataclass(frozen=True)
class CommandFact:
    exit_code: int
    """126 and 127 where the container has no such command."""
    stdout: bytes
    stderr: bytes


class _RawId(msgspec.Struct):
    Id: str


class _RawExec(msgspec.Struct):
    ExitCode: int | None = None


def run_inside(machine: Machine, container_id: str, *command: str) -> CommandFact | None:
    """Runs `command` in a running container; `None` where nothing may be run, or the container does not run."""
    if machine.passive:
        return None
    wanted = {"Cmd": command, "AttachStdout": True, "AttachStderr": True}
    created = _post(machine, f"/containers/{container_id}/exec", wanted)
    if created.status in {404, 409}:
        return None
    expected_status(created, "docker exec", 201)
    exec_id = decode(Answer(200, created.body), _RawId, "docker exec").Id
    started = _post(machine, f"/exec/{exec_id}/start", {"Detach": False, "Tty": False})
    if started.status != 200:  # no such command: some engines say so here, others by the exit code
        return CommandFact(127, b"", started.body[:1000])
    machine_answer = machine.engine(f"/exec/{exec_id}/json")
    code = decode(machine_answer, _RawExec, "docker exec").ExitCode
    out, err = joined_frames(started.body, (1,)), joined_frames(started.body, (2,))
    return CommandFact(0 if code is None else code, out, err)


def _post(machine: Machine, path: str, body: dict[str, object]) -> Answer:
    answer = machine.ask(EngineQuestion(path, method="POST", body=json.dumps(body).encode()))
    assert isinstance(answer, Answer), "an engine answers or the machine is unreachable"  # noqa: S101
    return answer
