"""When Moodle received a submission, as its worksheet says it in English and in French."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from grader.errors import GraderError
from grader.handin.submission_times import parse_submission_time, read_submission_times
from grader.roster.student import RosterStudent

PARIS = ZoneInfo("Europe/Paris")
STUDENTS = [
    RosterStudent("e1", "Zoé Martin", participant="41871"),
    RosterStudent("e2", "Noël Petit"),
    RosterStudent("e3", "Ana Roux"),
    RosterStudent("e4", "Bob Petit"),
]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("Monday, 12 October 2026, 3:05 PM", "2026-10-12T13:05"),
        ("Monday, October 12, 2026, 12:05 AM", "2026-10-11T22:05"),
        ("Monday, 12 October 2026, 12:05 PM", "2026-10-12T10:05"),
        ("12 October 2026, 15:05", "2026-10-12T13:05"),
        ("lundi 12 octobre 2026, 15:05", "2026-10-12T13:05"),
        ("mardi 1 décembre 2026, 08:00", "2026-12-01T07:00"),
        ("lundi\u00a03\u00a0août 2026,\u202f15:05", "2026-08-03T13:05"),
        ("Sunday, 25 October 2026, 2:30 AM", "2026-10-25T00:30"),  # it occurs twice: the first, for the student
    ],
)
def test_a_moment_is_read_in_the_time_zone_of_the_course(written: str, utc: str) -> None:
    found = parse_submission_time(written, PARIS)
    assert found
    assert found.isoformat() == f"{utc}:00+00:00"


@pytest.mark.parametrize(
    "written",
    ["Montag, 12. Oktober 2026, 15:05", "31 February 2026, 15:05", "12 October 2026, 25:05", "12/10/26, 15:05", "soon"],
)
def test_any_other_text_is_no_moment(written: str) -> None:
    assert parse_submission_time(written, PARIS) is None


def test_the_column_of_the_worksheet_is_found_and_what_cannot_be_read_is_said() -> None:
    worksheet = (
        'Identifiant,"Nom complet",Note,"Note maximale","Dernière modification (travail remis)",'
        '"Dernière modification (note)"\r\n'
        '"Participant 41871","Zoé M.",,"20,00","lundi 12 octobre 2026, 15:05","lundi 19 octobre 2026, 10:00"\r\n'
        '"Participant 41872","Noël Petit",,"20,00",-,-\r\n'
        '"Participant 41873","Ana Roux",,"20,00","12 lokakuu 2026",-\r\n'
        '"Participant 41899","Somebody Else",,"20,00","lundi 12 octobre 2026, 15:05",-\r\n'
    )
    times = read_submission_times(worksheet.encode(), STUDENTS, PARIS)
    assert {student: f"{at:%d %H:%M}" for student, at in times.by_student.items()} == {"e1": "12 13:05"}
    [remark] = times.remarks
    assert "e3: when Moodle received the submission cannot be read in '12 lokakuu 2026'" in remark.message("en")


def test_a_worksheet_without_the_column_says_nothing_and_another_file_is_refused() -> None:
    worksheet = b"Identifier,Full name,Grade,Maximum Grade\nParticipant 1,Ana Roux,,20\n"
    assert read_submission_times(worksheet, STUDENTS, PARIS).by_student == {}
    with pytest.raises(GraderError, match="not a grading worksheet"):
        read_submission_times(b"id,name\ne1,Zoe\n", STUDENTS, PARIS)
