"""Labels of Compose and of stacks."""

from __future__ import annotations

import pytest

from grader.probes.labels import compose_label, project_of, service_of, strip_stack_name


@pytest.mark.parametrize(
    ("name", "stack", "written"),
    [
        ("tp8_web", "tp8", "web"),
        ("tp8_tp8_web", "tp8", "tp8_web"),
        ("web", "tp8", "web"),
        ("tp8web", "tp8", "tp8web"),
        ("tp8-web", "tp8", "tp8-web"),
        ("_web", "", "_web"),
        ("tp8_", "tp8", ""),
    ],
)
def test_only_the_stacks_own_name_in_front_is_left_out(name: str, stack: str, written: str) -> None:
    assert strip_stack_name(name, {"com.docker.stack.namespace": stack}) == written


def test_what_is_of_no_stack_keeps_its_name() -> None:
    assert strip_stack_name("tp8_web", {}) == "tp8_web"
    assert strip_stack_name("tp8_web", {"com.docker.compose.project": "tp8"}) == "tp8_web"


LABELS = {
    "com.docker.compose.project": "todos",
    "com.docker.compose.service": "api",
    "com.docker.compose.oneoff": "False",
}


def test_compose_says_of_what_project_and_service_a_container_is() -> None:
    assert (project_of(LABELS), service_of(LABELS)) == ("todos", "api")
    assert (project_of({}), service_of({}), compose_label({}, "container-number")) == ("", "", "")
    assert compose_label(LABELS | {"com.docker.compose.container-number": "2"}, "container-number") == "2"


def test_a_container_of_compose_run_is_of_no_service() -> None:
    once = LABELS | {"com.docker.compose.oneoff": "True"}
    assert (project_of(once), service_of(once)) == ("todos", "")
