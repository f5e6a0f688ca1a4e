"""When Moodle received each submission, from the column `Last modified (submission)` of its grading worksheet.

Moodle writes the moment to the minute, in the language and time zone of whoever downloads the worksheet (`userdate`
with `strftimedaydatetime`): `Monday, 12 October 2026, 3:05 PM`, `Monday, October 12, 2026, 3:05 PM` or
`lundi 12 octobre 2026, 15:05`; `-` without a submission.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.messages import Texts
from grader.reports.gradebook.editable_csv import read_editable_csv
from grader.reports.gradebook.moodle import find_columns, sheet_row
from grader.reports.gradebook.student_matching import MatchKeys, match_students
from grader.text.escaping import one_line
from grader.text.folding import fold_case_and_accents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from grader.roster.student import RosterStudent

_MONTHS: Final = (
    *(("january", "janvier"), ("february", "fevrier"), ("march", "mars"), ("april", "avril"), ("may", "mai")),
    *(("june", "juin"), ("july", "juillet"), ("august", "aout"), ("september", "septembre"), ("october", "octobre")),
    *(("november", "novembre"), ("december", "decembre")),
)
_MONTH_OF: Final = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words}
_MOMENT: Final = re.compile(
    r"(?:[a-z]+,? )?"
    r"(?:(?P<day>\d\d?) (?P<month>[a-z]+)|(?P<month_first>[a-z]+) (?P<day_after>\d\d?),) (?P<year>\d{4}),? "
    r"(?P<hour>\d\d?)[:h](?P<minute>\d\d)(?: ?(?P<half>[ap])\.?m\.?)?",
    re.ASCII,
)


@dataclass
class SubmissionTimes:
    by_student: dict[str, datetime] = field(default_factory=dict)
    """UTC, by the student's id."""
    remarks: list[GraderError] = field(default_factory=list)
    """Rows whose moment cannot be read."""


def read_submission_times(worksheet: bytes, students: Sequence[RosterStudent], zone: ZoneInfo) -> SubmissionTimes:
    """When the students submitted. Raises `GraderError` if `worksheet` is none; empty if it lacks the column.

    `zone`: the time zone of whoever downloaded it.
    """
    sheet = read_editable_csv(worksheet)
    where = find_columns(sheet)
    times = SubmissionTimes()
    if "submitted" not in where:
        return times
    records = [record for record in sheet.records if not record.is_blank]
    rows = [sheet_row(record, where, Texts("reports", "en")).keys for record in records]
    keys = [MatchKeys((one.id,), one.email, one.name, one.participant) for one in students]
    for row, index in match_students(rows, keys).student_of.items():
        text = records[row][where["submitted"]].strip()
        if text in {"", "-"}:
            continue
        if moment := parse_submission_time(text, zone):
            times.by_student[students[index].id] = moment
        else:
            times.remarks.append(GraderError("handin.time", student=students[index].id, given=repr(one_line(text))))
    return times


def parse_submission_time(text: str, zone: ZoneInfo) -> datetime | None:
    """The moment in UTC; `None` if it is not written in English or French. Of an hour that occurs twice, the first."""
    found = _MOMENT.fullmatch(" ".join(fold_case_and_accents(text).split()))
    month = _MONTH_OF.get(found["month"] or found["month_first"]) if found else None
    if found is None or month is None:
        return None
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    try:
        local = datetime(
            int(found["year"]), month, int(found["day"] or found["day_after"]), hour, int(found["minute"]), tzinfo=zone
        )
    except ValueError:
        return None
    return local.astimezone(UTC)
