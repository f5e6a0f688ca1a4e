"""A class that did tp2, always the same: 28 students with typical mistakes, or as many as requested.

A student's checks are written as seven letters, one per check in the order of the suite: `.` passed,
`b` blocked, `s` skipped, `e` error, and a capital for each of the `MISTAKES`.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from grader.reports.result import CheckResult, Diagnosis, ResultFile, Student, SuiteInfo, TestedMachine
from grader.reports.result_builder import hint_of, message_of
from grader.scoring.verdict import Outcome
from tests.reports.html.tp2 import CHECKS, MISTAKES, REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reports.html.tp2 import Check

CLASS = (
    ("Inès Abadie", "......."),
    ("Lucas Bernard", "..Rb.bb"),
    ("Chloé Bonnet", "......I"),
    ("Hugo Caron", "....P.."),
    ("Zoé Chevalier", "......."),
    ("Nathan Da Silva", "..Rb.bb"),
    ("Léa Durand", ".....V."),
    ("Mehdi El Amrani", "......."),
    ("Camille Étienne", "Abbb.bb"),
    ("Théo Fabre", "..Eb.bb"),
    ("Manon Faure", ".....VI"),
    ("Jules Garnier", "unreachable"),
    ("Sarah Girard", ".F....."),
    ("Enzo Guérin", "..RbPbb"),
    ("Louise Henry", "......."),
    ("Maël Kerguélen", "...D.bb"),
    ("Anaïs Lambert", "....e.."),
    ("Tom Lefèvre", ".F...VI"),
    ("Jade Leroy", "......."),
    ("Raphaël Marchand", "Xbbb.bb"),
    ("Noémie Moulin", ".....s."),
    ("Adam N’Diaye", "......."),
    ("Clara Nguyen", "..Rb.bb"),
    ("Gabriel Petit", ".....VI"),
    ("Élise Robert", "no-engine"),
    ("Maxime Roux", "......I"),
    ("Fatou Sow", "......."),
    ("Paul-Émile de La Tour d’Auvergne", "Abbbebb"),
)
SAME_MACHINE = {"Manon Faure": "Gabriel Petit"}
"""A student, and the one whose engine it is."""

FIRST = ("Alice", "Bilal", "Côme", "Dounia", "Éva", "Félix", "Gaëlle", "Hadrien", "Ilyès", "Joséphine")
MORE_FIRST = ("", "-Marie", "-Louis", "-Anne", "-Jean")
LAST = ("Aubert", "Blanc", "Colin", "Dupuis", "Écalle", "Fontaine", "Gomez", "Huet", "Ivanov", "Joly")


def make_class(students: int = len(CLASS)) -> list[ResultFile]:
    """The class, in alphabetical order; further students get made-up names and the same mistakes again."""
    return [make_result(row, name, checks) for row, (name, checks) in enumerate(islice(_everybody(), students))]


def _everybody() -> Iterator[tuple[str, str]]:
    yield from CLASS
    names = (f"{first}{more} {last}" for more, last, first in product(MORE_FIRST, LAST, FIRST))
    for row, name in enumerate(names):
        yield name, CLASS[row % len(CLASS)][1]


def make_result(row: int, name: str, letters: str) -> ResultFile:
    reason = REASONS.get(letters)
    checks = [] if reason else [make_check(check, letter) for check, letter in zip(CHECKS, letters, strict=True)]
    points = sum(check.points for check in checks)
    not_tried = sum(check.max_points for check in checks if check.verdict in {"skipped", "error"})
    engine = SAME_MACHINE.get(name, name)
    return ResultFile(
        exercise="tp2",
        student=Student(id=f"e23{1000 + row * 37}", name=name),
        status="not-graded" if reason else "graded",
        points=None if reason else points,
        max_points=20,
        mark=None if reason else float(points),
        provisional=not_tried > 0,
        not_tried_points=not_tried,
        reason=message_of(reason) if reason else None,
        reason_code=reason.code if reason else None,
        checks=checks,
        machine=TestedMachine(
            url=f"ssh://etu@poste-{row + 1:02}",
            engine=None if reason else "Docker 26.1.5",
            api=None if reason else "1.45",
            id=None if reason else str(uuid5(NAMESPACE_URL, engine)),
        ),
        suite=SuiteInfo(sha256="3f1c9a77d2e0" + "0" * 52),
        grader="2026.1",
        started_at=f"2026-11-24T14:{row % 60:02}:00Z",
        duration_s=20.0 if reason else round(0.4 + (row * 7 % 11) * 0.31, 2),
    )


def make_check(check: Check, letter: str) -> CheckResult:
    outcome = {".": Outcome("passed"), "b": Outcome("blocked", blocked_by=check.needs), **MISTAKES}[letter]
    return CheckResult(
        id=check.id,
        file="exercises/tp2/test_1_nginx.py",
        verdict=outcome.verdict,
        points=check.points if outcome.verdict == "passed" else 0,
        max_points=check.points,
        title=check.title,
        diagnosis=Diagnosis(code=outcome.code, values=dict(outcome.values)) if outcome.code else None,
        message=message_of(outcome),
        hint=hint_of(outcome),
        blocked_by=outcome.blocked_by,
        evidence=list(outcome.evidence),
        duration_s=0.01,
    )
