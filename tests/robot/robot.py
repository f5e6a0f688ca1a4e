"""The robot: it grades, reads the first failure, applies its remedy, and grades again."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from grader.engine_state.client import open_engine_client
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.reports.result_builder import build_check_result
from tests.robot.case import Case
from tests.robot.remedies import REMEDIES
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from grader.commands.rehearse.engine import RehearsalEngine
    from grader.commands.rehearse.solution import Solution
    from grader.reports.result import CheckResult
    from grader.roster.machine_url import MachineUrl
    from grader.scoring.suite import Suite

MOST_ROUNDS: Final = 5
_REMEDY_S: Final = 120


@dataclass
class Repair:
    name: str
    codes: list[str] = field(default_factory=list)
    """The diagnosis of each round."""
    is_repaired: bool = False
    regressions: list[str] = field(default_factory=list)
    """Checks that had passed and did not after a remedy, as `round code: check`."""
    stuck: str = ""
    """Why it went no further."""

    @property
    def rounds(self) -> int:
        return len(self.codes)


class _Looks:
    """What `docker inspect` shows the student."""

    def __init__(self, url: MachineUrl) -> None:
        self._client = open_engine_client(engine_address(url, os.environ))

    def container(self, name: str) -> dict[str, Any] | None:
        found = next((one for one in self._client.containers(all=True) if f"/{name}" in one["Names"]), None)
        return self._client.inspect_container(found["Id"]) if found else None

    def names(self) -> list[str]:
        return [str(one["Names"][0]).lstrip("/") for one in self._client.containers(all=True)]

    def image(self, name: str) -> dict[str, Any] | None:
        known = {tag: one["Id"] for one in self._client.images() for tag in one["RepoTags"] or []}
        id_ = known.get(name) or known.get(f"{name}:latest") or (name if name in known.values() else "")
        found: dict[str, Any] | None = self._client.inspect_image(id_) if id_ else None  # type: ignore[no-untyped-call]
        return found

    def close(self) -> None:
        self._client.close()


def repair(suite: Suite, solution: Solution, stage: RehearsalEngine, url: MachineUrl) -> Repair:
    """Brings the known-wrong solution up, and does what the screen says until everything passes or nothing helps."""
    done = Repair(f"{suite.id}/{solution.name}")
    with stage.bring_up(solution, suite) as brought_up:
        passed: set[str] = set()
        while True:
            checks = _grade(suite, solution, url)
            now = {one.id for one in checks if one.verdict == "passed"}
            if done.codes:
                done.regressions += [f"{done.rounds} {done.codes[-1]}: {lost}" for lost in sorted(passed - now)]
            passed = now
            first = next((one for one in checks if one.verdict == "failed"), None)
            if first is None:
                done.is_repaired = len(now) == len(checks)
                done.stuck = "" if done.is_repaired else "not all were judged"
                return done
            assert first.diagnosis
            if done.rounds == MOST_ROUNDS or done.codes[-2:] == [first.diagnosis.code] * 2:
                done.stuck = f"{first.diagnosis.code} again: {dict(first.diagnosis.values)}"
                return done
            done.codes.append(first.diagnosis.code)
            stuck = _apply(first, suite, solution, url, stage.environment(brought_up.folder / "home", suite))
            if stuck:
                done.stuck = stuck
                return done


def _apply(first: CheckResult, suite: Suite, solution: Solution, url: MachineUrl, environment: dict[str, str]) -> str:
    """Applies the remedy. Returns why it cannot; empty if it was applied."""
    assert first.diagnosis
    code = first.diagnosis.code
    remedy = REMEDIES.get(code)
    if remedy is None:
        return f"no remedy for {code}"
    looks = _Looks(url)
    try:
        script = remedy(Case(code, first.diagnosis.values, suite.spec, looks, solution.ports))
    except (LookupError, StopIteration) as error:
        return f"{code}: {error}"
    finally:
        looks.close()
    subprocess.run(
        ["bash", "-c", script],
        cwd=environment["HOME"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_REMEDY_S,
        check=False,
    )
    return ""


def _grade(suite: Suite, solution: Solution, url: MachineUrl) -> list[CheckResult]:
    """What the screen shows."""
    transport = open_transport(url)
    try:
        ledger = run_checks(suite, Machine(transport, suite.spec, ports=solution.ports, disposable=True))
    finally:
        transport.close()
    return [build_check_result(row, ledger, ROOT, 2) for row in ledger]
