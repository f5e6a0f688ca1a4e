"""Whose failure it is: the outcome of a check, and the mark of a scorecard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.checks.failure import CheckFailed, CheckSkipped
from grader.errors import ExerciseError, MachineUnreachable, ProbeFailed
from grader.scoring.check import check, spec_of
from grader.scoring.mark import compute_mark
from grader.scoring.scorecard import Scorecard
from grader.scoring.verdict import Outcome, judge

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent


@check(points=8, fr="premier", en="first")
def first() -> None: ...


@check(points=7, needs=[first], fr="deuxième", en="second")
def second() -> None: ...


@check(points=5, needs=[second], fr="troisième", en="third")
def third() -> None: ...


@check(points=3, explained_by=[first], fr="à côté", en="beside")
def beside() -> None: ...


def scorecard() -> Scorecard:
    specs = [spec for function in (first, second, third) if (spec := spec_of(function))]
    return Scorecard(specs, 20, "exercise.toml")


def asserted(message: str = "") -> BaseException:
    try:
        if message:
            assert HERE is None, message
        assert HERE is None
    except AssertionError as caught:
        return caught
    return ValueError()


@pytest.mark.parametrize(
    ("error", "verdict", "code", "is_ours"),
    [
        (None, "passed", "", False),
        (CheckFailed("port-reversed", published=80), "failed", "port-reversed", False),
        (CheckSkipped("passive"), "skipped", "passive", False),
        (MachineUnreachable("engine-lost"), "error", "engine-lost", False),
        (ProbeFailed("answer-garbled"), "error", "answer-garbled", False),
        (ValueError("a bug"), "error", "check-broken", True),
        (KeyError("Ports"), "error", "check-broken", True),
    ],
)
def test_an_end_has_one_verdict(error: BaseException | None, verdict: str, code: str, *, is_ours: bool) -> None:
    outcome = judge(error, HERE)
    assert (outcome.verdict, outcome.code, outcome.is_grader_bug) == (verdict, code, is_ours)


def test_a_bare_assert_in_the_exercise_is_the_students_and_shows_nothing_of_its_source() -> None:
    """The asserts of this file are rewritten by pytest, which puts the source into the exception."""
    outcome = judge(asserted(), HERE)
    assert (outcome.verdict, outcome.code, dict(outcome.values)) == ("failed", "assertion", {"detail": ""})


def test_an_assert_with_a_message_shows_its_first_line_without_control_characters() -> None:
    outcome = judge(asserted("no \x1b[1mpolicy\nmore"), HERE)
    assert (outcome.code, dict(outcome.values)) == ("assertion", {"detail": "no \\x1b[1mpolicy"})


def test_an_assert_whose_message_is_a_code_of_the_exercise_has_that_diagnosis() -> None:
    outcome = judge(asserted("restart-policy"), HERE, {"restart-policy": {}})
    assert (outcome.verdict, outcome.code, outcome.values) == ("failed", "restart-policy", ())


def test_an_assertion_raised_elsewhere_is_ours() -> None:
    """Testinfra and the standard library raise AssertionError for failures of their own."""
    outcome = judge(asserted(), HERE / "another-exercise")
    assert (outcome.verdict, outcome.is_grader_bug) == ("error", True)


def test_what_needs_a_failed_check_is_blocked_by_the_root_cause() -> None:
    rows = scorecard()
    rows["first"].outcome = Outcome("failed", "container-missing")
    rows["second"].outcome = rows.outcome_without_running("second") or Outcome("passed")
    hindered = rows.outcome_without_running("third")
    assert hindered is not None
    assert (hindered.verdict, hindered.blocked_by) == ("blocked", "first")


def test_what_needs_a_check_in_error_is_in_error_and_never_the_students() -> None:
    rows = scorecard()
    rows["first"].outcome = Outcome("error", "engine-lost", machine_lost=True)
    hindered = rows.outcome_without_running("second")
    assert hindered is not None
    assert (hindered.verdict, hindered.code) == ("error", "engine-lost")


def test_the_very_same_cause_fails_once() -> None:
    """`container-missing` of one container is one failure, however many checks look for it."""
    rows = scorecard()
    missing = Outcome("failed", "container-missing", (("name", "web"),))
    rows["first"].outcome = missing
    again = rows.resolve(rows["second"], missing)
    assert (again.verdict, again.blocked_by) == ("blocked", "first")
    other = Outcome("failed", "container-missing", (("name", "db"),))
    assert rows.resolve(rows["second"], other) == other
    assert rows.resolve(rows["first"], missing) == missing


def failed(*names: str) -> Outcome:
    """The same failure of several containers."""
    diagnoses = [("container-missing", (("name", name),)) for name in names]
    return Outcome("failed", diagnoses[0][0], diagnoses[0][1], also=tuple(diagnoses[1:]))


def test_of_several_causes_those_that_were_told_are_not_told_again() -> None:
    rows = scorecard()
    rows["first"].outcome = failed("web", "db")
    assert rows.resolve(rows["second"], failed("db", "web")).blocked_by == "first"
    assert rows.resolve(rows["second"], failed("db", "api", "app")) == failed("api", "app")
    rows["second"].outcome = failed("api")
    assert rows.resolve(rows["third"], failed("api", "db")).blocked_by == "second"


def test_a_failure_of_several_containers_is_one_outcome() -> None:
    failure = CheckFailed("container-missing", name="web", evidence=("a",))
    failure.also = (CheckFailed("container-missing", name="db", evidence=("b",)),)
    outcome = judge(failure)
    assert (outcome.diagnoses, outcome.evidence) == (failed("web", "db").diagnoses, ("a", "b"))


def test_what_an_earlier_failure_explains_is_tried_and_fails_only_where_that_passed() -> None:
    rows = Scorecard([spec for one in (first, beside) if (spec := spec_of(one))], 11, "exercise.toml")
    silent = Outcome("failed", "site-silent")
    assert rows.outcome_without_running("beside") is None
    for cause in (Outcome("passed"), Outcome("error", "engine-lost"), Outcome("skipped", "not-run")):
        rows["first"].outcome = cause
        assert rows.resolve(rows["beside"], silent) == silent, cause.verdict
    rows["first"].outcome = Outcome("failed", "network-misnamed")
    assert rows.outcome_without_running("beside") is None
    assert rows.resolve(rows["beside"], Outcome("passed")).verdict == "passed"
    assert rows.resolve(rows["beside"], silent).blocked_by == "first"
    rows["first"].outcome = Outcome("blocked", "blocked", blocked_by="root")
    assert rows.resolve(rows["beside"], silent).blocked_by == "root"


@pytest.mark.parametrize(("late", "said"), [(second, "second needs first"), (beside, "beside is explained by first")])
def test_a_cause_that_comes_later_or_is_not_there_is_refused(late: Callable[[], None], said: str) -> None:
    specs = [spec for function in (late, first) if (spec := spec_of(function))]
    with pytest.raises(ExerciseError, match=f"{said}, which comes after it; expected a check above it"):
        Scorecard(specs, 0, "exercise.toml")
    with pytest.raises(ExerciseError, match=f"{said}, which is not a check of this exercise"):
        Scorecard(specs[:1], 0, "exercise.toml")


def test_a_crash_loop_is_the_same_one_after_its_next_crash() -> None:
    rows = scorecard()
    for restarts in ("2", "3"):
        seen = (("name", "web"), ("restarts", restarts), ("exit_code", "1"), ("last_line", f"crash {restarts}"))
        name = "first" if restarts == "2" else "second"
        rows[name].outcome = rows.resolve(rows[name], Outcome("failed", "container-crash-loop", seen))
    assert (rows["second"].outcome.verdict, rows["second"].outcome.blocked_by) == ("blocked", "first")


def test_what_was_not_tried_hinders_nothing() -> None:
    assert scorecard().outcome_without_running("second") is None


def test_the_total_never_moves() -> None:
    rows = scorecard()
    assert (compute_mark(rows).points, compute_mark(rows).max_points, compute_mark(rows).not_tried_points) == (
        0,
        20,
        20,
    )
    rows["first"].outcome = Outcome("passed")
    assert (compute_mark(rows).points, compute_mark(rows).max_points, compute_mark(rows).value) == (8, 20, 8.0)
    assert compute_mark(rows).is_provisional


def test_a_machine_lost_half_way_leaves_no_mark() -> None:
    rows = scorecard()
    rows["first"].outcome = Outcome("passed")
    rows["second"].outcome = Outcome("error", "engine-lost", machine_lost=True)
    assert compute_mark(rows).value is None
    assert compute_mark(rows).reason == rows["second"].outcome


def test_a_bug_in_one_check_keeps_the_points_of_the_others() -> None:
    rows = scorecard()
    rows["first"].outcome = Outcome("passed")
    rows["second"].outcome = Outcome("error", "check-broken", is_grader_bug=True)
    assert (compute_mark(rows).value, compute_mark(rows).is_provisional, compute_mark(rows).not_tried_points) == (
        8.0,
        True,
        12,
    )
