"""A course of three exercises and 120 students: pairs, extensions, late work, corrections, absences, attempts.

Three more were graded, and then forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from openpyxl import Workbook

from grader.grading.pool import GradingFinished
from grader.grading.request import GradingRequest
from grader.grading.run import grade
from grader.grading.teams import events_by_student
from grader.machine.recording.format import encode_recording
from grader.reports.result import HandedIn, ResultFile, Student
from grader.results.folder import open_ledger
from grader.results.forgetting import forget
from grader.results.storing import store_result
from grader.roster.machine_url import MachineUrl
from grader.scoring.mark import scale_points
from grader.scoring.suite import read_suite
from tests.replays.replay import to_recording
from tests.replays.stored_recording import read_stored
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SOLUTIONS = {
    "tp1": ("reference", "wrong/no-tty", "wrong/fond-missing", "wrong/left-overs", "wrong/fond-not-bash"),
    "tp2": (
        "reference",
        "wrong/index-default",
        "wrong/container-missing",
        "wrong/hello-missing",
        "wrong/container-exited",
    ),
    "tp3": ("reference", "wrong/code-mounted", "wrong/couches-missing", "wrong/container-missing", "wrong/base-other"),
}
TABLE = """\
title = { fr = "Conteneurs et Docker", en = "Containers and Docker" }
timezone = "Europe/Paris"
pass_mark = 10
rounding = 0.25
cap = 20
drop_lowest = 1
missing = "zero"

[late]
grace_minutes = 15
penalty = 2
per = "day"
at_most = 6

[exercises.tp1]
coefficient = 1
attempt = "best"
deadline = 2026-10-23 18:00:00
closes = 2026-10-30 18:00:00
groups = { B = 2026-10-24 18:00:00 }

[exercises.tp1.students]
s041 = 2026-10-27 18:00:00
s042 = 2026-10-27 18:00:00
s001 = 2026-10-27 18:00:00
s043 = 2026-10-26 12:00:00

[exercises.tp2]
coefficient = 2
cap = 18
deadline = 2026-11-13 18:00:00
late = { penalty = 0, grace_minutes = 5 }

[exercises.tp3]
coefficient = 1.5
attempt = "first"
deadline = 2026-12-04 18:00:00
late = { penalty = 0.5, per = "hour" }
students = { s050 = 2026-12-05 18:00:00, s051 = 2026-12-05 18:00:00, s052 = 2026-12-05 18:00:00 }

[skills."AC23.02"]
title = { fr = "Utiliser des services virtualisés", en = "Use virtual services" }

[skills."AC23.03"]

