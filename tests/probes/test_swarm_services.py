"""What an engine tells of its swarm, read: answers of Docker 20.10, shortened."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.errors import ProbeFailed
from grader.machine.question import Answer
from grader.probes.swarm import SwarmFact, parse_info
from grader.probes.swarm_ports import ServicePort
from grader.probes.swarm_services import parse_services
from grader.probes.swarm_tasks import parse_tasks

NOW = 1_800_000_000.0
"""2027-01-15 08:00 UTC."""


def answer(body: object) -> Answer:
    return Answer(body=json.dumps(body).encode(), at=NOW)


def service(**spec: Any) -> dict[str, Any]:
    template = {"ContainerSpec": {"Image": "nginx:latest"}, "Networks": [{"Target": "eyoh0aj0"}]}
    whole = {"Name": "web", "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": 3}}} | spec
    return {"ID": "tecpqv22", "Spec": whole, "Endpoint": {"Spec": {"Mode": "vip"}}}


def task(slot: int, state: str, **status: Any) -> dict[str, Any]:
    told = {"Timestamp": "2027-01-15T07:59:30.312069121Z", "State": state, "PortStatus": {}} | status
    wanted = "running" if state in {"running", "pending"} else "shutdown"
    return {"ID": f"{slot}-{state}", "Slot": slot, "Status": told, "DesiredState": wanted}


@pytest.mark.parametrize(
    ("told", "fact"),
    [
        (
            {"Swarm": {"LocalNodeState": "active", "ControlAvailable": True}},
            SwarmFact("active", is_manager=True, error=""),
        ),
        (
            {"Swarm": {"LocalNodeState": "active", "ControlAvailable": False}},
            SwarmFact("active", is_manager=False, error=""),
        ),
        (
            {"Swarm": {"LocalNodeState": "locked", "Error": "encrypted"}},
            SwarmFact("locked", is_manager=False, error="encrypted"),
        ),
        (
            {"Swarm": {"LocalNodeState": "inactive", "RemoteManagers": None}},
            SwarmFact("inactive", is_manager=False, error=""),
        ),
        ({"Swarm": None}, SwarmFact("inactive", is_manager=False, error="")),
        ({}, SwarmFact("inactive", is_manager=False, error="")),
    ],
)
def test_the_place_in_the_swarm_is_read(told: dict[str, Any], fact: SwarmFact) -> None:
    assert parse_info(answer(told)) == fact


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
    assert (stacked.written, other.written) == ("web", "tp8_web")


def test_networks_are_read_where_older_engines_have_them() -> None:
    raw = service(TaskTemplate={"ContainerSpec": {"Image": "nginx"}}, Networks=[{"Target": "old"}])
    assert parse_services(answer([raw]))[0].networks == ("old",)


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


@pytest.mark.parametrize("body", [b"{}", b'[{"ID": 7}]', b"[" * 100_000, b"\xff"])
def test_what_is_no_list_of_services_is_our_failure_to_look(body: bytes) -> None:
    with pytest.raises(ProbeFailed, match="answer-garbled"):
        parse_services(Answer(body=body, at=NOW))


def test_an_engine_that_is_no_manager_is_our_failure_to_look() -> None:
    with pytest.raises(ProbeFailed, match="answer-unexpected"):
        parse_services(Answer(503, b'{"message":"This node is not a swarm manager."}', at=NOW))
