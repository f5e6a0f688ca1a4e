"""A mark for each skill, from the tags of the checks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from grader.course_marks.skills import skill_marks
from grader.course_table.table import CourseTable, ExerciseRules, Skill
from grader.errors import ExerciseError
from grader.reports.result import Student
from grader.scoring.check import check, spec_of
from tests.reports.samples import ANSWERS, RUNS, STAYS, graded, not_graded, with_verdict

ZOE = Student(id="e1")


def test_a_skill_is_the_share_of_points_of_its_checks_weighted_by_the_coefficients_of_the_exercises() -> None:
    runs = replace(RUNS, skills=["AC1"])  # 3/3
    answers = replace(ANSWERS, skills=["AC1", "AC2"])  # 0/3
    results = [graded(ZOE, [runs, answers]), graded(ZOE, [replace(runs, skills=["AC2"])], "tp3")]
    table = CourseTable(exercises={"tp3": ExerciseRules(coefficient=Decimal(2))})
    found = skill_marks(table, results)
    assert {name: float(one.mark) for name, one in found.items()} == {"AC1": 10.0, "AC2": 13.33}
    assert [found["AC2"].earned, found["AC2"].possible] == [6, 9]


def test_a_competence_has_the_checks_of_what_it_includes_each_once() -> None:
    results = [graded(ZOE, [replace(RUNS, skills=["AC1", "AC2"]), replace(ANSWERS, skills=["AC3"])])]
    table = CourseTable(skills={"C3": Skill(includes=["AC1", "AC2"]), "AC1": Skill(), "AC2": Skill()})
    found = skill_marks(table, results)
    assert list(found) == ["C3", "AC1", "AC2", "AC3"]
    assert [found["C3"].mark, found["C3"].possible] == [20, 3]


def test_what_was_not_tried_makes_a_skill_provisional_and_who_was_not_graded_has_none() -> None:
    tried = graded(ZOE, [replace(with_verdict(STAYS, "skipped"), skills=["AC1"]), replace(RUNS, skills=["AC2"])])
    found = skill_marks(CourseTable(), [tried, not_graded(ZOE, [replace(RUNS, skills=["AC9"])])])
    assert {name: one.is_provisional for name, one in found.items()} == {"AC1": True, "AC2": False}


def test_a_tag_is_declared_with_the_check() -> None:
    def test_it() -> None: ...

    tagged = spec_of(check(points=1, fr="a", en="b", skills=["AC23.02", "C3"])(test_it))
    assert tagged
    assert tagged.skills == ("AC23.02", "C3")
    alone = spec_of(check(points=1, fr="a", en="b", skills="AC23.02")(test_it))
    assert alone
    assert alone.skills == ("AC23.02",)
    with pytest.raises(ExerciseError, match=r"has the skill 'no tag'; it must be a tag such as AC23\.02"):
        check(points=1, fr="a", en="b", skills=["no tag"])(test_it)
