"""Services of a swarm, and which one is meant: answers of Docker 20.10 and later, shortened."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from grader.errors import ProbeFailed
from grader.machine.question import Answer
from grader.probes.swarm.ports import ServicePort
from grader.probes.swarm.services import NoService, ServiceFact, find_service, parse_services
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import NOW, ScriptedAnswers, exercise_spec, scripted_machine

TABLES: dict[str, Any] = {
    "services": {"web": {"name": "web", "replicas": 3}},
    "ports": {"web": {"port": 4000, "offset": 0}},
}
SPEC = exercise_spec(**TABLES)


def answer(body: object) -> Answer:
    return Answer(body=json.dumps(body).encode(), at=NOW)


def service(**spec: Any) -> dict[str, Any]:
    template = {"ContainerSpec": {"Image": "nginx:latest"}, "Networks": [{"Target": "eyoh0aj0"}]}
    whole = {"Name": "web", "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": 3}}} | spec
    return {"ID": "tecpqv22", "Spec": whole, "Endpoint": {"Spec": {"Mode": "vip"}}}


def test_a_service_is_read_with_its_replicas_networks_and_ports() -> None:
    raw = service()
    raw["Endpoint"]["Ports"] = [
        {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 4000, "PublishMode": "ingress"},
        {"Protocol": "tcp", "TargetPort": 81, "PublishMode": "host"},
    ]
    (fact,) = parse_services(answer([raw]))
    assert (fact.name, fact.replicas, fact.networks) == ("web", 3, ("eyoh0aj0",))
    assert fact.ports == (ServicePort(80, 4000, "tcp", "ingress"), ServicePort(81, None, "tcp", "host"))
    assert [str(port) for port in fact.ports] == ["4000->80/tcp", "?->81/tcp"]


def test_a_service_scaled_to_nothing_is_not_a_global_one() -> None:
    stopped, everywhere = parse_services(
        answer([service(Mode={"Replicated": {"Replicas": 0}}), service(Mode={"Global": {}})])
    )
    assert (stopped.replicas, everywhere.replicas) == (0, None)


def test_a_service_of_a_stack_is_known_by_its_name_in_the_file() -> None:
    stacked, other = parse_services(
        answer([service(Name="tp8_web", Labels={"com.docker.stack.namespace": "tp8"}), service(Name="tp8_web")])
    )
    assert (stacked.name_in_file, other.name_in_file) == ("web", "tp8_web")


def test_networks_are_read_where_older_engines_have_them() -> None:
    raw = service(TaskTemplate={"ContainerSpec": {"Image": "nginx"}}, Networks=[{"Target": "old"}])
    assert parse_services(answer([raw]))[0].networks == ("old",)


@pytest.mark.parametrize("body", [b"{}", b'[{"ID": 7}]', b"[" * 100_000, b"\xff"])
def test_what_is_no_list_of_services_is_our_failure_to_look(body: bytes) -> None:
    with pytest.raises(ProbeFailed, match="answer-garbled"):
        parse_services(Answer(body=body, at=NOW))


def test_an_engine_that_is_no_manager_is_our_failure_to_look() -> None:
    with pytest.raises(ProbeFailed, match="answer-unexpected"):
        parse_services(Answer(503, b'{"message":"This node is not a swarm manager."}', at=NOW))


def stacked(name: str, stack: str = "tp8") -> dict[str, Any]:
    return service(Name=name, Labels={"com.docker.stack.namespace": stack})


def found(*services: dict[str, Any]) -> ServiceFact | NoService:
    return find_service(scripted_machine({"/services": list(services)}, SPEC).service("web"))


def name_of(fact: ServiceFact | NoService) -> str:
    assert isinstance(fact, ServiceFact)
    return fact.name


def test_the_one_of_that_very_name_is_meant_before_one_of_a_stack() -> None:
    assert name_of(found(stacked("tp8_web"), service(Name="web2"), service())) == "web"
    assert name_of(found(service(Name="web2"), stacked("tp8_web"))) == "tp8_web"


def test_they_are_asked_for_at_once() -> None:
    link = ScriptedAnswers({"/services": [service()]})
    find_service(scripted_machine(link, SPEC).service("web"))
    assert link.question_keys == ["/services"]


@pytest.mark.parametrize(("near", "meant"), [("webs", "webs"), ("WEB", "WEB"), ("wbe", "wbe"), ("we", "we")])
def test_almost_the_name_may_be_meant(near: str, meant: str) -> None:
    assert found(service(Name="other"), service(Name=near)) == NoService(meant, is_misspelt=True)


def test_almost_the_name_in_a_stack_may_be_meant() -> None:
    assert found(stacked("tp8_webs")) == NoService("tp8_webs", is_misspelt=True)


ONE: dict[str, Any] = {"Mode": {"Replicated": {"Replicas": 1}}}


@pytest.mark.parametrize("far", ["redis", "webserver", "x"])
def test_another_name_is_not(far: str) -> None:
    assert found(service(Name=far, **ONE)) == NoService()
    assert found(service(Name=far), service(Name="y")) == NoService()
    assert found() == NoService()


def test_the_only_one_may_be_meant_if_it_is_scaled_or_published_as_the_exercise_asks() -> None:
    assert found(service(Name="site")) == NoService("site")
    published = service(Name="site", **ONE) | {"Endpoint": {"Ports": [{"PublishedPort": 4000, "TargetPort": 80}]}}
    assert found(published) == NoService("site")


def test_one_that_may_be_meant_is_judged_if_the_exercise_says_so() -> None:
    machine = scripted_machine({"/services": [service(Name="site")]}, exercise_spec(judge_near_names=True, **TABLES))
    assert name_of(find_service(machine.service("web"))) == "site"
    assert find_service(machine.service("web"), exact=True) == NoService("site")


def test_the_least_that_an_engine_may_say_is_enough() -> None:
    (fact,) = parse_services(answer([{"ID": "x", "Spec": {"Name": "web", "TaskTemplate": {}, "Mode": {}}}]))
    assert fact == ServiceFact("x", "web", "", None, (), (), {})


@pytest.mark.parametrize(
    "spec",
    [
        {"TaskTemplate": {"ContainerSpec": None, "Networks": None}},
        {"Labels": None},
        {"Networks": None},
        {"Mode": {"Replicated": None, "Global": {}}},
    ],
)
def test_nulls_stand_for_nothing(spec: dict[str, Any]) -> None:
    (fact,) = parse_services(answer([service(**spec)]))
    assert fact.name == "web"


def test_a_replicated_service_that_says_no_number_has_none_running() -> None:
    assert parse_services(answer([service(Mode={"Replicated": {}})]))[0].replicas == 0
    assert parse_services(answer([service(Mode={"Replicated": {"Replicas": "3"}})]))[0].replicas == 3


def test_the_networks_of_the_template_come_first() -> None:
    raw = service(Networks=[{"Target": "old"}])
    assert parse_services(answer([raw]))[0].networks == ("eyoh0aj0",)
    assert parse_services(answer([raw]))[0].image == "nginx:latest"


@pytest.mark.parametrize(("told", "code"), MALFORMED_ANSWERS)
def test_what_cannot_be_read_is_refused(told: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: parse_services(told)).values["asked"] == "GET /services"


@pytest.mark.parametrize(
    "spec",
    [{"Name": None}, {"Mode": None}, {"TaskTemplate": None}, {"Labels": {"a": 1}}, {"Networks": {}},
     {"Mode": {"Replicated": {"Replicas": 2**63}}}, {"TaskTemplate": {"ContainerSpec": {"Image": None}}}],
)  # fmt: skip
def test_other_types_are_refused(spec: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: parse_services(answer([service(**spec)])))


@many_examples
@given(answers_like([service(), stacked("tp8_web"), service(Mode={"Global": {}})]))
def test_any_answer_is_a_fact_or_a_refusal(told: Answer) -> None:
    assert_fact_or_probe_failed(lambda: [(one, one.name_in_file) for one in parse_services(told)])
    assert_fact_or_probe_failed(lambda: find_service(scripted_machine({"/services": told}, SPEC).service("web")))
