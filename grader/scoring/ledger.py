"""One row per check, opened before anything runs: a row can have any verdict, it cannot be missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.errors import ExerciseError
from grader.scoring.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.scoring.check import CheckSpec

_VOLATILE_VALUES: Final = {"restarts", "seconds", "last_line"}
"""Values of a diagnosis that change from one look to the next, for a container in a crash loop."""


@dataclass
class LedgerRow:
    spec: CheckSpec
    number: int
    """The check's place in the exercise, from 1, as the screen shows it."""
    outcome: Outcome = field(default_factory=lambda: Outcome("skipped", "not-run"))
    duration_s: float = 0.0

    @property
    def points(self) -> int:
        return self.spec.points if self.outcome.verdict == "passed" else 0


class Ledger:
    """The rows of one exercise, in the order of the suite. Raises `ExerciseError` if the points do not add up."""

    def __init__(self, specs: Iterable[CheckSpec], points: int, spec_file: str) -> None:
        self._rows = {spec.name: LedgerRow(spec, number) for number, spec in enumerate(_unique_specs(specs), 1)}
        self.max_points = points
        _validate_causes(self)
        if not self._rows:
            raise ExerciseError("suite.no-checks", file=spec_file)
        total = sum(row.spec.points for row in self)
        if total != points:
            raise ExerciseError("suite.total", file=spec_file, points=points, total=total)

    def __iter__(self) -> Iterator[LedgerRow]:
        return iter(self._rows.values())

    def __getitem__(self, name: str) -> LedgerRow:
        return self._rows[name]

    def __len__(self) -> int:
        return len(self._rows)

    def outcome_without_running(self, name: str) -> Outcome | None:
        """The outcome of a check that must not run because of a check that it needs; `None` if it may run.

        A needed check that was itself not run (deselected, or skipped) does not block.
        """
        for needed in self[name].spec.needs:
            row = self[needed.__name__]
            match row.outcome.verdict:
                case "failed":
                    return _blocked_by(row, row.spec.name)
                case "blocked":
                    return _blocked_by(row, row.outcome.blocked_by or row.spec.name)
                case "error":
                    came = row.outcome
                    return Outcome(
                        "error", came.code, came.values, (), row.spec.name, came.machine_lost, came.is_grader_bug
                    )
                case "passed" | "skipped":
                    continue
        return None

    def resolve(self, row: LedgerRow, outcome: Outcome) -> Outcome:
        """Marks a failure that an earlier one caused as blocked; returns any other `outcome` unchanged.

        The cause is named by the suite (`explained_by`), or it has the very same diagnosis: a missing container fails
        only the first check that looks for it.
        """
        if outcome.verdict == "failed":
            for cause in row.spec.explained_by:
                earlier = self[cause.__name__]
                if earlier.outcome.verdict in {"failed", "blocked"}:
                    return _blocked_by(earlier, earlier.outcome.blocked_by or earlier.spec.name)
            for earlier in self:
                if earlier.number < row.number and _is_same_diagnosis(earlier.outcome, outcome):
                    return _blocked_by(earlier, earlier.spec.name)
        return outcome


def _is_same_diagnosis(one: Outcome, other: Outcome) -> bool:
    # A bare `assert` says nothing about its cause.
    return one.verdict == "failed" and one.code != "assertion" and _stable_identity(one) == _stable_identity(other)


def _stable_identity(outcome: Outcome) -> tuple[str, tuple[tuple[str, str], ...]]:
    return outcome.code, tuple(value for value in outcome.values if value[0] not in _VOLATILE_VALUES)


def _blocked_by(row: LedgerRow, cause: str) -> Outcome:
    """Blocked by the check at the root, which is the one to fix."""
    return Outcome("blocked", "blocked", (("check", row.spec.name),), blocked_by=cause)


def _unique_specs(specs: Iterable[CheckSpec]) -> list[CheckSpec]:
    seen: dict[str, CheckSpec] = {}
    titles: dict[str, CheckSpec] = {}
    for spec in specs:
        if spec.name in seen:
            first = seen[spec.name].where
            raise ExerciseError("suite.check-twice", where=spec.where, check=spec.name, first=first)
        for title in dict.fromkeys(spec.title.values()):
            if title in titles:
                other = titles[title].name
                raise ExerciseError("suite.title-twice", where=spec.where, title=repr(title), other=other)
            titles[title] = spec
        seen[spec.name] = spec
    return list(seen.values())


def _validate_causes(ledger: Ledger) -> None:
    numbers = {row.spec.name: row.number for row in ledger}
    for row in ledger:
        for argument, cause in row.spec.causes:
            values = {"where": row.spec.where, "check": row.spec.name, "given": cause.__name__}
            if cause.__name__ not in numbers:
                raise ExerciseError(f"suite.{argument}-elsewhere", **values, known=", ".join(numbers))
            if numbers[cause.__name__] >= row.number:
                raise ExerciseError(f"suite.{argument}-later", **values)
