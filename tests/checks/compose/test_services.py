"""Whether a compose project exists and has a service, and what was done instead."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.compose.services import require_project, require_service
from grader.machine.question import Answer, ComposeQuestion, FileQuestion, NoAnswer
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with

SPEC: dict[str, Any] = {
    "containers": {"mongo": {}, "api": {}, "app": {}},
    "compose": {"project": "todos", "services": {"mongo": "todos-mongo", "api": "todos-api", "app": "todos-app"}},
}


def of(service: str, project: str = "todos", **labels: str) -> FakeContainer:
    return fake_container(f"{project}-{service}-1", labels=compose_labels(service, project) | labels)


def service(*boxes: FakeContainer) -> None:
    machine = FakeMachine(*boxes).as_machine(**SPEC)
    require_service(machine.project(), machine.container("api"))


def project(*boxes: FakeContainer) -> None:
    require_project(FakeMachine(*boxes).as_machine(**SPEC).project())


def test_a_service_with_a_container_is_there() -> None:
    service(of("todos-api"))
    service(of("todos-mongo"), of("todos-api"), of("todos-api-1"))


def test_most_of_the_services_make_it_the_project_whatever_its_name() -> None:
    service(of("todos-mongo", "mine"), of("todos-api", "mine"))
    with fails_with("service-missing", service="todos-api", project="mine", near=""):
        service(of("todos-mongo", "mine"), of("todos-app", "mine"))


def test_a_service_of_almost_the_name_was_misspelt() -> None:
    with fails_with("service-misspelt", service="todos-api", project="todos", near="todo-api"):
        service(of("todos-mongo"), of("todo-api"))


def test_a_service_of_another_role_is_not_a_near_miss() -> None:
    with fails_with("service-missing", service="todos-api", near=""):
        service(of("todos-mongo"), of("todos-app"))


@pytest.mark.parametrize("copies", [("todos-api1", "todos-api2"), ("todos-api-1", "todos-api_2")])
def test_several_services_of_the_name_with_a_number_were_copied(copies: tuple[str, ...]) -> None:
    with fails_with("copied-not-scaled", service="todos-api", copies=", ".join(copies)):
        service(of("todos-mongo"), *(of(one) for one in reversed(copies)))


@pytest.mark.parametrize("others", [("todos-api1",), ("todos-api1", "todos-apix2"), ("todos-api1", "x-todos-api2")])
def test_one_alone_is_no_copy(others: tuple[str, ...]) -> None:
    with fails_with("service-misspelt"):
        service(of("todos-mongo"), *(of(one) for one in others))


def test_without_any_of_the_services_the_project_is_told() -> None:
    with fails_with("project-missing", project="todos"):
        service()
    with fails_with("project-not-compose", project="todos", near="todos-app"):
        service(fake_container("todos-app"))


def test_services_of_other_names_are_still_the_project() -> None:
    with fails_with("service-misspelt", near="todo-api"):
        service(of("todo-api"))
    project(of("db"))


def test_a_project_with_one_of_the_services_is_there() -> None:
    project(of("todos-app"))


@pytest.mark.parametrize("others", [("todos-app",), ("todos-app", "todos-api")])
def test_a_project_of_another_name_is_told(others: tuple[str, ...]) -> None:
    with fails_with("project-other-name", project="todos", near="mine"):
        project(*(of(one, "mine") for one in others))
    with fails_with("project-other-name", near="mine"):
        project(of("db"), *(of(one, "mine") for one in others))


def test_of_two_other_projects_the_one_that_is_meant_is_told() -> None:
    with fails_with("project-other-name", near="mine"):
        project(of("todos-app", "first"), of("todos-app", "mine"), of("todos-api", "mine"))


def test_containers_started_by_hand_are_no_project() -> None:
    with fails_with("project-not-compose", project="todos", near="todos-mongo"):
        project(fake_container("x"), fake_container("todos-mongo"))
    with fails_with("project-missing", project="todos"):
        project(fake_container("x"), fake_container("todos-mongo", labels={"com.docker.compose.project": "y"}))


def test_a_one_off_container_is_no_service() -> None:
    with fails_with("service-missing"):
        service(of("todos-mongo"), of("todos-api", **{"com.docker.compose.oneoff": "True"}))


def test_a_project_of_something_else_is_not_meant() -> None:
    with fails_with("project-missing", project="todos"):
        project(of("db", "blog"))
    with fails_with("project-not-compose", near="todos-mongo"):
        project(of("db", "blog"), fake_container("todos-mongo"))


def test_of_two_near_names_one_is_told() -> None:
    with fails_with("service-misspelt", near="todos-apy"):
        service(of("todos-mongo"), of("todos-apy"), of("todo-ap"))


def test_a_service_that_is_known_by_what_it_does_is_told_by_its_name() -> None:
    back = fake_container("todos-back-1", image="todos-back", labels=compose_labels("back"))
    with fails_with("service-other-name", service="todos-api", project="todos", near="back"):
        service(of("todos-mongo"), of("todos-app"), back)


def test_a_project_whose_containers_alone_have_the_names_is_told() -> None:
    named = [fake_container(name, labels=compose_labels(name[6:], "mine")) for name in ("todos-mongo", "todos-api")]
    with fails_with("project-other-name", project="todos", near="mine"):
        project(*named)


# --- a file that Compose refuses -------------------------------------------------------------------------------------

FOLDERS: dict[str, Any] = SPEC | {"compose": SPEC["compose"] | {"folders": ["~/Docker/todos", "~/todos"]}}


def refused(*, folder: str = "~/todos", name: str = "compose.yaml", told: Answer | NoAnswer) -> FakeMachine:
    machine = FakeMachine()
    machine.disk[f"identify {folder}"] = b"1:2\n/home/anna/x"
    machine.disk[f"/home/anna/x/{name}"] = b"services:"
    machine.compose["config"] = told
    return machine


REFUSAL = Answer(422, b"yaml: line 3: mapping values are not allowed\n")


@pytest.mark.parametrize("folder", ["~/todos", "~/Docker/todos"])
@pytest.mark.parametrize("name", ["compose.yaml", "docker-compose.yml"])
def test_a_project_that_compose_refuses_is_told_with_its_words(folder: str, name: str) -> None:
    machine = refused(folder=folder, name=name, told=REFUSAL)
    detail = "yaml: line 3: mapping values are not allowed"
    with fails_with("compose-file-invalid", path=f"/home/anna/x/{name}", detail=detail):
        require_project(machine.as_machine(**FOLDERS).project())
    (asked,) = [one for one in machine.questions if isinstance(one, ComposeQuestion)]
    assert (asked.project, asked.folder, asked.files) == ("todos", "/home/anna/x", (f"/home/anna/x/{name}",))


@pytest.mark.parametrize(
    ("folder", "name", "told"),
    [
        ("~/todos", "compose.yaml", Answer(200, b'{"services": {}}')),
        ("~/todos", "notes.txt", REFUSAL),
        ("~/elsewhere", "compose.yaml", REFUSAL),
        ("~/todos", "compose.yaml", NoAnswer("not-at-hand")),
    ],
    ids=["it is right", "no file", "another folder", "no compose"],
)
def test_without_a_refusal_it_was_not_started(folder: str, name: str, told: Answer | NoAnswer) -> None:
    with fails_with("project-missing", project="todos"):
        require_project(refused(folder=folder, name=name, told=told).as_machine(**FOLDERS).project())
    machine = FakeMachine(of("todos-app"))
    require_project(machine.as_machine(**FOLDERS).project())
    assert not [one for one in machine.questions if isinstance(one, FileQuestion | ComposeQuestion)]
