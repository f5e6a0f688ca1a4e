"""What an engine says of the machine it is on."""

from __future__ import annotations

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.engine_info import (
    DefaultBridge,
    EngineMode,
    read_default_bridge,
    read_engine_mode,
    read_machine_name,
)
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import ScriptedAnswers, scripted_machine

GOOD = {"ID": "d4c1", "Name": "salle-12", "ServerVersion": "26.1.5", "Swarm": None}


def test_the_machine_is_known_by_its_host_name() -> None:
    link = ScriptedAnswers({"/info": GOOD})
    assert read_machine_name(scripted_machine(link)) == "salle-12"
    assert link.question_keys == ["/info"]


def test_an_engine_that_does_not_say_it_has_none() -> None:
    assert read_machine_name(scripted_machine({"/info": {}})) == ""


@pytest.mark.parametrize(("answer", "code"), [*MALFORMED_ANSWERS, (Answer(404), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert (
        assert_probe_failed(code, lambda: read_machine_name(scripted_machine({"/info": answer}))).values["asked"]
        == "docker info"
    )


@pytest.mark.parametrize("name", [None, 7, ["x"], {}])
def test_a_name_that_is_none_is_refused(name: object) -> None:
    assert_probe_failed("answer-garbled", lambda: read_machine_name(scripted_machine({"/info": {"Name": name}})))


@many_examples
@given(answers_like(GOOD))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: read_machine_name(scripted_machine({"/info": answer})))


# Recorded from Docker 28.5 and Podman 5.8.
ROOTLESS_DOCKER = ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"]
ROOTLESS_PODMAN = ["name=seccomp,profile=default", "name=rootless"]
REMAPPED = ["name=seccomp,profile=builtin", "name=userns"]


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        (ROOTLESS_DOCKER, EngineMode(is_rootless=True, remaps_users=False)),
        (ROOTLESS_PODMAN, EngineMode(is_rootless=True, remaps_users=False)),
        (REMAPPED, EngineMode(is_rootless=False, remaps_users=True)),
        (["name=seccomp,profile=rootless"], EngineMode(is_rootless=False, remaps_users=False)),
        (None, EngineMode(is_rootless=False, remaps_users=False)),
    ],
)
def test_an_engine_says_whose_its_containers_are(options: list[str] | None, mode: EngineMode) -> None:
    assert read_engine_mode(scripted_machine({"/info": {"SecurityOptions": options}})) == mode


@pytest.mark.parametrize(
    ("answer", "bridge"),
    [
        (
            {"Name": "bridge", "EnableIPv6": False, "Options": None},
            DefaultBridge(has_ipv6=False, publishing_address=""),
        ),
        (
            {"EnableIPv6": True, "Options": {"com.docker.network.bridge.host_binding_ipv4": "0.0.0.0"}},  # noqa: S104
            DefaultBridge(has_ipv6=True, publishing_address=""),
        ),
        (
            {"Options": {"com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}},
            DefaultBridge(has_ipv6=False, publishing_address="127.0.0.1"),
        ),
        (Answer(404), DefaultBridge(has_ipv6=False, publishing_address="")),
    ],
)
def test_the_default_bridge_says_where_ports_are_published(answer: object, bridge: DefaultBridge) -> None:
    assert read_default_bridge(scripted_machine({"/networks/bridge": answer})) == bridge
