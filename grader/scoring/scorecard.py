"""One row per check, opened before anything runs: a row can have any verdict, it cannot be missing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from grader.checks.causes import explains
from grader.errors import ExerciseError
from grader.messages import Wording
from grader.scoring.verdict import BARE_ASSERT, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.scoring.check import CheckSpec
    from grader.scoring.verdict import Values

_VOLATILE_VALUES: Final = {"restarts", "seconds", "last_line", "exit_code"}
"""Values of a diagnosis that change from one look to the next, for a container in a crash loop."""


@dataclass
class ScorecardRow:
    spec: CheckSpec
    number: int
    """The check's place in the exercise, from 1, as the screen shows it."""
    outcome: Outcome = field(default_factory=lambda: Outcome("skipped", "not-run"))
    duration_s: float = 0.0

    @property
    def points(self) -> int:
        return self.spec.points if self.outcome.verdict == "passed" else 0


class Scorecard:
    """The rows of one exercise, in the order of the suite. Raises `ExerciseError` if the points do not add up."""

    def __init__(self, specs: Iterable[CheckSpec], points: int, spec_file: str, wording: Wording | None = None) -> None:
        self._rows = {spec.name: ScorecardRow(spec, number) for number, spec in enumerate(_unique_specs(specs), 1)}
        self.max_points = points
        self.wording = wording or Wording()
        _validate_causes(self)
        if not self._rows:
            raise ExerciseError("suite.no-checks", file=spec_file)
        total = sum(row.spec.points for row in self)
        if total != points:
            raise ExerciseError("suite.total", file=spec_file, points=points, total=total)

    def __iter__(self) -> Iterator[ScorecardRow]:
        return iter(self._rows.values())

    def __getitem__(self, name: str) -> ScorecardRow:
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

    def resolve(self, row: ScorecardRow, outcome: Outcome) -> Outcome:
        """Marks a failure that an earlier one caused as blocked; returns any other `outcome` unchanged.

        The cause is named by the suite (`explained_by`), it explains the failure (`grader/checks/causes.py`), or it has
        the very same diagnosis: a missing container fails only the first check that looks for it. Of several diagnoses,
        those that no earlier check explains remain.
        """
        if outcome.verdict == "failed":
            for cause in row.spec.explained_by:
                earlier = self[cause.__name__]
                if earlier.outcome.verdict in {"failed", "blocked"}:
                    return _blocked_by(earlier, earlier.outcome.blocked_by or earlier.spec.name)
            causes = [self._cause_of(one, row) for one in outcome.diagnoses]
            new = [one for one, cause in zip(outcome.diagnoses, causes, strict=True) if cause is None]
            if not new and causes[0]:
                return _blocked_by(causes[0], causes[0].spec.name)
            (code, values), *also = new
            return replace(outcome, code=code, values=values, also=tuple(also))
        return outcome

    def _cause_of(self, diagnosis: tuple[str, Values], row: ScorecardRow) -> ScorecardRow | None:
        """The first check before `row` whose failure explains `diagnosis`."""
        failed = (one for one in self if one.number < row.number and one.outcome.verdict == "failed")
        return next(
            (one for one in failed if any(_is_cause(cause, diagnosis) for cause in one.outcome.diagnoses)), None
        )


def _is_cause(cause: tuple[str, Values], diagnosis: tuple[str, Values]) -> bool:
    if cause[0] == BARE_ASSERT:  # a bare `assert` says nothing about its cause
        return False
    is_same = _stable_identity(cause) == _stable_identity(diagnosis)
    return is_same or explains(cause[0], dict(cause[1]), diagnosis[0], dict(diagnosis[1]))


def _stable_identity(diagnosis: tuple[str, Values]) -> tuple[str, Values]:
    code, values = diagnosis
    return code, tuple(value for value in values if value[0] not in _VOLATILE_VALUES)


def _blocked_by(row: ScorecardRow, cause: str) -> Outcome:
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


def _validate_causes(scorecard: Scorecard) -> None:
    numbers = {row.spec.name: row.number for row in scorecard}
    for row in scorecard:
        for argument, cause in row.spec.causes:
            values = {"where": row.spec.where, "check": row.spec.name, "given": cause.__name__}
            if cause.__name__ not in numbers:
                raise ExerciseError(f"suite.{argument}-elsewhere", **values, known=", ".join(numbers))
            if numbers[cause.__name__] >= row.number:
                raise ExerciseError(f"suite.{argument}-later", **values)
