"""`course.toml`: the rules of a course, as a teacher writes them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from grader.course_table.late_policy import LatePolicy
from grader.errors import ExerciseError
from grader.exercise.toml_lines import line_of_key
from grader.scoring.mark import OUT_OF

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AttemptRule = Literal["last", "best", "first"]


class ExerciseRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[exercises.tp2]`."""

    coefficient: Decimal = Decimal(1)
    """Its weight in the mean."""
    attempt: AttemptRule = "last"
    """Which attempt counts."""
    cap: Decimal | None = None
    """The highest mark that it can give; by default that of the course."""
    deadline: datetime | None = None
    """Local time of the course's time zone, as all moments here, unless an offset is written."""
    closes: datetime | None = None
    """Nothing that is handed in after this moment is counted."""
    late: LatePolicy | None = None
    """By default that of the course."""
    groups: dict[str, datetime] = {}
    """Group to its own deadline."""
    students: dict[str, datetime] = {}
    """Student's id to their own deadline."""


class Skill(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[skills."AC23.02"]`: what some checks show, by their tag."""

    title: dict[str, str] = {}
    """By language."""
    includes: list[str] = []
    """Other skills whose checks also count for this one, as critical learnings do for a competence."""


class CourseTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: dict[str, str] = {}
    """By language."""
    timezone: str = "Europe/Paris"
    """A name of the IANA database."""
    pass_mark: Decimal = Decimal(10)
    """The lowest mark of the course with which a student passes."""
    rounding: Decimal = Decimal("0.01")
    """The step of the course's mark, such as 0.25 or 0.5; half a step goes up."""
    cap: Decimal = Decimal(OUT_OF)
    """The highest mark, of an exercise and of the course."""
    drop_lowest: int = 0
    """How many of a student's lowest marks are left out."""
    missing: Literal["wait", "zero"] = "wait"
    """What becomes of a student without a result in an exercise: no mark of the course yet, or a zero."""
    late: LatePolicy = LatePolicy()
    """What late work costs."""
    exercises: dict[str, ExerciseRules] = {}
    """Only these are part of the course, in this order; without any, all that have results."""
    skills: dict[str, Skill] = {}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def moment(self, written: datetime) -> datetime:
        """A moment of this table in UTC. Of an hour that occurs twice, or never, the later reading counts."""
        if written.tzinfo:
            return written.astimezone(UTC)
        return max(written.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))

    def rules_of(self, exercise: str) -> ExerciseRules:
        """The rules of an exercise; the defaults for one that the table does not name."""
        return self.exercises.get(exercise, ExerciseRules())

    def late_policy(self, exercise: str) -> LatePolicy:
        return self.rules_of(exercise).late or self.late

    def cap_of(self, exercise: str) -> Decimal:
        cap = self.rules_of(exercise).cap
        return self.cap if cap is None else cap


def read_course_table(path: Path) -> CourseTable:
    """The table at `path`. Raises `ExerciseError` with `file:line` and what was expected."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExerciseError("at.file", file=path, fault=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise ExerciseError("spec.encoding", path=path, detail=error.reason, byte=error.start) from error
    try:
        table = msgspec.convert(tomllib.loads(text, parse_float=Decimal), CourseTable)
    except tomllib.TOMLDecodeError as error:
        raise ExerciseError("spec.not-toml", path=path, detail=error) from error
    except msgspec.ValidationError as error:
        raise ExerciseError("at.line", file=path, line=line_of_key(text, str(error)), fault=error) from error
    for key, fault in _faults(table):
        raise ExerciseError("at.line", file=path, line=line_of_key(text, f"`$.{key}`"), fault=fault)
    return table


def _faults(table: CourseTable) -> Iterator[tuple[str, ExerciseError]]:
    """What msgspec does not see, each with the key that it is about."""
    try:
        ZoneInfo(table.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield "timezone", ExerciseError("course.timezone", given=repr(table.timezone))
    for key, value in _numbers(table):
        if not value.is_finite() or value < 0:
            yield key, ExerciseError("course.number", key=key, given=value)
    if table.rounding == 0:
        yield "rounding", ExerciseError("course.rounding")
    yield from _exercise_faults(table)
    for name, skill in table.skills.items():
        for other in skill.includes:
            if other not in table.skills or other == name:
                yield f"skills.{name}", ExerciseError("course.skill", skill=name, given=repr(other))


def _exercise_faults(table: CourseTable) -> Iterator[tuple[str, ExerciseError]]:
    for name, rules in table.exercises.items():
        if rules.closes and rules.deadline and table.moment(rules.closes) < table.moment(rules.deadline):
            yield f"exercises.{name}.closes", ExerciseError("course.closes-before", exercise=name)
        if rules.late and not (rules.groups or rules.students or rules.deadline):
            yield f"exercises.{name}.late", ExerciseError("course.late-without-deadline", exercise=name)


def _numbers(table: CourseTable) -> Iterator[tuple[str, Decimal]]:
    yield from (
        ("pass_mark", table.pass_mark),
        ("rounding", table.rounding),
        ("cap", table.cap),
        ("drop_lowest", Decimal(table.drop_lowest)),
    )
    policies: list[tuple[str, Any]] = [("late", table.late)]
    for name, rules in table.exercises.items():
        yield f"exercises.{name}.coefficient", rules.coefficient
        if rules.cap is not None:
            yield f"exercises.{name}.cap", rules.cap
        policies.append((f"exercises.{name}.late", rules.late))
    for key, policy in policies:
        for field in ("grace_minutes", "penalty", "at_most") if policy else ():
            value = getattr(policy, field)
            if value is not None:
                yield f"{key}.{field}", Decimal(value)
