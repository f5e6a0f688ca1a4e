"""A load balancer: it answers, reaches every replica, and drops one that dies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.containers.expectation import require_running
from grader.checks.expect import expect
from grader.checks.http.load_balancer import diagnose_no_backend
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed, serves

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.machine import Machine

SPEC: dict[str, Any] = {
    "containers": {"web": {}, "lb": {"image": "haproxy"}},
    "ports": {"lb": {"port": 8080, "offset": 4}},
    "compose": {"project": "tp7", "services": {"web": "web", "lb": "lb"}, "replicas": {"web": 3}},
}


def replica(number: int, **more: Any) -> FakeContainer:
    settings: dict[str, Any] = {
        "image": "app",
        "image_id": "sha256:app",
        "listens": ("0.0.0.0:80",),
        "log": b"listening on port 80\n",
    } | more
    return fake_container(f"tp7-web-{number}", labels=compose_labels("web", "tp7", number), **settings)


class Tp7(FakeMachine):
    """A balancer that serves its replicas in turn."""

    def __init__(self, *replicas: FakeContainer, lb: FakeContainer | None = None) -> None:
        self.lb = lb or fake_container("tp7-lb-1", labels=compose_labels("lb", "tp7"), ports={"80/tcp": "8080"})
        self.replicas = list(replicas) or [replica(1), replica(2), replica(3)]
        super().__init__(self.lb, *self.replicas)
        self.requests: list[str] = []
        self.served = self.replicas
        self.logs = True
        self.sites[8080] = self._in_turn

    page_status = 200
    """Of the page `/`."""
    missing_status: int | None = None
    """Of any other page; by default that of `/`."""

    def machine(self) -> Machine:
        return self.as_machine(**SPEC)

    def balancer(self, within_s: float = 0) -> Any:
        return expect(self.machine().balancer("lb", before="web"), within_s=within_s)

    def _in_turn(self, question: HttpQuestion) -> Answer | NoAnswer:
        self.requests.append(question.path)
        if self.lb.log is not None:
            self.lb.log += question.path.encode() + b"\n"
        behind = self.served[len(self.requests) % len(self.served)] if self.served else self.lb
        status = self.page_status if question.path == "/" else self.missing_status or self.page_status
        return serves(behind, logs=self.logs, status=status)(question)


# --- answering -------------------------------------------------------------------------------------------------------


def in_order(machine: Tp7, *told: Answer | NoAnswer) -> Callable[[HttpQuestion], Answer | NoAnswer]:
    """These answers in turn, the last one forever; those below 500 are in the balancer's log."""
    left = list(told)

    def site(question: HttpQuestion) -> Answer | NoAnswer:
        machine.requests.append(question.path)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Answer) and answer.status < 500 and machine.lb.log is not None:
            machine.lb.log += question.path.encode()
        return answer

    return site


def test_a_balancer_that_answers_by_itself_or_for_others_answers() -> None:
    machine = Tp7()
    machine.balancer().to_answer()
    assert len(machine.requests) == 1


@pytest.mark.parametrize("first", [Answer(503), Answer(500), NoAnswer("timeout")])
def test_one_request_of_as_many_as_there_are_replicas_must_be_answered(first: Answer | NoAnswer) -> None:
    machine = Tp7()
    is_error = isinstance(first, Answer)  # then `/` is asked for, too
    machine.sites[8080] = in_order(machine, *[first] * (4 if is_error else 2), Answer(200))
    machine.balancer().to_answer()
    assert len(machine.requests) == (5 if is_error else 3)
    failing = Tp7()
    failing.sites[8080] = in_order(failing, *[first] * 6, Answer(200))  # without an answer, all is asked twice
    with fails_with("site-silent" if isinstance(first, NoAnswer) else "lb-finds-nobody"):
        failing.balancer().to_answer()


def test_what_is_no_matter_of_one_replica_is_told_at_once() -> None:
    machine = Tp7()
    machine.sites[8080] = in_order(machine, NoAnswer("not-http"), Answer(200))
    with fails_with("site-not-http"):
        machine.balancer().to_answer()
    assert len(machine.requests) == 1


