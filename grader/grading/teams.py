"""A team is graded once: what happens to its request happens to each of its students."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.grading.pool import GradingFinished, GradingStarted
from grader.machine.recording.format import decode_recording, encode_recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.reports.result import ResultFile, Student


def requests_by_student(request: GradingRequest) -> tuple[GradingRequest, ...]:
    """The request of a team as one of each student, whose `team` are the others."""
    everyone = (request.student, *request.team)
    return tuple(
        replace(request, student=one, team=tuple(other for other in everyone if other is not one)) for one in everyone
    )


def events_by_student(event: Event) -> Iterator[Event]:
    """The event of a team as one of each student; any other event as it is."""
    match event:
        case GradingStarted(request):
            yield from map(GradingStarted, requests_by_student(request))
        case GradingFinished(request) if request.team:
            for own in requests_by_student(request):
                recording = _recording_of(own.student, event.recording) if event.recording else None
                # One worker had the bug, so its traceback is shown once.
                crash = event.crash if own.student is request.student else ""
                yield GradingFinished(own, _result_of(own, event.result), recording, crash, event.lost)
        case _:
            yield event


def results_by_student(request: GradingRequest, result: ResultFile) -> tuple[ResultFile, ...]:
    """The result of a team as one of each student, the first of whom is that of the request."""
    return tuple(_result_of(own, result) for own in requests_by_student(request))


def _result_of(request: GradingRequest, result: ResultFile) -> ResultFile:
    return replace(result, student=request.student, team=[student.id for student in request.team])


def _recording_of(student: Student, recording: bytes) -> bytes:
    """The recording under this student's name: a regrade takes the student from it."""
    return encode_recording(
        replace(decode_recording(recording, student.id), student=student.id, student_name=student.name)
    )
