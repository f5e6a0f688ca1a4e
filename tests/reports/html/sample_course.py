"""The course of the sample class: three exercises with every state of a mark, dropped marks, skills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from grader.course_marks.build_course_book import build_course_book
from grader.course_marks.course_page import course_page
from grader.course_table.table import CourseTable
from tests.reports.html.sample import make_class

if TYPE_CHECKING:
    from grader.course_marks.course_book import CourseBook
    from grader.messages import Language

TABLE = """\
title = { fr = "Conteneurs et Docker", en = "Containers and Docker" }
rounding = 0.25
drop_lowest = 1
[exercises.tp1]
[exercises.tp2]
coefficient = 2
[exercises.tp3]
coefficient = 1.5
[skills."AC23.02"]
title = { fr = "Utiliser des services virtualisés", en = "Use virtual services" }
[skills.C3]
includes = ["AC23.02"]
"""


def make_course(students: int = 28) -> CourseBook:
    """Each exercise has the results of another part of the class, so that marks differ; some rows have none."""
    results = []
    for place, exercise in enumerate(("tp1", "tp2", "tp3")):
        sources = make_class(students)
        for row, result in enumerate(sources):
            source = sources[(row + 5 * place) % students]
            checks = [
                replace(check, skills=["C1"] if number % 3 else ["AC23.02"])
                for number, check in enumerate(source.checks)
            ]
            if (row + place) % 9:
                results.append(replace(source, exercise=exercise, student=result.student, checks=checks))
    absences = {("tp1", "e231037"): "absent", ("tp3", "e231074"): "excused"}
    return build_course_book(msgspec.toml.decode(TABLE, type=CourseTable), results, (), absences)


def make_course_page(lang: Language, students: int = 28) -> str:
    return course_page(make_course(students), lang, {"tp1": "tp1.html", "tp2": "tp2.html"})
