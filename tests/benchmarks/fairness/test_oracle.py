"""The oracle knows every check, takes its points from the handout, and imports nothing that judges."""

from __future__ import annotations

import ast

import pytest

from benchmarks.fairness.operators import OPERATORS
from benchmarks.fairness.oracle.judge import ROWS, handout_points, judge_by_oracle
from benchmarks.fairness.oracle.verdict import Earned, Lost, Verdict
from benchmarks.fairness.plain.suites import PLAIN
from benchmarks.fairness.state import read_state
from tests.replays.replay import load_suite
from tests.student_shell import ROOT

EXERCISES = tuple(ROWS)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_it_has_a_row_for_every_check_with_the_points_of_the_handout(exercise: str) -> None:
    specs = load_suite(exercise).check_specs
    assert set(ROWS[exercise]) == {spec.name for spec in specs} >= set(PLAIN[exercise])
    assert sorted(handout_points(exercise)) == sorted(spec.points for spec in specs)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_has_earned_everything_that_can_be_judged(exercise: str) -> None:
    verdicts = judge_by_oracle(read_state(f"{exercise}/reference"))
    assert not [check for check, verdict in verdicts.items() if isinstance(verdict, Lost)]
    assert sum(isinstance(verdict, Earned) for verdict in verdicts.values()) >= len(verdicts) - 2


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_harmless_operator_loses_nothing_and_a_mistake_loses_something(exercise: str) -> None:
    base = read_state(f"{exercise}/reference")
    for operator in OPERATORS:
        for state in operator.apply(base):
            lost = [check for check, verdict in judge_by_oracle(state).items() if isinstance(verdict, Lost)]
            assert bool(lost) == operator.is_mistake, (state.operators, lost)


def _changed(base: str, operator: str) -> dict[str, Verdict]:
    [found] = [one for one in OPERATORS if one.name == operator.partition(" ")[0]]
    return judge_by_oracle(next(state for state in found.apply(read_state(base)) if state.operators == (operator,)))


def test_of_two_services_of_a_name_the_one_that_runs_counts() -> None:
    verdicts = _changed("tp2/right/started-by-compose", "beside_another_project ended")
    assert verdicts["test_web_is_published"] == Earned()


@pytest.mark.parametrize(
    ("base", "operator", "lost"),
    [
        ("tp5/reference", "network_misspelt todos-net", {"test_network_is_there"}),
        ("tp7/reference", "network_misspelt back-tier", {"test_both_networks_are_there"}),
        ("tp8/reference", "network_misspelt tp8-net", {"test_network_is_there"}),
        ("tp6/reference", "service_misspelt mongo", {"test_three_services_run"}),
        ("tp7/reference", "service_misspelt lb", {"test_balancer_runs"}),
        ("tp8/reference", "service_of_another_name other", {"test_service_runs"}),
    ],
)
def test_a_name_that_is_nearly_right_loses_the_row_that_asks_for_it(base: str, operator: str, lost: set[str]) -> None:
    assert {check for check, verdict in _changed(base, operator).items() if isinstance(verdict, Lost)} == lost


def test_a_service_more_does_not_stand_for_one_that_is_missing() -> None:
    verdicts = _changed("tp6/right/with-a-service-more", "container_removed api")
    assert verdicts["test_three_services_run"] != Earned() != verdicts["test_network_joins_the_three"]


@pytest.mark.parametrize("name", ["a-folder-that-is-a-link", "the-folder-through-a-link"])
def test_a_folder_through_a_link_is_the_same_folder(name: str) -> None:
    verdicts = judge_by_oracle(read_state(f"tp5/right/{name}"))
    assert verdicts["test_data_is_in_your_folder"] == Earned()


def test_a_container_that_another_exercise_names_is_not_meant() -> None:
    verdicts = _changed("tp1/right/beside-other-exercises", "container_removed tp1-fond")
    assert verdicts["test_background_runs"] == Lost(frozenset({"container-missing"}))


def test_there_are_at_least_forty_operators_of_both_kinds() -> None:
    assert len({one.name for one in OPERATORS}) == len(OPERATORS) >= 40
    assert sum(one.is_mistake for one in OPERATORS) >= 20 <= sum(not one.is_mistake for one in OPERATORS)


def test_it_uses_nothing_of_the_checks_and_probes() -> None:
    files = [*(ROOT / "benchmarks/fairness/oracle").glob("*.py"), *(ROOT / "benchmarks/fairness/plain").glob("*.py")]
    assert files
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            assert not [one for one in modules if one.startswith(("grader.checks", "grader.probes"))], path
