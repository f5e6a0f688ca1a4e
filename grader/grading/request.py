"""The request to grade one student: everything that all ways of grading share."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from grader.errors import GraderError
from grader.machine.machine import Machine
from grader.machine.transport.connect import MACHINE_DEADLINE_S
from grader.reports.result import HandedIn, Student
from grader.roster.machine_url import MachineUrl, parse_machine_url
from grader.roster.ports import PortRange, parse_ports
from grader.settings import encodable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.exercise.spec import ExerciseSpec
    from grader.machine.recording.format import Recording
    from grader.machine.transport.interface import Transport

_HINT_LEVELS: Final = ("1", "2", "3")

Decoded = TypeVar("Decoded")


class GradingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One student, and how to grade them. It goes to worker processes as JSON: see `encode_json`."""

    exercise: Path
    """The exercise's folder. Like all paths here absolute: a worker may run in another folder."""
    student: Student = Student(id="local")
    """Its id is empty if a recording is graded, which has the student's id."""
    team: tuple[Student, ...] = ()
    """The other students who hand in the same work: see `grader.grading.teams`."""
    machine: MachineUrl = MachineUrl("local")
    ports: PortRange | None = None
    ssh_config: Path | None = None
    record: bool = False
    passive: bool = False
    disposable: bool = False
    hints: int = 2
    deadline_s: float = MACHINE_DEADLINE_S
    """Seconds that the machine may take."""
    handed_in: HandedIn | None = None
    """Set for work that was handed in as a file, or pushed."""
    repository: str = ""
    """Path or URL of a pushed repository, which is brought up on `machine`; empty to grade `machine` as it is."""
    until: datetime | None = None
    """The last commit before this moment is graded; `None` for the newest."""
    folder: str = ""
    """Of the submission, below the repository; empty to find it."""
    workspaces: Path | None = None
    """Folder for workspaces; the engine must see it under the same path."""


def request_of(options: Mapping[str, object], environ: Mapping[str, str], exercise: Path) -> GradingRequest:
    """Makes a request from command line options and the environment. Raises `GraderError`."""

    def text(name: str) -> str:
        value = options.get(name)
        return str(value).strip() if value else ""

    passive, disposable = bool(options.get("passive")), bool(options.get("disposable"))
    if passive and disposable:
        raise GraderError("usage.passive-and-disposable")
    hints = text("hints") or "2"
    if hints not in _HINT_LEVELS:
        raise GraderError("usage.hints", given=repr(hints))
    machine = parse_machine_url(text("machine") or "local")
    user = environ.get("USER") or environ.get("USERNAME") or "local"
    student = encodable(text("student")) or ("" if machine.scheme == "recording" else user)
    return GradingRequest(
        exercise=exercise.resolve(),
        student=Student(id=student, name=encodable(text("student_name"))),
        machine=machine,
        ports=parse_ports(text("ports")) if text("ports") else None,
        ssh_config=Path(text("ssh_config")).absolute() if text("ssh_config") else None,
        record=bool(options.get("record")),
        passive=passive,
        disposable=disposable,
        hints=int(hints),
    )


def as_recorded(request: GradingRequest, recording: Recording | None) -> GradingRequest:
    """Takes what `request` leaves open from a recording. `None`: the recording cannot be read."""
    student = request.student
    if recording is None:
        return msgspec.structs.replace(request, student=Student(id=student.id or "local", name=student.name))
    return msgspec.structs.replace(
        request,
        student=Student(id=student.id or recording.student, name=student.name or recording.student_name),
        ports=request.ports or (parse_ports(recording.ports) if recording.ports else None),
        passive=request.passive or (recording.passive and not request.disposable),
        disposable=request.disposable or (recording.disposable and not request.passive),
    )


def machine_of(request: GradingRequest, transport: Transport, spec: ExerciseSpec) -> Machine:
    """The machine behind `transport`, as checks see it."""
    machine = Machine(transport, spec, ports=request.ports, passive=request.passive, disposable=request.disposable)
    machine.patience_s = request.deadline_s / 2
    return machine


def encode_json(value: object) -> bytes:
    """Encodes `value` for another process; `decode_json` returns an equal one."""
    return msgspec.json.encode(value, enc_hook=str)


def decode_json(content: bytes, kind: type[Decoded]) -> Decoded:
    return msgspec.json.decode(content, type=kind, dec_hook=lambda path, text: path(text))
