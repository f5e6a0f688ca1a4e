"""The robot: it grades, reads the first failure, applies its remedy, and grades again."""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING, Any, Final

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import read_solutions
from grader.engine_state.client import open_engine_client
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.reports.result_builder import build_check_result
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.replays.names import solution_name
from tests.robot.case import Case
from tests.robot.not_repairable import NOT_REPAIRABLE
from tests.robot.remedies import remedies_for
from tests.robot.results import Repair
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from grader.commands.rehearse.solution import Solution
    from grader.reports.result import CheckResult, Diagnosis
    from grader.roster.machine_url import MachineUrl
    from grader.scoring.suite import Suite

MOST_ROUNDS: Final = 5
_REMEDY_S: Final = 120


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


def repair_all(names: Collection[str], without: Collection[str] = ()) -> Iterator[Repair]:
    """Repairs the known-wrong solutions of these names on the engine that `docker` uses, which must be empty.

    `names`: such as `tp2` or `tp2/wrong/port-reversed`; `without`: leaves out those of these full names, and those that
    cannot be repaired on the machine.
    """
    url = parse_machine_url("local")
    stage = RehearsalEngine(engine_address(url, os.environ))
    try:
        for suite, solution in select_wrong(names):
            if solution_name(solution) not in {*without, *NOT_REPAIRABLE}:
                yield repair(suite, solution, stage, url)
    finally:
        stage.empty()
        stage.close()


def select_wrong(names: Collection[str]) -> Iterator[tuple[Suite, Solution]]:
    """The known-wrong solutions of these names, such as `tp2` or `tp2/wrong/port-reversed`."""
    for exercise in dict.fromkeys(name.partition("/")[0] for name in names):
        suite = read_suite(ROOT / "exercises" / exercise)
        for solution in read_solutions(suite):
            own = f"{solution_name(solution)}/"
            if not solution.is_reference and any(own.startswith(f"{name}/") for name in names):
                yield suite, solution


def repair(suite: Suite, solution: Solution, stage: RehearsalEngine, url: MachineUrl) -> Repair:
    """Brings the known-wrong solution up, and does what the screen says until everything passes or nothing helps."""
    done = Repair(solution_name(solution))
    with stage.bring_up(solution, suite) as brought_up, contextlib.closing(_Looks(url)) as looks:
        passed: set[str] = set()
        while True:
            checks = _grade(suite, solution, url)
            now = {one.id for one in checks if one.verdict == "passed"}
            if done.codes:
                done.regressions += [f"{done.rounds} {done.codes[-1]}: {lost}" for lost in sorted(passed - now)]
            passed = now
            first = next((one for one in checks if one.verdict in {"failed", "error"}), None)
            if first is None:
                # What passes before anything was corrected was not brought up as it should be.
                done.is_repaired = bool(done.codes) and len(now) == len(checks)
                done.stuck = "" if done.is_repaired else "not all were judged" if done.codes else "nothing was wrong"
                return done
            assert first.diagnosis
            if done.rounds == MOST_ROUNDS:
                done.stuck = f"{first.diagnosis.code} is left: {dict(first.diagnosis.values)}"
                return done
            done.codes.append(first.diagnosis.code)
            for diagnosis in (first.diagnosis, *first.also):
                shown = shown_values(first, diagnosis)
                case = Case(diagnosis.code, shown, suite.spec, looks, brought_up.folder / "work", solution.ports)
                done.stuck = _apply(case, stage.environment(brought_up.folder / "home", suite))
                if done.stuck:
                    return done


def shown_values(check: CheckResult, diagnosis: Diagnosis) -> dict[str, str]:
    """The values that stand in the check's message or hint: the robot knows no others."""
    text = "\n".join(line for words in (check.message, check.hint) if words for line in words.values())
    return {key: value for key, value in diagnosis.values.items() if value and value in text}


def _apply(case: Case, environment: dict[str, str]) -> str:
    """Applies the remedy in the student's shell. Returns why it cannot; empty if it was applied."""
    remedy = remedies_for(case.spec).get(case.code)
    if remedy is None:
        return f"no remedy for {case.code}"
    try:
        script = remedy(case)
    except (LookupError, StopIteration) as error:
        return f"{case.code}: {error}"
    subprocess.run(
        ["bash", "-c", script],
        cwd=case.folder,
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
        scorecard = run_checks(suite, Machine(transport, suite.spec, ports=solution.ports, disposable=True))
    finally:
        transport.close()
    return [build_check_result(row, scorecard, ROOT, 2) for row in scorecard]