def test_an_error_of_its_own_means_that_it_finds_nobody() -> None:
    machine = Tp7()
    machine.lb.log = b"a\nb\nc\nd\n"
    machine.sites[8080] = Answer(503)
    with fails_with("lb-finds-nobody", name="tp7-lb-1", status=503) as found:
        machine.balancer().to_answer()
    assert found[0].evidence == ("b", "c", "d")


@pytest.mark.parametrize(
    ("listens", "code", "inside"),
    [
        (("127.0.0.1:80", "127.0.0.1:81"), "listens-on-loopback-inside", 80),
        ((), "nothing-listens-inside", ""),
        (("127.0.0.1:80", "0.0.0.0:81"), "lb-finds-nobody", None),
        (None, "lb-finds-nobody", None),
    ],
)
def test_a_replica_that_cannot_be_reached_is_why(listens: tuple[str, ...] | None, code: str, inside: object) -> None:
    machine = Tp7(replica(1), replica(2, listens=listens), replica(3))
    machine.sites[8080] = Answer(502)
    with fails_with(code, **({"name": "tp7-web-2", "inside": inside} if inside is not None else {"name": "tp7-lb-1"})):
        machine.balancer().to_answer()


def test_a_keeper_without_a_log_shows_none() -> None:
    machine = Tp7()
    machine.lb.log = None
    fact = require_running(machine.machine().container("lb"))
    mistake = diagnose_no_backend(machine.machine(), fact, (), 503)
    assert (mistake.code, mistake.evidence) == ("lb-finds-nobody", ())


def test_a_balancer_that_has_just_started_is_waited_for() -> None:
    lb = fake_container("tp7-lb-1", labels=compose_labels("lb", "tp7"), ports={"80/tcp": "8080"}, up_s=1)
    machine = Tp7(lb=lb)
    good = machine.sites[8080]
    machine.sites[8080] = NoAnswer("refused")
    machine.schedule(3, lambda: machine.sites.update({8080: good}))
    machine.balancer(within_s=10).to_answer()
    assert machine.total_wait_s >= 3


# --- each replica ----------------------------------------------------------------------------------------------------


def test_each_replica_has_the_word_in_its_log_after_a_round_of_twelve() -> None:
    machine = Tp7()
    machine.balancer().to_reach_every_replica()
    assert machine.requests == ["/?.grader-nonce-balanced"] * 12 + ["/"]
    assert {one.within_s for one in machine.questions if isinstance(one, HttpQuestion)} == {5}
    assert machine.total_wait_s == 0


def test_replicas_that_answer_with_nothing_but_errors_show_no_page() -> None:
    """A page that does not exist is a 404, so that its absence proves little."""
    machine = Tp7()
    for missing in (503, 404):
        machine.page_status, machine.missing_status = 503, missing
        machine.requests.clear()
        with fails_with("site-error", status=503):
            machine.balancer().to_reach_every_replica()
        assert machine.requests[12:] == ["/"] * 3
    machine.page_status = 404
    machine.balancer().to_reach_every_replica()


def test_a_page_that_one_replica_shows_is_shown() -> None:
    machine = Tp7()
    machine.missing_status = 404
    statuses = iter([503, 503, 200])
    in_turn = machine.sites[8080]
    assert callable(in_turn)

    def site(question: HttpQuestion) -> Answer | NoAnswer:
        return Answer(next(statuses)) if question.path == "/" else in_turn(question)

    machine.sites[8080] = site
    machine.balancer().to_reach_every_replica()
    assert list(statuses) == []


def test_a_page_that_does_not_exist_may_be_an_error_if_the_page_itself_is_none() -> None:
    """Such as with `error_page 404 =502` in nginx, or replicas that know `/` alone."""
    machine = Tp7()
    machine.missing_status = 502
    machine.balancer().to_answer()
    machine.balancer().to_reach_every_replica()
    machine.requests.clear()
    machine.balancer().to_lose_no_request_when_a_replica_dies()
    assert machine.requests == ["/?.grader-alive"] + ["/"] * 80
    machine.served = machine.replicas[:2]
    with fails_with("lb-reaches-some", missed="tp7-web-3"):
        machine.balancer().to_reach_every_replica()
    machine.served, machine.page_status = machine.replicas, 503
    with fails_with("lb-finds-nobody", status=502):
        machine.balancer().to_answer()


