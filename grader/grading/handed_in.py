"""Requests for files that students have handed in, and what is odd about these files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import GraderError
from grader.grading.pool import GradingFinished, grade_all
from grader.grading.request import as_recorded
from grader.grading.run import not_graded
from grader.handin.handin_file import Handin, decode_handin
from grader.machine.recording.format import encode_recording
from grader.messages import LANGUAGES
from grader.reports.gradebook.student_matching import MatchKeys, match_students
from grader.reports.result import HandedIn, Student
from grader.roster.machine_url import MachineUrl
from grader.roster.participant import is_participant
from grader.roster.teams import find_teams
from grader.text.escaping import one_line

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from datetime import datetime

    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.handin.moodle_zip import MoodleSubmission
    from grader.roster.student import RosterStudent
    from grader.scoring.suite import Suite


@dataclass
class HandedInWork:
    requests: list[GradingRequest] = field(default_factory=list)
    unreadable: dict[str, GraderError] = field(default_factory=dict)
    """By the id of a student whose file cannot be judged: why."""
    remarks: list[GraderError] = field(default_factory=list)
    """What a teacher should look at."""


def read_handed_in(
    submissions: Iterable[MoodleSubmission],
    shared: GradingRequest,
    roster: Sequence[RosterStudent],
    folder: Path,
    *,
    code: str,
    submitted: Mapping[str, datetime],
) -> HandedInWork:
    """A request for each student of the roster, or each team, with a file. `folder` is for the recordings.

    Whose a file is, Moodle says: not the file. A file of nobody in the roster is left out, with a remark. `submitted`
    is when Moodle received the files, by the student's id; without it, their recordings say when they were made.
    """
    work = HandedInWork()
    files = _by_student(list(submissions), roster, work)
    seen: dict[tuple[str, str], str] = {}
    keys = [MatchKeys((one.id,), one.email, one.name) for one in roster]
    for team in find_teams(roster, "machine"):
        students = [Student(id=one.id, name=one.name) for one in team.members]
        own = [(one, student.id) for student in team.members for one in files.get(student.id, ())]
        if not own:
            continue
        handin = _newest([one for one, _ in own], shared.exercise.name)
        request = replace(shared, student=students[0], team=tuple(students[1:]))
        if isinstance(handin, GraderError):
            work.unreadable[request.student.id] = handin
            work.requests.append(replace(request, handed_in=HandedIn(at="", by="student")))
            continue
        given = handin.about.student
        named = match_students([MatchKeys((given,), given if "@" in given else "", given)], keys).student_of.get(0)
        intended = roster[named].id if named is not None else ""
        work.remarks += _oddities(handin, [student.id for student in students], intended, code, seen)
        at = next(submitted.get(student) for one, student in own if one is handin)
        work.requests.append(_request(handin, request, folder / f"{len(work.requests)}.recording", at))
    return work


def graded_handed_in(
    suite: Suite, requests: list[GradingRequest], work: HandedInWork, at_once: int
) -> Generator[Event]:
    """Judges the recordings; whose file cannot be judged is not graded. Each request ends in one `GradingFinished`."""
    for request in requests:
        if error := work.unreadable.get(request.student.id):
            reason = {language: error.message(language) for language in LANGUAGES}
            yield GradingFinished(request, not_graded(suite, request, (error.code.replace(".", "-"), reason)))
    for event in grade_all(suite, [one for one in requests if one.student.id not in work.unreadable], at_once):
        if isinstance(event, GradingFinished) and event.request.machine.path:
            recording = Path(event.request.machine.path).read_bytes()
            yield GradingFinished(event.request, event.result, recording, event.crash, event.lost)
        else:
            yield event


def _by_student(
    submissions: Sequence[MoodleSubmission], roster: Sequence[RosterStudent], work: HandedInWork
) -> Mapping[str, list[Handin | GraderError]]:
    """The files of each student, by id."""
    people = list(dict.fromkeys((one.participant, one.name) for one in submissions))
    rows = [MatchKeys(name=name, participant=participant) for participant, name in people]
    students = [MatchKeys((one.id,), name=one.name, participant=one.participant) for one in roster]
    student_of = match_students(rows, students).student_of
    found: dict[str, list[Handin | GraderError]] = {}
    for row, (participant, name) in enumerate(people):
        if row not in student_of:
            work.remarks.append(GraderError("handin.nobody", name=name, participant=participant))
            continue
        own = found.setdefault(roster[student_of[row]].id, [])
        own += [_decoded(one) for one in submissions if (one.participant, one.name) == (participant, name)]
    return found


def _decoded(submission: MoodleSubmission) -> Handin | GraderError:
    try:
        if isinstance(submission.content, GraderError):
            return submission.content
        return decode_handin(submission.content)
    except GraderError as error:
        return error


def _newest(files: Sequence[Handin | GraderError], exercise: str) -> Handin | GraderError:
    """Of several files, the last that was made for this exercise; else why there is none."""
    handins = [one for one in files if isinstance(one, Handin)]
    own = [one for one in handins if one.about.exercise == one.recording.exercise == exercise]
    if own:
        return max(own, key=lambda one: one.about.made_at)
    if handins:
        return GraderError("handin.other-exercise", given=one_line(handins[0].recording.exercise), exercise=exercise)
    return next(one for one in files if isinstance(one, GraderError))


def _request(handin: Handin, request: GradingRequest, path: Path, submitted: datetime | None) -> GradingRequest:
    recording = replace(handin.recording, student=request.student.id, student_name=request.student.name)
    path.write_bytes(encode_recording(recording))
    handed_in = HandedIn(at=handin.recording.started_at, by="student", receipt=handin.receipt)
    if submitted:
        handed_in = replace(handed_in, at=f"{submitted:%Y-%m-%dT%H:%M:%SZ}", by="server")
    # The recording answers for the ports that it was made with, whatever the roster says now.
    on_recording = replace(request, machine=MachineUrl("recording", path=str(path)), ports=None, handed_in=handed_in)
    return as_recorded(on_recording, recording)


def _oddities(
    handin: Handin, students: Sequence[str], intended: str, code: str, seen: dict[tuple[str, str], str]
) -> list[GraderError]:
    """What a teacher should ask about. None of it changes a mark.

    `intended` is the id of the student in the roster whom the file names, empty if it is none of them. `seen` has the
    recordings and names of the files before, and who handed them in.
    """
    first, given = students[0], one_line(handin.about.student)
    remarks = []
    # A roster made of Moodle's worksheet has identifiers that no student knows: then only a name used twice is odd.
    is_unknown_to_students = is_participant(first)
    if intended not in students and (intended or not is_unknown_to_students):
        remarks.append(GraderError("handin.other-student", student=first, given=given))
    elif is_unknown_to_students and (other := seen.setdefault(("student", given.casefold()), first)) != first:
        remarks.append(GraderError("handin.same-name", student=first, other=other, given=given))
    if code and handin.about.code != code:
        remarks.append(GraderError("handin.other-code", student=first, given=repr(one_line(handin.about.code))))
    digest = handin.about.digests["machine.recording"]
    if (other := seen.setdefault(("recording", digest), first)) != first:
        remarks.append(GraderError("handin.same", student=first, other=other))
    return remarks
