"""Which of several containers received a request: by its log, then by the bytes that it received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.machine.question import Answer
from grader.probes.http.request_tracking import RequestTracker
from tests.probes.inspect_answers import parse_inspect
from tests.scripted_machine import AnswersInTurn, ScriptedAnswers, multiplexed, scripted_machine

if TYPE_CHECKING:
    from grader.probes.containers.find import ContainerFact

MARK = "grader-1-0123"
ONE = parse_inspect("one", Image="sha256:web")
TWO = parse_inspect("two", Image="sha256:web")
OTHER = parse_inspect("other", Image="sha256:lb")
NO_LOG = Answer(501)
NO_COUNT = Answer(500)
LOGGED = multiplexed(f"GET /{MARK} 200\n".encode())
QUIET = multiplexed(b"started\n")


def bytes_of(*counts: int) -> AnswersInTurn:
    return AnswersInTurn(*({"networks": {"eth0": {"rx_bytes": count}}} for count in counts))


def table(logs: dict[str, Any], counts: dict[str, Any] | None = None) -> dict[str, Any]:
    """By container name: what it logs, and what it has received at each question."""
    told: dict[str, Any] = {f"/containers/{name}-id/logs?*": log for name, log in logs.items()}
    return told | {f"/containers/{name}-id/stats?*": count for name, count in (counts or {}).items()}


def visits(link: ScriptedAnswers, *containers: ContainerFact) -> RequestTracker:
    return RequestTracker.start(scripted_machine(link), containers or (ONE, TWO), MARK, 100)


def test_it_came_to_the_one_whose_log_has_the_mark() -> None:
    link = ScriptedAnswers(table({"one": LOGGED, "two": QUIET}))
    seen = visits(link)
    assert seen.has_reached(ONE)
    assert not seen.has_reached(TWO), "its like logs what comes"


def test_each_look_at_the_log_is_a_new_one() -> None:
    seen = visits(ScriptedAnswers(table({"one": AnswersInTurn(QUIET, LOGGED), "two": QUIET})))
    assert not seen.has_reached(ONE)
    assert seen.has_reached(ONE)


def test_bytes_count_only_after_a_calm() -> None:
    link = ScriptedAnswers(table({"one": QUIET, "two": QUIET}, {"one": bytes_of(0, 0, 5000), "two": bytes_of(0)}))
    assert not visits(link).has_reached(ONE)
    assert not any("stats" in key for key in link.question_keys)
    seen = visits(link).with_background_rate()
    assert link.total_wait_s == 2
    assert seen.has_reached(ONE)
    assert not seen.has_reached(TWO)


@pytest.mark.parametrize(("received", "is_seen"), [(99, False), (100, True), (101, True)])
def test_as_many_bytes_as_the_shortest_request_are_a_visit(received: int, is_seen: object) -> None:
    link = ScriptedAnswers(
        table({"one": NO_LOG, "two": NO_LOG}, {"one": bytes_of(7, 7, 7 + received), "two": bytes_of(0)})
    )
    assert visits(link).with_background_rate().has_reached(ONE) is is_seen


def test_what_comes_in_without_us_is_taken_off_twice_over() -> None:
    """100 bytes in two quiet seconds are 50 per second: after two more, 200 and a request are needed."""
    for received, is_seen in ((299, False), (300, True)):
        link = ScriptedAnswers(
            table({"one": NO_LOG, "two": NO_LOG}, {"one": bytes_of(0, 100, 100 + received), "two": bytes_of(0)})
        )
        seen = visits(link).with_background_rate()
        seen.machine.wait(2.0)
        assert seen.has_reached(ONE) is is_seen


def test_a_counter_that_went_back_is_no_hum() -> None:
    link = ScriptedAnswers(table({"one": NO_LOG, "two": NO_LOG}, {"one": bytes_of(900, 0, 150), "two": bytes_of(0)}))
    seen = visits(link).with_background_rate()
    seen.machine.wait(60.0)
    assert seen.has_reached(ONE)


def test_bytes_are_not_looked_at_where_its_like_logs() -> None:
    link = ScriptedAnswers(table({"one": QUIET, "two": LOGGED}, {"one": bytes_of(0, 0, 9999), "two": bytes_of(0)}))
    assert not visits(link).with_background_rate().has_reached(ONE)


def test_they_are_where_only_one_of_another_image_logs() -> None:
    link = ScriptedAnswers(table({"one": QUIET, "other": LOGGED}, {"one": bytes_of(0, 0, 9999), "other": bytes_of(0)}))
    assert visits(link, ONE, OTHER).with_background_rate().has_reached(ONE)


def test_they_are_where_its_own_log_cannot_be_read() -> None:
    link = ScriptedAnswers(table({"one": NO_LOG, "two": LOGGED}, {"one": bytes_of(0, 0, 9999), "two": bytes_of(0)}))
    assert visits(link).with_background_rate().has_reached(ONE)


def test_they_are_where_that_of_its_like_cannot_be_read() -> None:
    link = ScriptedAnswers(table({"one": QUIET, "two": NO_LOG}, {"one": bytes_of(0, 0, 9999), "two": bytes_of(0)}))
    assert visits(link).with_background_rate().has_reached(ONE)


def test_an_engine_that_does_not_count_has_seen_nothing() -> None:
    link = ScriptedAnswers(table({"one": NO_LOG, "two": NO_LOG}, {"one": NO_COUNT, "two": NO_COUNT}))
    seen = visits(link).with_background_rate()
    assert not seen.has_reached(ONE)
    assert not seen.is_observable(ONE)


def test_nor_one_that_has_stopped_counting() -> None:
    counts = AnswersInTurn(*bytes_of(0, 0).values, NO_COUNT)
    link = ScriptedAnswers(table({"one": NO_LOG, "two": NO_LOG}, {"one": counts, "two": bytes_of(0)}))
    assert not visits(link).with_background_rate().has_reached(ONE)


def test_one_that_begins_to_count_in_the_calm_has_no_hum() -> None:
    counts = AnswersInTurn(NO_COUNT, *bytes_of(0, 100).values)
    link = ScriptedAnswers(
        table({"one": NO_LOG, "two": NO_LOG}, {"one": counts, "two": AnswersInTurn(*bytes_of(5).values, NO_COUNT)})
    )
    assert visits(link).with_background_rate().has_reached(ONE)


def test_either_a_log_or_a_count_is_enough_to_see_it() -> None:
    by_log = visits(
        ScriptedAnswers(table({"one": QUIET, "two": NO_LOG}, {"one": NO_COUNT, "two": NO_COUNT}))
    ).with_background_rate()
    assert by_log.is_observable(ONE)
    assert not by_log.is_observable(TWO)
    by_count = visits(
        ScriptedAnswers(table({"one": NO_LOG, "two": NO_LOG}, {"one": bytes_of(0), "two": NO_COUNT}))
    ).with_background_rate()
    assert by_count.is_observable(ONE)
    assert not by_count.is_observable(TWO)
