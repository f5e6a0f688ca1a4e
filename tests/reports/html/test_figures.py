"""The figures of the class page, on classes small enough to count by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.errors import GraderError
from grader.reports.html import class_page
from grader.reports.html.check_columns import check_columns
from grader.reports.html.frequent_mistakes import frequent_mistakes
from grader.reports.html.machines import machine_uses, shared_machines
from grader.reports.html.mark_statistics import MarkBin, mark_statistics
from grader.reports.result import Diagnosis
from tests.reports.html.sample import make_class, make_result

if TYPE_CHECKING:
    from grader.reports.result import ResultFile


def _marked(*marks: float | None, out_of: int = 20, provisional: bool = False) -> list[ResultFile]:
    graded, unreachable = make_result(0, "Zoé", "......."), make_result(1, "Tom", "unreachable")
    return [
        msgspec.structs.replace(graded, mark=mark, out_of=out_of, provisional=provisional)
        if mark is not None
        else unreachable
        for mark in marks
    ]


def test_who_was_not_graded_is_in_no_figure() -> None:
    with_absent, without = mark_statistics(_marked(8.0, None, 14.0, None)), mark_statistics(_marked(8.0, 14.0))
    assert with_absent == without
    assert with_absent is not None
    assert (with_absent.graded, with_absent.mean, with_absent.lowest) == (2, 11.0, 8.0)


def test_a_not_graded_result_with_a_mark_still_has_none() -> None:
    forged = msgspec.structs.replace(make_result(0, "Zoé", "unreachable"), mark=20.0, points=20)
    assert mark_statistics([forged]) is None


def test_nobody_graded_gives_no_figures() -> None:
    assert mark_statistics(_marked(None, None)) is None
    assert mark_statistics([]) is None


def test_the_figures_of_a_small_class() -> None:
    marks = mark_statistics(_marked(4.0, 8.0, 12.0, 16.0, 20.0))
    assert marks is not None
    assert (marks.mean, marks.median, marks.quartiles, marks.highest) == (12.0, 12.0, (8.0, 16.0), 20.0)
    assert marks.half_or_more == 3


def test_one_student_is_a_class_too() -> None:
    marks = mark_statistics(_marked(13.0))
    assert marks is not None
    assert (marks.median, marks.quartiles, marks.tallest) == (13.0, (13.0, 13.0), 1)


def test_one_bar_a_mark_and_the_best_mark_has_its_own() -> None:
    marks = mark_statistics([*_marked(0.0, 13.0, 13.75, 20.0), *_marked(13.5, provisional=True)])
    assert marks is not None
    assert len(marks.bins) == 21
    assert [bar for bar in marks.bins if bar.final or bar.provisional] == [
        MarkBin(0, 1, final=1, provisional=0),
        MarkBin(13, 14, final=2, provisional=1),
        MarkBin(20, 21, final=1, provisional=0),
    ]


@pytest.mark.parametrize(("out_of", "bars", "width"), [(10, 11, 1), (20, 21, 1), (100, 21, 5), (1, 2, 1), (0, 2, 1)])
def test_other_scales_have_no_more_bars(out_of: int, bars: int, width: int) -> None:
    marks = mark_statistics(_marked(float(out_of), out_of=out_of))
    assert marks is not None
    assert (len(marks.bins), marks.bins[0].end) == (bars, width)


def test_a_mark_that_cannot_be_stays_inside_the_picture() -> None:
    marks = mark_statistics(_marked(-3.0, 1e300))
    assert marks is not None
    assert (marks.bins[0].final, marks.bins[20].final) == (1, 1)


def test_a_check_is_counted_among_the_graded() -> None:
    column = check_columns(make_class())[2]
    assert (column.number, column.id, column.graded) == (3, "test_web_is_published", 26)
    assert column.tally == {"passed": 18, "failed": 5, "blocked": 3, "error": 0, "skipped": 0}


def test_a_check_that_one_version_of_the_suite_lacks_is_counted_where_it_was_asked() -> None:
    older = make_result(0, "Zoé", ".......")
    older = msgspec.structs.replace(older, checks=older.checks[:6])
    columns = check_columns([older, make_result(1, "Tom", "......I")])
    assert [(column.graded, column.tally["passed"]) for column in columns[5:]] == [(2, 2), (1, 0)]


def test_mistakes_are_by_number_of_students() -> None:
    mistakes = frequent_mistakes(make_class())
    assert [(mistake.code, len(mistake.who)) for mistake in mistakes][:3] == [
        ("index-default", 5),
        ("port-reversed", 4),
        ("named-volume-not-bind", 4),
    ]
    assert mistakes[1].who == (1, 5, 13, 22)
    assert mistakes[1].check_ids == ("test_web_is_published",)


def test_a_mistake_made_twice_by_one_student_counts_once() -> None:
    result = make_result(0, "Zoé", "X......")
    again = msgspec.structs.replace(result.checks[0], id="test_again")
    [mistake] = frequent_mistakes([msgspec.structs.replace(result, checks=[*result.checks, again])])
    assert (mistake.who, mistake.check_ids) == ((0,), ("test_web_is_running", "test_again"))


@pytest.mark.parametrize("diagnosis", [None, Diagnosis(code="assertion", values={"detail": "assert 1 == 2"})])
def test_failures_without_a_diagnosis_are_grouped_by_check(diagnosis: Diagnosis | None) -> None:
    result = make_result(0, "Zoé", "..R...I")
    bare = [msgspec.structs.replace(check, diagnosis=diagnosis) for check in result.checks]
    mistakes = frequent_mistakes([msgspec.structs.replace(result, checks=bare)])
    assert [(mistake.code, mistake.check_ids) for mistake in mistakes] == [
        (None, ("test_web_is_published",)),
        (None, ("test_index_is_your_own",)),
    ]


def test_what_our_instrument_missed_is_no_mistake() -> None:
    classroom = [make_result(0, "Zoé", "....e..")]
    assert frequent_mistakes(classroom) == ()
    assert [mistake.code for mistake in frequent_mistakes(classroom, "error")] == ["engine-silent"]


def test_the_words_are_an_example_where_students_were_told_different_things() -> None:
    first, second = make_result(0, "Zoé", "..R...."), make_result(1, "Tom", "..R....")
    [mistake] = frequent_mistakes([first, second])
    assert mistake.same_words
    other = msgspec.structs.replace(second.checks[2], message=first.checks[0].title)
    [mistake] = frequent_mistakes([first, msgspec.structs.replace(second, checks=[*second.checks[:2], other])])
    assert not mistake.same_words


def test_two_names_on_one_engine_are_one_machine() -> None:
    classroom = make_class()
    machines = machine_uses(classroom)
    assert len(machines) == 27
    [shared] = shared_machines(machines, classroom)
    assert [classroom[row].student.name for row in shared.who] == ["Manon Faure", "Gabriel Petit"]
    assert shared.seconds == pytest.approx(sum(classroom[row].duration_s for row in shared.who))


def test_machines_that_gave_no_id_are_not_taken_for_one() -> None:
    unreachable = [make_result(row, f"s{row}", "unreachable") for row in range(3)]
    machines = machine_uses(unreachable)
    assert len(machines) == 3
    assert shared_machines(machines, unreachable) == ()


def test_one_student_graded_twice_shares_with_nobody() -> None:
    twice = [make_result(0, "Zoé", "......."), make_result(0, "Zoé", "......I")]
    assert shared_machines(machine_uses(twice), twice) == ()


def test_the_slowest_machine_comes_first() -> None:
    seconds = [machine.seconds for machine in machine_uses(make_class())]
    assert seconds == sorted(seconds, reverse=True)


@pytest.mark.parametrize("change", [{"exercise": "tp3"}, {"out_of": 100}])
def test_a_page_is_about_one_exercise_and_one_scale(change: dict[str, object]) -> None:
    first, second = make_result(0, "Zoé", "......."), make_result(1, "Tom", ".......")
    with pytest.raises(GraderError, match=r"tp2 \(out of 20\), .*: make one for each|make one for each"):
        class_page([first, msgspec.structs.replace(second, **change)], "fr")


def test_the_verdicts_of_a_check_agree_with_their_number() -> None:
    """18 + 5 + 3 students of the class have a verdict for the third check; one has no verdict of the last kinds."""
    shown = re.sub(r"<[^>]+>", "", class_page(make_class(), "fr"))
    assert "18 réussis" in shown
    assert "5 échoués" in shown
    assert "3 bloqués" in shown
    assert not re.search(r"\b([2-9]|\d\d+) (réussi|échoué|bloqué|non jugé|non essayé)\b", shown)
    assert not re.search(r"\b1 (réussis|échoués|bloqués|non jugés|non essayés)\b", shown)
    assert re.search(r"\b1 (échoué|bloqué|non jugé|non essayé)\b", shown)
