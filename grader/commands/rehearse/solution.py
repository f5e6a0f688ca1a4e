"""A solution (`up.sh`) and its expected verdicts (`expected.toml`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ExerciseError, GraderError
from grader.messages import DEFAULT, catalogue
from grader.roster.ports import PortRange, parse_ports

if TYPE_CHECKING:
    from pathlib import Path

    from grader.scoring.scorecard import Scorecard
    from grader.scoring.suite import Suite


class _ExpectedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    failed: dict[str, str] = {}
    """Maps each check that must fail to the code of its diagnosis."""
    blocked: list[str] = []
    """Checks that must be blocked."""
    ports: str = ""
    """The student's port range, if the solution needs one."""


@dataclass(frozen=True)
class ExpectedVerdicts:
    """All checks that are not named here must pass."""

    failed: dict[str, str] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Solution:
    name: str
    folder: Path
    expected: ExpectedVerdicts
    ports: PortRange | None = None

    @property
    def is_reference(self) -> bool:
        return not self.expected.failed


def read_solutions(suite: Suite, folder: Path | None = None) -> list[Solution]:
    """The solutions of the suite, or those in `folder`: the reference first, then the wrong ones by name.

    Raises `ExerciseError` if `expected.toml` names an unknown check or code.
    """
    base = folder or suite.folder / "solutions"
    found = sorted(path.parent for path in base.glob("**/up.sh"))
    if not found:
        raise ExerciseError("rehearsal.no-solutions", path=base)
    solutions = [_read(suite, path) for path in found]
    return sorted(solutions, key=lambda one: (not one.is_reference, one.name))


def find_differences(solution: Solution, scorecard: Scorecard) -> list[GraderError]:
    """What differs from the expected verdicts, one sentence per check."""
    found: list[GraderError] = []
    for row in scorecard:
        name, outcome = row.spec.name, row.outcome
        code = solution.expected.failed.get(name)
        wanted = "failed" if code else "blocked" if name in solution.expected.blocked else "passed"
        if outcome.verdict != wanted or (code and outcome.code != code):
            expected = f"{wanted} ({code})" if code else wanted
            seen = f"{outcome.verdict} ({outcome.code})" if outcome.code else outcome.verdict
            values = ", ".join(f"{key}={value}" for key, value in outcome.values)
            seen = f"{seen} {values}".rstrip()
            found.append(GraderError("rehearsed.differs", check=name, wanted=expected, seen=seen))
    return found


def _read(suite: Suite, folder: Path) -> Solution:
    path = folder / "expected.toml"
    if not path.is_file():
        if folder.parent.name == "wrong":
            raise ExerciseError("rehearsal.expected-missing", path=path)
        return Solution(folder.name, folder, ExpectedVerdicts())
    try:
        expected = msgspec.toml.decode(path.read_bytes(), type=_ExpectedFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExerciseError("at.file", file=path, fault=error) from error
    names = [spec.name for spec in suite.check_specs]
    for name in (*expected.failed, *expected.blocked):
        if name not in names:
            values = {"exercise": suite.id, "known": ", ".join(names)}
            raise ExerciseError("rehearsal.expected-check", path=path, given=name, **values)
    for name, code in expected.failed.items():
        if code not in catalogue("diagnoses", DEFAULT) and code not in suite.messages:
            raise ExerciseError("rehearsal.expected-code", path=path, check=name, given=repr(code))
    if folder.parent.name == "wrong" and not expected.failed:
        raise ExerciseError("rehearsal.expected-nothing", path=path)
    ports = parse_ports(expected.ports) if expected.ports else None
    return Solution(folder.name, folder, ExpectedVerdicts(expected.failed, frozenset(expected.blocked)), ports)
