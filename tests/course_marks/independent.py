"""The marks of a course computed a second time, by other code: nothing of the grader is imported here.

It reads what a school has (roster, course table, result files) with openpyxl, tomllib and json, and counts in decimals.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

if TYPE_CHECKING:
    from pathlib import Path

CENT = Decimal("0.01")


@dataclass
class Expected:
    marks: dict[str, Decimal | None] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    course: Decimal | None = None
    skills: dict[str, Decimal] = field(default_factory=dict)


def half_up(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def to_utc(moment: datetime, zone: str) -> datetime:
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class Course:
    def __init__(self, roster: Path, table: Path, results: Path, corrections: list[dict[str, Any]]) -> None:
        self.rules = tomllib.loads(table.read_text(encoding="utf-8"), parse_float=Decimal)
        rows = list(load_workbook(roster).worksheets[0].iter_rows(values_only=True))
        self.students: list[dict[str, Any]] = [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]
        self.results = results
        self.corrections = corrections

    def attempts(self, exercise: str, student: str) -> list[dict[str, Any]]:
        files = sorted(self.results.glob(f"{exercise}/{student}.attempts/*.json"))
        files += [path for path in [self.results / exercise / f"{student}.json"] if path.exists()]
        return sorted((json.loads(path.read_bytes()) for path in files), key=lambda one: one["attempt"])

    def deadline(self, exercise: str, student: dict[str, Any]) -> datetime:
        rules = self.rules["exercises"][exercise]
        moments = []
        team = [
            one
            for one in self.students
            if one["id"] == student["id"] or (one["team"] and one["team"] == student["team"])
        ]
        for one in team:
            own = rules.get("students", {}).get(one["id"]) or one[f"deadline {exercise}"]
            moments.append(own or rules.get("groups", {}).get(one["group"]) or rules["deadline"])
        return cast("datetime", max(moments))

    def less_late(self, exercise: str, mark: Decimal, handed_in: datetime, deadline: datetime) -> tuple[Decimal, bool]:
        """The mark that is left, and whether the work counts at all."""
        rules, zone = self.rules["exercises"][exercise], self.rules["timezone"]
        late = rules.get("late") or self.rules["late"]
        due = to_utc(deadline, zone)
        if handed_in <= due + timedelta(minutes=late.get("grace_minutes", 0)):
            return mark, True
        if "closes" in rules and handed_in > max(to_utc(rules["closes"], zone), due):
            return Decimal(0), False
        if not late.get("penalty"):
            return Decimal(0), False
        units = 0
        if late["per"] == "hour":
            while due + timedelta(hours=units) < handed_in:
                units += 1
        else:
            while to_utc(deadline + timedelta(days=units), zone) < handed_in:
                units += 1
        penalty = min(Decimal(late["penalty"]) * units, Decimal(late.get("at_most", 20)))
        return max(Decimal(0), mark - penalty), True

    def corrected(self, result: dict[str, Any]) -> tuple[Decimal | None, dict[str, int]]:
        """The mark after the teacher's corrections, and the points of each check."""
        points = {check["id"]: check["points"] for check in result["checks"]}
        change = Decimal(0)
        for one in self.corrections:
            if (one["exercise"], one["student"]) == (result["exercise"], result["student"]["id"]):
                if one["kind"] == "points":
                    points[one["check"]] = one["points"]
                elif one["kind"] in {"bonus", "penalty"}:
                    change += Decimal(str(one["points"])) * (1 if one["kind"] == "bonus" else -1)
        if result["status"] != "graded":
            return None, points
        mark = (Decimal(sum(points.values())) * 20 / result["max_points"]).quantize(CENT, ROUND_HALF_UP)
        return min(Decimal(20), max(Decimal(0), mark + change)), points

    def exercise(
        self, exercise: str, student: dict[str, Any]
    ) -> tuple[Decimal | None, str, list[tuple[list[str], int, int]]]:
        """The mark, the state, and the tags, points and most points of each check of the attempt that counts."""
        for one in self.corrections:
            if (one["exercise"], one["student"]) == (exercise, student["id"]) and one["kind"] in {"absent", "excused"}:
                return None, one["kind"], []
        tried = []
        for result in self.attempts(exercise, student["id"]):
            mark, points = self.corrected(result)
            counted = True
            if mark is not None:
                at = datetime.fromisoformat(result["handed_in"]["at"])
                mark, counted = self.less_late(exercise, mark, at, self.deadline(exercise, student))
                mark = min(mark, Decimal(self.rules["exercises"][exercise].get("cap", self.rules["cap"])))
            tried.append(
                (mark, counted, [(one["skills"], points[one["id"]], one["max_points"]) for one in result["checks"]])
            )
        if not tried:
            return None, "no-result", []
        in_time = [one for one in tried if one[1]] or tried
        graded = [one for one in in_time if one[0] is not None]
        if not graded:
            return None, "not-graded", []
        rule = self.rules["exercises"][exercise].get("attempt", "last")
        chosen = graded[0] if rule == "first" else graded[-1]
        if rule == "best":
            chosen = max(graded, key=lambda one: one[0] or Decimal(0))
        return chosen[0], "graded", chosen[2]

    def expected(self, student: dict[str, Any]) -> Expected:
        found, weights, counting = Expected(), {}, {}
        earned: dict[str, Decimal] = {}
        possible: dict[str, Decimal] = {}
        for exercise, rules in self.rules["exercises"].items():
            mark, state, checks = self.exercise(exercise, student)
            weights[exercise] = Decimal(rules.get("coefficient", 1))
            found.marks[exercise], found.states[exercise] = mark, state
            if state != "excused":
                zero = state == "absent" or (state == "no-result" and self.rules["missing"] == "zero")
                counting[exercise] = Decimal(0) if zero else mark
            for tags, points, most in checks:
                names = set(tags) | {
                    name for name, one in self.rules["skills"].items() if set(tags) & set(one.get("includes", []))
                }
                for name in names:
                    earned[name] = earned.get(name, Decimal(0)) + points * weights[exercise]
                    possible[name] = possible.get(name, Decimal(0)) + most * weights[exercise]
        found.skills = {name: (20 * earned[name] / possible[name]).quantize(CENT, ROUND_HALF_UP) for name in possible}
        known = {name: mark for name, mark in counting.items() if mark is not None}
        if not known or len(known) < len(counting):
            return found
        lowest = sorted(known, key=lambda name: (known[name], -weights[name]))
        for name in lowest[: min(self.rules["drop_lowest"], len(known) - 1)]:
            del known[name]
            found.states[name] = "dropped"
        total = sum((weights[name] for name in known), Decimal(0))
        mean = sum((weights[name] * mark for name, mark in known.items()), Decimal(0)) / total
        found.course = half_up(mean, Decimal(self.rules["rounding"]))
        return found