[skills.C3]
includes = ["AC23.02", "AC23.03"]
"""
IN_ROSTER = {"s060": "2026-11-16", "s061": "2026-11-15 08:00", "s062": "2026-11-16 18:00"}
"""Extensions for tp2."""
LATE = {
    # Minutes after the general deadline. The clocks go back on 25 October.
    ("tp1", "s010"): 16,
    ("tp1", "s012"): 24 * 60 + 60 * 24,
    ("tp1", "s070"): 2 * 24 * 60 + 61,
    ("tp1", "s071"): 8 * 24 * 60,
    ("tp2", "s072"): 6,
    ("tp2", "s074"): 5,
    ("tp3", "s076"): 61,
    ("tp3", "s078"): 5 * 60,
    # Within an extension, or after it.
    ("tp1", "s041"): 4 * 24 * 60,
    ("tp1", "s042"): 5 * 24 * 60,
    ("tp1", "s001"): 3 * 24 * 60,
    ("tp2", "s060"): 3 * 24 * 60,
    ("tp2", "s061"): 3 * 24 * 60,
    ("tp3", "s050"): 20 * 60,
    ("tp3", "s051"): 26 * 60 + 1,
}
DEADLINES = {"tp1": datetime(2026, 10, 23, 16, tzinfo=UTC), "tp2": datetime(2026, 11, 13, 17, tzinfo=UTC),
             "tp3": datetime(2026, 12, 4, 17, tzinfo=UTC)}  # fmt: skip
CORRECTIONS: list[dict[str, Any]] = [
    {"exercise": "tp2", "student": "s080", "kind": "points", "check": "test_site_answers", "points": 2},
    {"exercise": "tp2", "student": "s081", "kind": "points", "check": "test_site_answers", "points": 0},
    {"exercise": "tp1", "student": "s082", "kind": "bonus", "points": 1.5},
    {"exercise": "tp1", "student": "s010", "kind": "bonus", "points": 0.75},
    {"exercise": "tp3", "student": "s083", "kind": "penalty", "points": 3},
    {"exercise": "tp3", "student": "s084", "kind": "points", "check": "test_container_answers", "points": 1},
    {"exercise": "tp1", "student": "s090", "kind": "absent"},
    {"exercise": "tp2", "student": "s091", "kind": "absent"},
    {"exercise": "tp3", "student": "s092", "kind": "excused"},
]
"""Six corrections of marks, and three of the absences."""
NOTHING = {("tp1", "s090"), ("tp2", "s091"), ("tp3", "s092"), ("tp2", "s093"), ("tp3", "s094")}
"""Five who handed in nothing."""
FORGOTTEN = ("s121", "s122", "s123")


@dataclass
class PlannedCourse:
    folder: Path
    environ: Mapping[str, str]
    students: list[str] = field(default_factory=lambda: [f"s{number:03}" for number in range(1, 121)])

    @property
    def roster(self) -> Path:
        return self.folder / "class.xlsx"

    @property
    def table(self) -> Path:
        return self.folder / "course.toml"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def team_of(self, student: str) -> str:
        """The first 30 are 15 pairs; one who is forgotten later worked with one who stays."""
        number = int(student[1:])
        return f"pair {(number + 1) // 2}" if number <= 30 else "pair 16" if student in {"s120", "s121"} else ""

    def write(self) -> None:
        self.table.write_text(TABLE, encoding="utf-8")
        workbook = Workbook()
        sheet = workbook.worksheets[0]
        sheet.append(["id", "name", "email", "group", "team", "deadline tp1", "deadline tp2", "deadline tp3"])
        for number, one in enumerate(self.students):
            in_roster = datetime.fromisoformat(IN_ROSTER[one]) if one in IN_ROSTER else None
            if in_roster and in_roster.time() == datetime.min.time():
                in_roster = in_roster.replace(hour=23, minute=59, second=59)
            group = "AB"[number % 2]
            row = [one, f"Étudiant {one}", f"{one}@iut.example", group, self.team_of(one), None, in_roster, None]
            sheet.append(row)
        workbook.save(self.roster)
        with open_ledger(self.results, self.environ) as ledger:
            for exercise in SOLUTIONS:
                for result in self.graded(exercise):
                    store_result(result, self.results, "fr", ledger=ledger)
            for correction in CORRECTIONS:
                body = {name: value for name, value in correction.items() if name != "student"}
                ledger.append("correction", {"because": "vu à l'oral", "by": "prof", **body}, correction["student"])
            forget(ledger, FORGOTTEN, self.environ)

    def graded(self, exercise: str) -> list[ResultFile]:
        """Every attempt of everybody: each recording is judged once by the exercise's own suite."""
        suite = read_suite(ROOT / "exercises" / exercise)
        judged = []
        for name in SOLUTIONS[exercise]:
            path = self.folder / "machine.recording"
            path.write_bytes(encode_recording(to_recording(read_stored(f"{exercise}/{name}"))))
            request = GradingRequest(exercise=suite.folder, machine=MachineUrl("recording", path=str(path)))
            judged.append(_with_skills(grade(suite, request).result))
        found: list[ResultFile] = []
        everybody = [*self.students, *FORGOTTEN]
        for number, one in enumerate(everybody):
            mates = [other for other in everybody if self.team_of(one) and self.team_of(other) == self.team_of(one)]
            if (exercise, one) in NOTHING or (mates and mates[0] != one):
                continue
            team = tuple(Student(id=other) for other in mates[1:])
            attempts = 2 if exercise == "tp1" or number % 5 == 0 else 1
            for attempt in range(attempts):
                late = LATE.get((exercise, one), -60) if attempt == attempts - 1 else -600
                at = DEADLINES[exercise] + timedelta(minutes=late)
                handed_in = HandedIn(at=at.isoformat(), by="server")
                request = GradingRequest(exercise=suite.folder, student=Student(id=one), team=team, handed_in=handed_in)
                result = replace(
                    judged[(number * 7 + attempt * 3 + number // 11) % len(judged)],
                    student=request.student,
                    handed_in=handed_in,
                    started_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                )
                events = events_by_student(GradingFinished(request, result))
                found += [event.result for event in events if isinstance(event, GradingFinished)]
        return found


def _with_skills(result: ResultFile) -> ResultFile:
    """The result with tags, and in tp3 of a suite without its last check: not every sum is 20."""
    tags = [["AC23.02"], ["AC23.03"], [], ["AC23.02", "C1"]]
    checks = [replace(check, skills=tags[number % len(tags)]) for number, check in enumerate(result.checks)]
    checks = checks[:-1] if result.exercise == "tp3" else checks
    points, most = sum(check.points for check in checks), sum(check.max_points for check in checks)
    not_tried = sum(check.max_points for check in checks if check.verdict in {"skipped", "error"})
    return replace(
        result,
        checks=checks,
        points=points,
        max_points=most,
        mark=scale_points(points, most, 20),
        not_tried_points=not_tried,
        provisional=not_tried > 0,
    )