def test_a_log_line_that_comes_a_little_later_is_waited_for() -> None:
    machine = Tp7()
    machine.logs = False

    def log_it() -> None:
        for one in machine.replicas:
            one.log = b".grader-nonce-balanced"

    machine.schedule(0.4, log_it)
    machine.balancer().to_reach_every_replica()
    assert machine.total_wait_s == pytest.approx(0.4)
    assert len(machine.requests) == 13


def test_a_replica_that_is_left_out_is_named_after_five_rounds() -> None:
    machine = Tp7()
    machine.served = machine.replicas[:2]
    with fails_with("lb-reaches-some", name="lb", missed="tp7-web-3", reached=2, wanted=3):
        machine.balancer().to_reach_every_replica()
    assert [len(one) for one in machine.requests[:13]] == [len("/?.grader-nonce-balanced")] * 12 + [4025]
    assert len(machine.requests) == 60


def test_no_replica_reached_means_that_it_answers_by_itself() -> None:
    machine = Tp7()
    machine.served = []
    with fails_with("lb-answers-by-itself", name="lb", reached=0, wanted=3):
        machine.balancer().to_reach_every_replica()


def test_two_that_run_are_not_the_three_to_be_reached() -> None:
    machine = Tp7(replica(1), replica(2), replica(3, state="exited", exit_code=1))
    machine.served = machine.replicas[:2]
    with fails_with("replicas-too-few", service="web", seen="2", wanted="3", names="tp7-web-1, tp7-web-2"):
        machine.balancer().to_reach_every_replica()
    assert not machine.requests


def quiet(received: int | None = 0, log: bytes | None = b"") -> Tp7:
    """Replicas that log nothing."""
    machine = Tp7(*(replica(number, received=received, log=log) for number in (1, 2, 3)))
    machine.logs = False
    return machine


def test_replicas_that_log_nothing_are_known_by_what_they_receive() -> None:
    machine = quiet()
    machine.balancer().to_reach_every_replica()
    assert len(machine.requests) == 25, "a short round, one that is long enough to be counted, and the page"


@pytest.mark.parametrize(("received", "is_enough"), [(7_999, False), (8_000, True)])
def test_two_long_requests_at_least_must_have_come(received: int, *, is_enough: bool) -> None:
    machine = quiet()
    machine.served = machine.replicas[:2]
    third = machine.replicas[2]

    def trickle(question: HttpQuestion) -> Answer | NoAnswer:
        if len(machine.requests) == 20 and third.received is not None:
            third.received += received
        return machine._in_turn(question)

    machine.sites[8080] = trickle
    if is_enough:
        machine.balancer().to_reach_every_replica()
    else:
        with fails_with("lb-reaches-some", missed="tp7-web-3"):
            machine.balancer().to_reach_every_replica()


def test_a_replica_that_cannot_be_seen_is_no_failure() -> None:
    machine = quiet(received=None, log=None)
    with raises_probe_failed("no-proof", name="tp7-web-1"):
        machine.balancer().to_reach_every_replica()


def test_replicas_that_log_nothing_where_nothing_is_counted_may_have_been_reached() -> None:
    machine = quiet(received=None)
    with raises_probe_failed("no-proof", name="tp7-web-1"):
        machine.balancer().to_reach_every_replica()


def test_a_replica_that_can_be_seen_and_gets_nothing_is_one() -> None:
    machine = quiet(received=None, log=b"started\n")
    with fails_with("lb-answers-by-itself"):
        machine.balancer().to_reach_every_replica()


def test_of_three_replicas_the_one_that_cannot_be_seen_is_named() -> None:
    machine = Tp7(replica(1), replica(2), replica(3, log=None, received=None))
    machine.served = machine.replicas[:2]
    with raises_probe_failed("no-proof", name="tp7-web-3"):
        machine.balancer().to_reach_every_replica()


def test_after_three_requests_without_an_answer_a_round_is_over() -> None:
    machine = Tp7()
    machine.sites[8080] = in_order(machine, NoAnswer("timeout"))
    with fails_with("lb-answers-by-itself"):
        machine.balancer().to_reach_every_replica()
    assert len(machine.requests) == 15


def test_two_requests_without_an_answer_end_no_round() -> None:
    machine = Tp7()
    machine.sites[8080] = in_order(machine, NoAnswer("timeout"), NoAnswer("timeout"), Answer(200))
    with fails_with("lb-answers-by-itself"):
        machine.balancer().to_reach_every_replica()
    assert len(machine.requests) == 60


