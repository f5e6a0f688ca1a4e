"""Whether a compose project is there and has a service, and what was done instead."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.compose_services import has_project, has_service
from tests.checks.engine_json import Box, compose_labels, container
from tests.checks.fake_machine import FakeMachine, diagnosed

SHEET: dict[str, Any] = {
    "containers": {"mongo": {}, "api": {}, "app": {}},
    "compose": {"project": "todos", "services": {"mongo": "todos-mongo", "api": "todos-api", "app": "todos-app"}},
}


def of(service: str, project: str = "todos", **labels: str) -> Box:
    return container(f"{project}-{service}-1", labels=compose_labels(service, project) | labels)


def service(*boxes: Box) -> None:
    machine = FakeMachine(*boxes).judged(**SHEET)
    has_service(machine.project(), machine.container("api"))


def project(*boxes: Box) -> None:
    has_project(FakeMachine(*boxes).judged(**SHEET).project())


def test_a_service_with_a_container_is_there() -> None:
    service(of("todos-api"))
    service(of("todos-mongo"), of("todos-api"), of("todos-api-1"))


def test_most_of_the_services_make_it_the_project_whatever_its_name() -> None:
    service(of("todos-mongo", "mine"), of("todos-api", "mine"))
    with diagnosed("service-missing", service="todos-api", project="mine", near=""):
        service(of("todos-mongo", "mine"), of("todos-app", "mine"))


def test_a_service_of_almost_the_name_was_misspelt() -> None:
    with diagnosed("service-misspelt", service="todos-api", project="todos", near="todo-api"):
        service(of("todos-mongo"), of("todo-api"))


def test_a_service_of_another_role_is_not_a_near_miss() -> None:
    with diagnosed("service-missing", service="todos-api", near=""):
        service(of("todos-mongo"), of("todos-app"))


@pytest.mark.parametrize("copies", [("todos-api1", "todos-api2"), ("todos-api-1", "todos-api_2")])
def test_several_services_of_the_name_with_a_number_were_copied(copies: tuple[str, ...]) -> None:
    with diagnosed("copied-not-scaled", service="todos-api", copies=", ".join(copies)):
        service(of("todos-mongo"), *(of(one) for one in reversed(copies)))


@pytest.mark.parametrize("others", [("todos-api1",), ("todos-api1", "todos-apix2"), ("todos-api1", "x-todos-api2")])
def test_one_alone_is_no_copy(others: tuple[str, ...]) -> None:
    with diagnosed("service-misspelt"):
        service(of("todos-mongo"), *(of(one) for one in others))


def test_without_any_of_the_services_the_project_is_told() -> None:
    with diagnosed("project-missing", project="todos"):
        service()
    with diagnosed("project-not-compose", project="todos", near="todos-app"):
        service(container("todos-app"))


def test_services_of_other_names_are_still_the_project() -> None:
    with diagnosed("service-misspelt", near="todo-api"):
        service(of("todo-api"))
    project(of("db"))


def test_a_project_with_one_of_the_services_is_there() -> None:
    project(of("todos-app"))


@pytest.mark.parametrize("others", [("todos-app",), ("todos-app", "todos-api")])
def test_a_project_of_another_name_is_told(others: tuple[str, ...]) -> None:
    with diagnosed("project-other-name", project="todos", near="mine"):
        project(*(of(one, "mine") for one in others))
    with diagnosed("project-other-name", near="mine"):
        project(of("db"), *(of(one, "mine") for one in others))


def test_of_two_other_projects_the_one_that_is_meant_is_told() -> None:
    with diagnosed("project-other-name", near="mine"):
        project(of("todos-app", "first"), of("todos-app", "mine"), of("todos-api", "mine"))


def test_containers_started_by_hand_are_no_project() -> None:
    with diagnosed("project-not-compose", project="todos", near="todos-mongo"):
        project(container("x"), container("todos-mongo"))
    with diagnosed("project-missing", project="todos"):
        project(container("x"), container("todos-mongo", labels={"com.docker.compose.project": "y"}))


def test_a_one_off_container_is_no_service() -> None:
    with diagnosed("service-missing"):
        service(of("todos-mongo"), of("todos-api", **{"com.docker.compose.oneoff": "True"}))


def test_a_project_of_something_else_is_not_meant() -> None:
    with diagnosed("project-missing", project="todos"):
        project(of("db", "blog"))
    with diagnosed("project-not-compose", near="todos-mongo"):
        project(of("db", "blog"), container("todos-mongo"))


def test_of_two_near_names_one_is_told() -> None:
    with diagnosed("service-misspelt", near="todos-apy"):
        service(of("todos-mongo"), of("todos-apy"), of("todo-ap"))
