"""The cause behind a failure: the exercise before, a file that is missing, a change that was not applied."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.failure import CheckFailed
from grader.checks.root_cause import find_root_cause
from grader.machine.question import Answer, NoAnswer
from tests.checks.fake_compose_project import FakeComposeProject
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container
from tests.checks.fake_machine import FakeMachine

TP5: dict[str, Any] = {
    "containers": {"api": {"name": "todos-api"}, "app": {"name": "todos-app"}},
    "earlier": {"exercise": "TP4", "images": ["todos-api-v1", "todos-app-v1"], "host": "MyDocker"},
}
TP6: dict[str, Any] = {
    "containers": {"api": {}, "app": {}},
    "compose": {"project": "todos", "services": {"api": "todos-api", "app": "todos-app"}},
    "earlier": {"exercise": "TP5", "images": ["todos-api-v2"]},
}
TP7: dict[str, Any] = {
    "containers": {"web": {}},
    "compose": {"project": "tp7", "services": {"web": "web"}},
    "earlier": {"exercise": "TP6", "project": "todos"},
}


def api(image: str = "todos-api-v1", hosts: tuple[str, ...] = ("mydocker:host-gateway",), **more: Any) -> FakeContainer:
    return fake_container(more.pop("name", "todos-api"), image=image, host={"ExtraHosts": list(hosts)}, **more)


def code_of(failure: CheckFailed, machine: FakeMachine, **spec: Any) -> str:
    return find_root_cause(machine.as_machine(**spec), failure).code


# --- the exercise before ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["still-add-host", "published-inside", "network-default-bridge", "through-the-machine"]
)
def test_what_the_exercise_before_left_is_told_once(code: str) -> None:
    failure = CheckFailed(code, name="todos-api", evidence=("seen",))
    failure.also = (CheckFailed(code, name="todos-app"),)
    cause = find_root_cause(FakeMachine(api()).as_machine(**TP5), failure)
    assert (cause.code, cause.values, cause.also) == ("exercise-before", {"exercise": "TP4"}, ())
    assert cause.evidence == ("seen",)


@pytest.mark.parametrize(
    "box",
    [
        api("todos-api-v2"),
        api(hosts=()),
        api(hosts=("db:10.0.0.1",)),
        api(name="old-api"),
    ],
    ids=["this one's image", "without the name", "another name", "beside"],
)
def test_what_only_resembles_it_is_not(box: FakeContainer) -> None:
    assert code_of(CheckFailed("still-add-host", name="x"), FakeMachine(box), **TP5) == "still-add-host"


@pytest.mark.parametrize("code", ["container-missing", "container-exited", "container-paused"])
def test_a_container_that_does_not_run_is_another_cause(code: str) -> None:
    assert code_of(CheckFailed(code, name="x"), FakeMachine(api()), **TP5) == code
    other = CheckFailed("container-other-image", name="x")
    assert code_of(other, FakeMachine(api()), **TP5) == "exercise-before"


def test_containers_by_hand_are_those_of_the_exercise_before_compose() -> None:
    failure = CheckFailed("project-not-compose", project="todos", near="todos-api")
    assert code_of(failure, FakeMachine(api("x/todos-api-v2:1")), **TP6) == "exercise-before"
    assert code_of(failure, FakeMachine(api("mine")), **TP6) == "project-not-compose"


def test_a_project_of_the_exercise_before_is_told_only_where_this_one_has_none() -> None:
    before = fake_container("todos-todos-app-1", labels=compose_labels("todos-app"))
    own = fake_container("tp7-web-1", labels=compose_labels("web", "tp7"))
    missing = CheckFailed("project-missing", project="tp7")
    assert code_of(missing, FakeMachine(before), **TP7) == "exercise-before"
    assert code_of(CheckFailed("network-missing", network="x"), FakeMachine(before), **TP7) == "exercise-before"
    assert code_of(missing, FakeMachine(), **TP7) == "project-missing"
    assert (
        code_of(CheckFailed("replicas-too-few", service="web"), FakeMachine(before, own), **TP7) == "replicas-too-few"
    )


# --- a file that is missing ------------------------------------------------------------------------------------------

CONFIGURATION = {"Type": "bind", "Source": "/home/anna/haproxy.cfg", "Destination": "/etc/haproxy.cfg"}


def mounted(**changed: str) -> FakeMachine:
    machine = FakeMachine(fake_container("lb", mounts=(CONFIGURATION | changed,), state="exited", exit_code=1))
    machine.disk["/home/anna/haproxy.cfg"] = b""
    return machine


@pytest.mark.parametrize("code", ["container-exited", "container-created", "container-crash-loop"])
def test_an_empty_folder_in_place_of_a_file_is_why_it_does_not_run(code: str) -> None:
    cause = find_root_cause(mounted().as_machine(), CheckFailed(code, name="lb"))
    assert cause.code == "mounted-file-missing"
    assert cause.values == {"name": "lb", "source": "/home/anna/haproxy.cfg", "inside": "/etc/haproxy.cfg"}


@pytest.mark.parametrize(
    ("changed", "disk"),
    [
        ({}, b"something.cfg"),
        ({}, Answer(404)),
        ({}, NoAnswer("not-at-hand")),
        ({"Destination": "/etc/haproxy"}, b""),
        ({"Type": "volume"}, b""),
        ({"Source": "/home/anna/other.cfg"}, b""),
    ],
    ids=["not empty", "a file", "out of reach", "a folder is meant", "a volume", "another file"],
)
def test_anything_else_is_not(changed: dict[str, str], disk: bytes | Answer | NoAnswer) -> None:
    machine = mounted(**changed)
    machine.disk["/home/anna/haproxy.cfg"] = disk
    assert code_of(CheckFailed("container-exited", name="lb"), machine) == "container-exited"


def test_a_container_that_runs_or_is_gone_is_not_explained_so() -> None:
    assert code_of(CheckFailed("site-silent", name="lb"), mounted()) == "site-silent"
    assert code_of(CheckFailed("container-exited", name="gone"), mounted()) == "container-exited"


# --- a change that was not applied -----------------------------------------------------------------------------------


def test_a_change_that_was_not_applied_is_told_in_its_place_for_each_service() -> None:
    lab = FakeComposeProject()
    lab.services_in_file["app"] |= {"ports": [{"target": 7777, "published": "4002"}]}
    failure = CheckFailed("published-inside", name="todos-api-1")
    failure.also = (CheckFailed("port-other", name="todos-app-1", evidence=("seen",)),)
    cause = find_root_cause(lab.machine(), failure)
    assert [one.code for one in (cause, *cause.also)] == ["published-inside", "compose-file-differs"]


def test_what_cannot_be_seen_explains_nothing() -> None:
    lab = FakeComposeProject()
    lab.compose = {}
    assert find_root_cause(lab.machine(), CheckFailed("port-other", name="todos-app-1")).code == "port-other"
