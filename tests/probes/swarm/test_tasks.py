"""Tasks of a service: answers of Docker 20.10 and later, shortened."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from grader.errors import ProbeFailed
from grader.machine.question import Answer, EngineQuestion
from grader.probes.swarm.ports import ServicePort
from grader.probes.swarm.services import ServiceFact
from grader.probes.swarm.tasks import TaskFact, list_tasks, parse_tasks
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import NOW, ScriptedAnswers, scripted_machine


def answer(body: object) -> Answer:
    return Answer(body=json.dumps(body).encode(), at=NOW)


def task(slot: int, state: str, **status: Any) -> dict[str, Any]:
    told = {"Timestamp": "2027-01-15T07:59:30.312069121Z", "State": state, "PortStatus": {}} | status
    wanted = "running" if state in {"running", "pending"} else "shutdown"
    return {"ID": f"{slot}-{state}", "Slot": slot, "Status": told, "DesiredState": wanted}


def test_tasks_are_read_in_the_order_of_their_slots() -> None:
    held_up = "no suitable node (host-mode port already in use on 1 node)"
    tasks = parse_tasks(
        answer(
            [
                task(2, "pending", Err=held_up),
                task(1, "failed", Err="task: non-zero exit (1)", Timestamp="2027-01-15T07:59:10Z"),
                task(1, "running", ContainerStatus={"ContainerID": "f2c5", "PID": 5831, "ExitCode": 0}),
            ]
        )
    )
    assert [(one.slot, one.state) for one in tasks] == [(1, "running"), (1, "failed"), (2, "pending")]
    assert tasks[0].is_running
    assert tasks[0].container_id == "f2c5"
    assert tasks[0].since_s == pytest.approx(29.7, abs=0.1)
    assert tasks[1].has_failed
    assert tasks[1].error == "task: non-zero exit (1)"
    assert tasks[2].error == held_up
    assert not tasks[2].is_starting, "it waits for what does not come by itself"


def test_a_task_says_the_ports_that_the_engine_chose_for_it() -> None:
    port = {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 32770, "PublishMode": "host"}
    (one,) = parse_tasks(answer([task(1, "running", PortStatus={"Ports": [port]})]))
    assert one.ports == (ServicePort(80, 32770, "tcp", "host"),)


def test_tasks_without_the_time_are_not_judged() -> None:
    with pytest.raises(ProbeFailed, match="no-clock"):
        parse_tasks(Answer(body=b"[]"))


def one(state: str, wanted: str = "running", **status: Any) -> TaskFact:
    (fact,) = parse_tasks(answer([task(1, state, **status) | {"DesiredState": wanted}]))
    return fact


ON_THE_WAY = ["new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting"]


@pytest.mark.parametrize("state", ON_THE_WAY)
@pytest.mark.parametrize("wanted", ["running", "ready"])
def test_one_on_its_way_is_starting_or_held_up_by_what_it_says(state: str, wanted: str) -> None:
    free, held = one(state, wanted), one(state, wanted, Err="no suitable node")
    assert (free.is_starting, free.is_waiting, free.is_running, free.has_failed) == (True, False, False, False)
    assert (held.is_starting, held.is_waiting) == (False, True)


@pytest.mark.parametrize("state", [*ON_THE_WAY, "running"])
def test_one_that_is_to_be_shut_down_is_none_of_these(state: str) -> None:
    fact = one(state, "shutdown", Err="x")
    assert (fact.is_running, fact.is_starting, fact.is_waiting, fact.has_failed) == (False, False, False, False)


@pytest.mark.parametrize("state", ["complete", "shutdown", "orphaned", "remove", "", "x"])
def test_one_that_is_past_is_not_on_its_way(state: str) -> None:
    fact = one(state)
    assert (fact.is_running, fact.is_starting, fact.is_waiting, fact.has_failed) == (False, False, False, False)


@pytest.mark.parametrize("state", ["failed", "rejected"])
def test_one_that_failed_says_so_whatever_is_wanted(state: str) -> None:
    assert one(state).has_failed
    assert one(state, "shutdown").has_failed


@pytest.mark.parametrize(
    ("timestamp", "since_s"),
    [
        ("2027-01-15T07:59:00Z", 60.0),
        ("2027-01-15T08:00:09Z", 0.0),
        ("", 0.0),
        ("0001-01-01T00:00:00Z", 0.0),
        ("nonsense", 0.0),
    ],
)
def test_how_long_is_by_the_machines_clock(timestamp: str, since_s: float) -> None:
    assert one("running", Timestamp=timestamp).since_s == since_s


def test_of_one_slot_the_newest_comes_first() -> None:
    told = [task(1, "failed", Timestamp=f"2027-01-15T07:5{minute}:00Z") | {"ID": str(minute)} for minute in (1, 9, 5)]
    assert [fact.id for fact in parse_tasks(answer(told))] == ["9", "5", "1"]


def test_what_a_task_says_is_made_visible() -> None:
    fact = one("failed", Err="no \x1b[31m", Message="start\u202eed")
    assert (fact.error, fact.message) == ("no \\x1b[31m", "start\\u202eed")


def test_the_least_that_an_engine_may_say_is_enough() -> None:
    (fact,) = parse_tasks(answer([{"ID": "x", "Status": {}}]))
    assert fact == TaskFact("x", 0, "", "", "", "", 0.0, "", ())
    (fact,) = parse_tasks(answer([{"ID": "x", "Status": {"ContainerStatus": None, "PortStatus": None}}]))
    assert (fact.container_id, fact.ports) == ("", ())


def test_those_of_the_service_are_asked_for_by_its_id() -> None:
    link = ScriptedAnswers({"/tasks?*": [task(1, "running")]})
    service = ServiceFact("tecpqv22", "web", "nginx", 3, (), (), {})
    assert [fact.slot for fact in list_tasks(scripted_machine(link), service)] == [1]
    assert link.questions == [EngineQuestion("/tasks", (("filters", '{"service": ["tecpqv22"]}'),))]


@pytest.mark.parametrize(("told", "code"), [*MALFORMED_ANSWERS, (Answer(503, at=NOW), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(told: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: parse_tasks(told)).values["asked"] == "GET /tasks"


@pytest.mark.parametrize(
    "more",
    [{"ID": None}, {"Slot": "x"}, {"Slot": 2**63}, {"Status": None}, {"Status": {"State": None}},
     {"Status": {"Err": 1}}, {"Status": {"PortStatus": {"Ports": [{"TargetPort": "x"}]}}}, {"DesiredState": []}],
)  # fmt: skip
def test_other_types_are_refused(more: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: parse_tasks(answer([task(1, "running") | more])))


@many_examples
@given(answers_like([task(1, "running", ContainerStatus={"ContainerID": "x"}), task(2, "failed", Err="x")]))
def test_any_answer_is_facts_or_a_refusal(told: Answer) -> None:
    assert_fact_or_probe_failed(
        lambda: [
            (fact, fact.is_running, fact.is_starting, fact.is_waiting, fact.has_failed) for fact in parse_tasks(told)
        ]
    )
