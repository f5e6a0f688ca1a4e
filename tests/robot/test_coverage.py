"""Every diagnosis that a known-wrong solution shows has its remedy, and every exception its reason."""

from __future__ import annotations

import pytest

from grader.exercise.spec import read_exercise_spec
from grader.messages import DEFAULT, catalogue
from grader.reports.result_builder import build_check_result
from tests.replays.names import solution_name
from tests.replays.replay import judge_recording
from tests.replays.stored_recording import read_stored, stored_path
from tests.robot.case import Case
from tests.robot.not_repairable import NOT_REPAIRABLE
from tests.robot.recorded_looks import RecordedLooks
from tests.robot.remedies import EXERCISES, compose, containers, dockerfile, remedies_for, shells, swarm, volumes
from tests.robot.robot import select_wrong, shown_values
from tests.student_shell import ROOT


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_diagnosis_of_a_known_wrong_solution_has_a_remedy(exercise: str) -> None:
    remedies = remedies_for(read_exercise_spec(ROOT / "exercises" / exercise))
    shown = {
        code
        for _, solution in select_wrong([exercise])
        if solution_name(solution) not in NOT_REPAIRABLE
        for code in solution.expected.failed.values()
    }
    assert shown - set(remedies) == set()


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_the_screen_shows_is_enough_for_the_remedy(exercise: str) -> None:
    """A value that a remedy needs, and that no message shows, is a `KeyError` here."""
    remedies = remedies_for(read_exercise_spec(ROOT / "exercises" / exercise))
    tried, lacking = 0, {}
    for suite, solution in select_wrong([exercise]):
        name = solution_name(solution)
        if name in NOT_REPAIRABLE or not stored_path(name).exists():
            continue
        scorecard = judge_recording(read_stored(name))
        for check in (
            build_check_result(row, scorecard, ROOT, 2) for row in scorecard if row.outcome.verdict == "failed"
        ):
            assert check.diagnosis
            shown = shown_values(check, check.diagnosis)
            case = Case(check.diagnosis.code, shown, suite.spec, RecordedLooks(name), solution.folder, solution.ports)
            tried += 1
            try:
                remedies[case.code](case)
            except (LookupError, StopIteration) as error:
                lacking[f"{name}, {check.id}: {case.code}"] = repr(error)
    assert tried
    assert lacking == {}


def test_what_cannot_be_repaired_is_a_known_wrong_solution_and_has_a_reason() -> None:
    assert set(NOT_REPAIRABLE) <= {solution_name(solution) for _, solution in select_wrong(EXERCISES)}
    assert all(NOT_REPAIRABLE.values())


def test_every_remedy_is_for_a_diagnosis_that_exists() -> None:
    known = catalogue("diagnoses", DEFAULT)
    tables = (containers, shells, dockerfile, compose, swarm, volumes)
    assert not [code for table in tables for code in table.REMEDIES if code not in known]
