"""What an engine says of the machine it is on."""

from __future__ import annotations

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.engine_info import DefaultBridge, EngineInfo, read_default_bridge, read_engine_info
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
    assert read_engine_info(scripted_machine(link)).hostname == "salle-12"
    assert link.question_keys == ["/info"]


def test_an_engine_that_does_not_say_it_has_none() -> None:
    assert read_engine_info(scripted_machine({"/info": {}})) == EngineInfo("", "", has_selinux=False, is_a_snap=False)


@pytest.mark.parametrize(
    ("told", "processor"),
    [("x86_64", "amd64"), ("aarch64", "arm64"), ("armv7l", "arm"), ("amd64", "amd64"), ("riscv64", "riscv64")],
)
def test_its_processor_has_the_name_that_images_give_it(told: str, processor: str) -> None:
    assert read_engine_info(scripted_machine({"/info": {"Architecture": told}})).processor == processor


@pytest.mark.parametrize(
    ("options", "has_selinux"),
    [
        (["name=seccomp,profile=builtin", "name=selinux"], True),
        (["name=selinux", "name=rootless"], True),
        (["name=apparmor", "name=seccomp,profile=default"], False),
        ([], False),
        (None, False),
    ],
)
def test_selinux_is_one_of_its_security_options(options: list[str] | None, *, has_selinux: bool) -> None:
    told = {"SecurityOptions": options}
    assert read_engine_info(scripted_machine({"/info": told})).has_selinux is has_selinux


@pytest.mark.parametrize(
    ("folder", "is_a_snap"),
    [
        ("/var/snap/docker/common/var-lib-docker", True),
        ("/var/snap/docker", True),
        ("/var/lib/docker", False),
        ("/var/snap/docker-ce/x", False),
        ("", False),
    ],
)
def test_a_snap_keeps_its_data_where_snaps_do(folder: str, *, is_a_snap: bool) -> None:
    assert read_engine_info(scripted_machine({"/info": {"DockerRootDir": folder}})).is_a_snap is is_a_snap


@pytest.mark.parametrize(("answer", "code"), [*MALFORMED_ANSWERS, (Answer(404), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert (
        assert_probe_failed(code, lambda: read_engine_info(scripted_machine({"/info": answer}))).values["asked"]
        == "docker info"
    )


@pytest.mark.parametrize("name", [None, 7, ["x"], {}])
def test_a_name_that_is_none_is_refused(name: object) -> None:
    assert_probe_failed("answer-garbled", lambda: read_engine_info(scripted_machine({"/info": {"Name": name}})))


@many_examples
@given(answers_like(GOOD))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: read_engine_info(scripted_machine({"/info": answer})))


# Recorded from Docker 28.5 and Podman 5.8.
ROOTLESS_DOCKER = ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"]
ROOTLESS_PODMAN = ["name=seccomp,profile=default", "name=rootless"]
REMAPPED = ["name=seccomp,profile=builtin", "name=userns"]


@pytest.mark.parametrize(
    ("options", "is_rootless", "remaps_users"),
    [
        (ROOTLESS_DOCKER, True, False),
        (ROOTLESS_PODMAN, True, False),
        (REMAPPED, False, True),
        (["name=seccomp,profile=rootless"], False, False),
        (None, False, False),
    ],
)
def test_an_engine_says_whose_its_containers_are(
    options: list[str] | None, *, is_rootless: bool, remaps_users: bool
) -> None:
    info = read_engine_info(scripted_machine({"/info": {"SecurityOptions": options}}))
    assert (info.is_rootless, info.remaps_users) == (is_rootless, remaps_users)


# Recorded from Podman 4.3, as an ordinary user on hybrid cgroups.
OLD_ROOTLESS_PODMAN = {"CgroupDriver": "cgroupfs", "CgroupVersion": "1", "Rootless": True}


@pytest.mark.parametrize(
    ("info", "discards_limits"),
    [
        (OLD_ROOTLESS_PODMAN, True),
        (OLD_ROOTLESS_PODMAN | {"CgroupVersion": "2"}, False),
        (OLD_ROOTLESS_PODMAN | {"Rootless": False}, False),
        ({"CgroupDriver": "none", "CgroupVersion": "2", "SecurityOptions": ROOTLESS_DOCKER}, True),
        ({"CgroupDriver": "systemd", "CgroupVersion": "2", "SecurityOptions": ROOTLESS_DOCKER}, False),
    ],
)
def test_an_engine_says_whether_it_ignores_limits(info: dict[str, object], *, discards_limits: bool) -> None:
    assert read_engine_info(scripted_machine({"/info": info})).discards_limits is discards_limits


def test_podman_says_in_its_own_way_that_it_is_rootless() -> None:
    assert read_engine_info(scripted_machine({"/info": OLD_ROOTLESS_PODMAN})).is_rootless


def test_an_engine_says_whether_containers_outlive_it() -> None:
    assert read_engine_info(scripted_machine({"/info": {"LiveRestoreEnabled": True}})).restores_live


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
