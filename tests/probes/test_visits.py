"""Which of several containers a request came to: by each one's log, then by the bytes it received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.machine.question import Answer
from grader.probes.visits import Visits
from tests.answers import Answers, InTurn, framed, machine_with
from tests.probes.inspected import inspected

if TYPE_CHECKING:
    from grader.probes.containers import ContainerFact

MARK = "grader-1-0123"
ONE = inspected("one", Image="sha256:web")
TWO = inspected("two", Image="sha256:web")
OTHER = inspected("other", Image="sha256:lb")
NO_LOG = Answer(501)
NO_COUNT = Answer(500)
LOGGED = framed(f"GET /{MARK} 200\n".encode())
QUIET = framed(b"started\n")


def bytes_of(*counts: int) -> InTurn:
    return InTurn(*({"networks": {"eth0": {"rx_bytes": count}}} for count in counts))


def table(logs: dict[str, Any], counts: dict[str, Any] | None = None) -> dict[str, Any]:
    """By the name of each container: what it logs, and what it has received each time that is asked."""
    told: dict[str, Any] = {f"/containers/{name}-id/logs?*": log for name, log in logs.items()}
    return told | {f"/containers/{name}-id/stats?*": count for name, count in (counts or {}).items()}


def visits(link: Answers, *containers: ContainerFact) -> Visits:
    return Visits.of(machine_with(link), containers or (ONE, TWO), MARK, 100)


def test_it_came_to_the_one_whose_log_has_the_mark() -> None:
    link = Answers(table({"one": LOGGED, "two": QUIET}))
    seen = visits(link)
    assert seen.seen_in(ONE)
    assert not seen.seen_in(TWO), "its like logs what comes"


def test_each_look_at_the_log_is_a_new_one() -> None:
    seen = visits(Answers(table({"one": InTurn(QUIET, LOGGED), "two": QUIET})))
    assert not seen.seen_in(ONE)
    assert seen.seen_in(ONE)


def test_bytes_count_only_after_a_calm() -> None:
    link = Answers(table({"one": QUIET, "two": QUIET}, {"one": bytes_of(0, 0, 5000), "two": bytes_of(0)}))
    assert not visits(link).seen_in(ONE)
    assert not any("stats" in key for key in link.keys_asked)
    seen = visits(link).after_a_calm()
    assert link.waited_s == 2
    assert seen.seen_in(ONE)
    assert not seen.seen_in(TWO)


@pytest.mark.parametrize(("received", "is_seen"), [(99, False), (100, True), (101, True)])
def test_as_many_bytes_as_the_shortest_request_are_a_visit(received: int, is_seen: object) -> None:
    link = Answers(table({"one": NO_LOG, "two": NO_LOG}, {"one": bytes_of(7, 7, 7 + received), "two": bytes_of(0)}))
    assert visits(link).after_a_calm().seen_in(ONE) is is_seen


def test_what_comes_in_without_us_is_taken_off_twice_over() -> None:
    """100 bytes in two seconds of calm are 50 a second: after two more, 200 and a request are wanted."""
    for received, is_seen in ((299, False), (300, True)):
        link = Answers(
            table({"one": NO_LOG, "two": NO_LOG}, {"one": bytes_of(0, 100, 100 + received), "two": bytes_of(0)})
        )
        seen = visits(link).after_a_calm()
        seen.machine.wait(2.0)
        assert seen.seen_in(ONE) is is_seen


def test_a_counter_that_went_back_is_no_hum() -> None:
    link = Answers(table({"one": NO_LOG, "two": NO_LOG}, {"one": bytes_of(900, 0, 150), "two": bytes_of(0)}))
    seen = visits(link).after_a_calm()
    seen.machine.wait(60.0)
    assert seen.seen_in(ONE)


def test_bytes_are_not_looked_at_where_its_like_logs() -> None:
    link = Answers(table({"one": QUIET, "two": LOGGED}, {"one": bytes_of(0, 0, 9999), "two": bytes_of(0)}))
    assert not visits(link).after_a_calm().seen_in(ONE)


def test_they_are_where_only_one_of_another_image_logs() -> None:
    link = Answers(table({"one": QUIET, "other": LOGGED}, {"one": bytes_of(0, 0, 9999), "other": bytes_of(0)}))
    assert visits(link, ONE, OTHER).after_a_calm().seen_in(ONE)


def test_they_are_where_its_own_log_cannot_be_read() -> None:
    link = Answers(table({"one": NO_LOG, "two": LOGGED}, {"one": bytes_of(0, 0, 9999), "two": bytes_of(0)}))
    assert visits(link).after_a_calm().seen_in(ONE)


def test_they_are_where_that_of_its_like_cannot_be_read() -> None:
    link = Answers(table({"one": QUIET, "two": NO_LOG}, {"one": bytes_of(0, 0, 9999), "two": bytes_of(0)}))
    assert visits(link).after_a_calm().seen_in(ONE)


def test_an_engine_that_does_not_count_has_seen_nothing() -> None:
    link = Answers(table({"one": NO_LOG, "two": NO_LOG}, {"one": NO_COUNT, "two": NO_COUNT}))
    seen = visits(link).after_a_calm()
    assert not seen.seen_in(ONE)
    assert not seen.can_be_seen_in(ONE)


def test_nor_one_that_has_stopped_counting() -> None:
    counts = InTurn(*bytes_of(0, 0).values, NO_COUNT)
    link = Answers(table({"one": NO_LOG, "two": NO_LOG}, {"one": counts, "two": bytes_of(0)}))
    assert not visits(link).after_a_calm().seen_in(ONE)


def test_one_that_begins_to_count_in_the_calm_has_no_hum() -> None:
    counts = InTurn(NO_COUNT, *bytes_of(0, 100).values)
    link = Answers(table({"one": NO_LOG, "two": NO_LOG}, {"one": counts, "two": InTurn(*bytes_of(5).values, NO_COUNT)}))
    assert visits(link).after_a_calm().seen_in(ONE)


def test_either_a_log_or_a_count_is_enough_to_see_it() -> None:
    by_log = visits(Answers(table({"one": QUIET, "two": NO_LOG}, {"one": NO_COUNT, "two": NO_COUNT}))).after_a_calm()
    assert by_log.can_be_seen_in(ONE)
    assert not by_log.can_be_seen_in(TWO)
    by_count = visits(
        Answers(table({"one": NO_LOG, "two": NO_LOG}, {"one": bytes_of(0), "two": NO_COUNT}))
    ).after_a_calm()
    assert by_count.can_be_seen_in(ONE)
    assert not by_count.can_be_seen_in(TWO)