@pytest.mark.parametrize("young", ["lb", "web"])
def test_what_has_just_started_may_be_reached_yet(young: str) -> None:
    lb = fake_container(
        "tp7-lb-1", labels=compose_labels("lb", "tp7"), ports={"80/tcp": "8080"}, up_s=1 if young == "lb" else 60
    )
    machine = Tp7(replica(1), replica(2), replica(3, up_s=1 if young == "web" else 60), lb=lb)
    machine.served = machine.replicas[:2]
    machine.schedule(5, lambda: machine.served.append(machine.replicas[2]))
    machine.balancer(within_s=20).to_reach_every_replica()


def test_what_has_settled_is_not_waited_for() -> None:
    machine = Tp7()
    machine.served = []
    with fails_with("lb-answers-by-itself"):
        machine.balancer(within_s=20).to_reach_every_replica()
    assert len(machine.requests) == 120, "it is looked at twice"


# --- a replica dies --------------------------------------------------------------------------------------------------


def test_the_last_replica_is_killed_and_started_again() -> None:
    machine = Tp7()
    machine.sites[8080] = in_order(machine, Answer(200), NoAnswer("timeout"), Answer(200))
    machine.balancer().to_lose_no_request_when_a_replica_dies()
    assert machine.changes_requested() == ["POST /containers/tp7-web-3-id/kill", "POST /containers/tp7-web-3-id/start"]
    assert machine.requests == [
        "/?.grader-alive",
        "/?.grader-patient",
        *(f"/?.grader-{number}" for number in range(40)),
    ]


def test_visitors_wait_until_one_of_them_gets_nothing() -> None:
    machine = Tp7()
    machine.sites[8080] = in_order(machine, Answer(200), Answer(200), Answer(499), Answer(500), Answer(200))
    machine.balancer().to_lose_no_request_when_a_replica_dies()
    assert machine.requests.count("/?.grader-patient") == 3
    patient = [one for one in machine.questions if isinstance(one, HttpQuestion) and "patient" in one.path]
    assert {one.within_s for one in patient} == {62}


def test_forty_visitors_are_enough_to_notice() -> None:
    machine = Tp7()
    machine.balancer().to_lose_no_request_when_a_replica_dies()
    assert machine.requests.count("/?.grader-patient") == 40
    assert len(machine.requests) == 81


def test_visitors_who_have_waited_long_enough_together_stop() -> None:
    machine = Tp7()
    seconds = iter([31.0, 31.0, 0.0])

    def slow(question: HttpQuestion) -> Answer:
        machine.requests.append(question.path)
        machine.total_wait_s += next(seconds, 0.0) if "patient" in question.path else 0
        return Answer(200)

    machine.sites[8080] = slow
    machine.balancer().to_lose_no_request_when_a_replica_dies()
    assert machine.requests.count("/?.grader-patient") == 2


def test_a_balancer_has_fifteen_seconds_to_see_that_a_replica_is_dead() -> None:
    machine = Tp7()
    site = in_order(machine, Answer(200))

    def dead_for_a_while(question: HttpQuestion) -> Answer | NoAnswer:
        site(question)
        return Answer(502) if machine.total_wait_s < 10 else Answer(200)

    machine.sites[8080] = dead_for_a_while
    machine.balancer().to_lose_no_request_when_a_replica_dies()
    assert 10 <= machine.total_wait_s <= 11


@pytest.mark.parametrize(
    ("lost", "said"), [(Answer(502), "502"), (Answer(500), "500"), (NoAnswer("timeout"), "timeout")]
)
def test_a_request_that_is_lost_is_told_with_how_many_were_not(lost: Answer | NoAnswer, said: str) -> None:
    machine = Tp7()
    machine.sites[8080] = lambda question: lost if question.path == "/?.grader-7" else Answer(499)
    with fails_with("requests-lost", name="tp7-web-3", said=said, answered=7) as found:
        machine.balancer().to_lose_no_request_when_a_replica_dies()
    assert found[0].evidence == (said,)
    assert round(found[0].waited_s) == 15
    assert machine.changes_requested()[-1] == "POST /containers/tp7-web-3-id/start"
