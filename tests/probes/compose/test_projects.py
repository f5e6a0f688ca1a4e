"""Which compose project is meant if its name is not that in the spec, or several have services of these names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from grader.exercise.spec import ComposeSpec, ContainerSpec
from grader.machine.question import Answer
from grader.machine.subjects import Container, Project
from grader.probes.compose.projects import find_project_name
from tests.probes.malformed_answers import MALFORMED_ANSWERS, assert_probe_failed
from tests.scripted_machine import exercise_spec, scripted_machine

if TYPE_CHECKING:
    from grader.machine.machine import Machine


class Engine:
    """One that lists containers given as `project/service`."""

    def __init__(self, *containers: str) -> None:
        self.spec = self
        self.compose = ComposeSpec("tp7", {"web": "web", "redis": "redis", "lb": "lb"})
        split = [one.split("/") for one in containers]
        labels = [
            {"com.docker.compose.project": project, "com.docker.compose.service": service} for project, service in split
        ]
        self._listed = json.dumps([{"Id": str(n), "Names": [], "Labels": one} for n, one in enumerate(labels)]).encode()

    def engine(self, path: str, **query: str) -> Answer:
        assert (path, query) == ("/containers/json", {"all": "1"})
        return Answer(200, self._listed)


@pytest.mark.parametrize(
    ("containers", "meant"),
    [
        ((), "tp7"),
        (("tp7/web",), "tp7"),
        (("other/web", "other/redis", "other/lb"), "other"),
        (("other/web", "other/web", "other/web"), "tp7"),
        (("other/web", "other/db"), "tp7"),
        (("other/web", "other/redis"), "other"),
        (("other/web", "other/redis", "whole/web", "whole/redis", "whole/lb"), "whole"),
        (("tp7/redis", "other/web", "other/redis", "other/lb"), "tp7"),
    ],
    ids=["none", "its own", "another", "one service", "one of its services", "most", "the fuller one", "begun anew"],
)
def test_it_is_the_sheets_or_the_one_with_most_of_its_services(containers: tuple[str, ...], meant: str) -> None:
    machine = cast("Machine", Engine(*containers))
    roles = tuple(Container(machine, role, ContainerSpec()) for role in ("web", "redis", "lb"))
    assert find_project_name(Project(machine, machine.spec.compose, roles)) == meant  # type: ignore[arg-type]


def test_one_without_a_project_or_of_another_service_is_none_of_it() -> None:
    machine = cast("Machine", Engine("/web", "/redis", "other/db", "other/cache", "other/queue"))
    roles = tuple(Container(machine, role, ContainerSpec()) for role in ("web", "redis", "lb"))
    assert find_project_name(Project(machine, machine.spec.compose, roles)) == "tp7"  # type: ignore[arg-type]


def test_of_two_that_have_as_many_it_is_always_the_same() -> None:
    for listed in (("a/web", "a/redis", "b/web", "b/redis"), ("b/web", "b/redis", "a/web", "a/redis")):
        machine = cast("Machine", Engine(*listed))
        roles = tuple(Container(machine, role, ContainerSpec()) for role in ("web", "redis", "lb"))
        assert find_project_name(Project(machine, machine.spec.compose, roles)) == "b"  # type: ignore[arg-type]


@pytest.mark.parametrize(("answer", "code"), MALFORMED_ANSWERS)
def test_a_list_that_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    spec = exercise_spec(containers={"web": {}}, compose={"project": "tp7", "services": {"web": "web"}})
    machine = scripted_machine({"/containers/json?all=1": answer}, spec)
    assert_probe_failed(code, lambda: find_project_name(machine.project()))
