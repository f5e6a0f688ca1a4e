"""A mistake that is corrected in the compose file, while what runs is as it was."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.compose.unapplied import find_unapplied_change
from grader.checks.failure import CheckFailed
from grader.machine.question import NoAnswer
from tests.checks.fake_compose_project import SPEC, FakeComposeProject
from tests.checks.fake_engine_json import compose_labels, fake_container


def cause_of(code: str, lab: FakeComposeProject, **values: Any) -> dict[str, str] | None:
    found = find_unapplied_change(lab.machine(), CheckFailed(code, **values))
    assert found is None or found.code == "compose-file-differs"
    return found.values if found else None


def corrected(service: str, **written: Any) -> FakeComposeProject:
    """The file says this of the service, which runs without."""
    lab = FakeComposeProject()
    lab.services_in_file[service] |= written
    return lab


PORTS = {"ports": [{"target": 7777, "published": "4002"}]}
VOLUMES = {"volumes": [{"type": "bind", "source": "/home/anna/x", "target": "/x"}]}


@pytest.mark.parametrize(
    ("code", "written", "what"),
    [
        ("port-not-published", PORTS, "ports"),
        ("port-other", PORTS, "ports"),
        ("published-inside", PORTS, "ports"),
        ("outside-your-ports", PORTS, "ports"),
        ("network-not-joined", {"networks": {"front": None}}, "networks"),
        ("network-default-bridge", {"networks": {"front": None}}, "networks"),
        ("mount-missing", VOLUMES, "volumes"),
        ("named-volume-not-bind", VOLUMES, "volumes"),
        ("asks-itself", {"environment": {"API_URL": "api:8082"}}, "environment: API_URL"),
        ("looks-elsewhere", {"environment": {"API_URL": "api:8082"}}, "environment: API_URL"),
    ],
)
def test_a_change_that_can_repair_it_is_the_cause(code: str, written: dict[str, Any], what: str) -> None:
    values = cause_of(code, corrected("app", **written), name="todos-app-1")
    assert values
    assert (values["service"], values["what"]) == ("app", what)


@pytest.mark.parametrize(
    ("code", "service", "written"),
    [
        ("port-other", "app", VOLUMES),
        ("port-other", "api", PORTS),
        ("port-other", "app", {}),
        ("container-exited", "app", PORTS),
        ("container-exited", "app", {"command": ["x"]}),
        ("site-silent", "app", PORTS),
    ],
    ids=["another key", "another service", "the file has it too", "a program", "its command", "a site"],
)
def test_a_change_that_cannot_is_not(code: str, service: str, written: dict[str, Any]) -> None:
    assert cause_of(code, corrected(service, **written), name="todos-app-1") is None


def test_without_a_container_in_the_failure_every_service_may_have_changed() -> None:
    lab = corrected("app", networks={"front": None})
    lab.services_in_file["api"] |= {"networks": {"front": None}}
    found = find_unapplied_change(lab.machine(), CheckFailed("networks-do-not-meet", places="x"))
    assert found
    assert [one.values["service"] for one in (found, *found.also)] == ["api", "app"]


@pytest.mark.parametrize(("in_file", "is_renamed"), [(("app",), True), (("app", "front"), False), (("front",), False)])
def test_a_name_that_is_right_in_the_file_alone_was_corrected(in_file: tuple[str, ...], *, is_renamed: bool) -> None:
    lab = FakeComposeProject()
    lab.app.raw["Config"]["Labels"]["com.docker.compose.service"] = "front"
    del lab.services_in_file["app"]
    lab.services_in_file |= {key: {"image": "todos-app"} for key in in_file}
    values = cause_of("service-other-name", lab, service="app", near="front", project="todos")
    expected = {"service": "app", "what": "services", "file": "app", "running": "-"}
    assert values == (expected if is_renamed else None)


@pytest.mark.parametrize(
    ("written", "is_in_file"),
    [
        ({"deploy": {"replicas": 3}}, True),
        ({"scale": 3}, True),
        ({"deploy": {"replicas": 2}, "scale": 3}, False),
        ({"deploy": {}}, False),
        ({}, False),
    ],
)
def test_a_number_of_replicas_that_is_right_in_the_file_was_corrected(
    written: dict[str, Any], *, is_in_file: bool
) -> None:
    values = cause_of("replicas-too-few", corrected("api", **written), service="api", seen=1, wanted=3, names="x")
    assert values == ({"service": "api", "what": "scale", "file": "3", "running": "1"} if is_in_file else None)


@pytest.mark.parametrize(("written", "is_gone"), [({}, True), ({"container_name": "my"}, False)])
def test_a_name_of_a_container_that_is_gone_from_the_file_was_corrected(
    written: dict[str, Any], *, is_gone: bool
) -> None:
    values = cause_of("container-name-blocks-scaling", corrected("api", **written), service="api", name="my")
    assert values == ({"service": "api", "what": "container_name", "file": "-", "running": "my"} if is_gone else None)


def test_of_several_replicas_any_is_its_service() -> None:
    lab = corrected("app", **PORTS)
    lab.fake_containers.append(fake_container("todos-app-2", labels=compose_labels("app", number=2)))
    assert cause_of("published-inside", lab, name="todos-app-2")


def test_a_file_that_cannot_be_read_or_is_refused_explains_nothing() -> None:
    lab = corrected("app", **PORTS)
    lab.config_error = b"no"
    assert cause_of("port-other", lab, name="todos-app-1") is None
    lab.config_error = b""
    for box in lab.fake_containers:
        del box.raw["Config"]["Labels"]["com.docker.compose.project.working_dir"]
    assert cause_of("port-other", lab, name="todos-app-1") is None


def test_only_exercises_about_compose_have_a_file() -> None:
    lab = corrected("app", **PORTS)
    lab.compose = {"config": NoAnswer("not-at-hand")}
    machine = lab.as_machine(ports=SPEC["ports"], containers={"app": {"name": "app"}})
    assert find_unapplied_change(machine, CheckFailed("port-other", name="todos-app-1")) is None
