"""Results as a batch leaves them, one student of every kind, for the tests of the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grader.messages import Words
from grader.reports.result import (
    CheckResult,
    Diagnosis,
    ResultFile,
    Student,
    SuiteInfo,
    TestedMachine,
)

if TYPE_CHECKING:
    from grader.reports.result import Verdict

FILE = "exercises/tp2/test_1_nginx.py"
RUNS = CheckResult(
    id="test_web_runs",
    file=FILE,
    verdict="passed",
    points=3,
    max_points=3,
    title=Words(fr="le conteneur `web` tourne", en="the container `web` runs"),
    duration_s=0.02,
)
ANSWERS = CheckResult(
    id="test_site_answers",
    file=FILE,
    verdict="failed",
    points=0,
    max_points=3,
    title=Words(fr="le site répond sur ton port", en="the site answers on your port"),
    diagnosis=Diagnosis(code="port-reversed", values={"published": "80", "wanted": "4000"}),
    message=Words(
        fr="le port 80 est publié vers 4000 : c'est l'inverse", en="port 80 goes to 4000: the other way round"
    ),
    hint=Words(fr="dans `-p`, le port de la machine vient d'abord", en="in `-p`, the machine's port comes first"),
    evidence=["0.0.0.0:80->4000/tcp", "GET http://127.0.0.1:4000/ : connection refused"],
    duration_s=0.4,
)
SERVES = CheckResult(
    id="test_page_is_served",
    file="exercises/tp2/test_2_mount.py",
    verdict="blocked",
    points=0,
    max_points=4,
    title=Words(fr="une page déposée est servie", en="a page dropped in is served"),
    blocked_by="test_site_answers",
)
STAYS = CheckResult(
    id="test_survives",
    file="exercises/tp2/test_3_disposable.py",
    verdict="skipped",
    points=0,
    max_points=2,
    title=Words(fr="survit à un redémarrage", en="survives a restart"),
)
MOUNT = CheckResult(
    id="test_foo_says_hello",
    file="exercises/tp2/test_2_mount.py",
    verdict="error",
    points=0,
    max_points=8,
    title=Words(fr="`/foo/hello` dit bonjour", en="`/foo/hello` says hello"),
    message=Words(fr="le moteur n'a pas répondu en 20 s", en="the engine did not answer in 20 s"),
)
MACHINE = TestedMachine(url="ssh://zoe@pc-01", engine="Docker 26.1.5", api="1.45", id="ABCD:1234")


def graded(student: Student, checks: list[CheckResult], exercise: str = "tp2") -> ResultFile:
    """A graded student: the mark follows from the checks, provisional if some could not be tried."""
    points = sum(check.points for check in checks)
    most = sum(check.max_points for check in checks)
    not_tried = sum(check.max_points for check in checks if check.verdict in {"skipped", "error"})
    return ResultFile(
        exercise=exercise,
        student=student,
        status="graded",
        points=points,
        max_points=most,
        mark=20 * points / most,
        provisional=not_tried > 0,
        not_tried_points=not_tried,
        checks=checks,
        machine=MACHINE,
        suite=SuiteInfo(sha256="0" * 64),
        grader="2026.1",
        started_at="2026-03-02T10:15:00Z",
        duration_s=0.9,
    )


def not_graded(student: Student, checks: list[CheckResult] | None = None, exercise: str = "tp2") -> ResultFile:
    """A student whose machine could not be reached."""
    return msgspec.structs.replace(
        graded(student, [RUNS], exercise),
        status="not-graded",
        points=None,
        mark=None,
        provisional=False,
        reason=Words(fr="la machine ne répond pas en SSH", en="the machine does not answer over SSH"),
        reason_code="ssh-refused",
        checks=[] if checks is None else checks,
    )


def with_verdict(check: CheckResult, verdict: Verdict) -> CheckResult:
    """`check` with another verdict, and the points that go with it."""
    return msgspec.structs.replace(check, verdict=verdict, points=check.max_points if verdict == "passed" else 0)


ZOE = graded(Student(id="e2301234", name="Zoé Martin"), [RUNS, ANSWERS, SERVES, STAYS, MOUNT])
YANN = graded(
    Student(id="e2301235", name="Yann Le Goff"),
    [with_verdict(check, "passed") for check in (RUNS, ANSWERS, SERVES, STAYS, MOUNT)],
)
ANA = not_graded(Student(id="e2301236", name="Ana Roux"))
BOB = graded(
    Student(id="e2301237", name="Bob Petit"),
    [
        RUNS,
        with_verdict(ANSWERS, "passed"),
        with_verdict(SERVES, "failed"),
        with_verdict(STAYS, "failed"),
        with_verdict(MOUNT, "failed"),
    ],
)
CLASS = [ZOE, YANN, ANA, BOB]
