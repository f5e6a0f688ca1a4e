"""Which compose project is meant if its name is not that in the spec, or several have services of these names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from grader.exercise.spec import ComposeSpec, ContainerSpec
from grader.machine.question import Answer
from grader.machine.subjects import Container, Project
from grader.probes.compose.projects import find_copies, find_project_name, match_services
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


# --- which service plays which part ---

SPEC = exercise_spec(
    ports={"app": {"port": 4002, "offset": 0}},
    containers={"mongo": {"image": "mvertes/alpine-mongo", "equivalent_images": ["mongo"]}, "api": {}, "app": {}},
    compose={"project": "todos", "services": {"mongo": "todos-mongo", "api": "todos-api", "app": "todos-app"}},
)


def line(
    service: str, *, image: str = "x", port: int | None = None, name: str = "", project: str = "todos"
) -> dict[str, object]:
    return {
        "Id": f"{project}-{service}",
        "Names": [f"/{name or f'{project}-{service}-1'}"],
        "Image": image,
        "Labels": {"com.docker.compose.project": project, "com.docker.compose.service": service},
        "Ports": [{"PrivatePort": 7777, "PublicPort": port, "Type": "tcp"}] if port else [],
    }


def matched(*lines: dict[str, object]) -> dict[str, str]:
    return match_services(scripted_machine({"/containers/json?all=1": list(lines)}, SPEC).project())


RIGHT = {"todos-mongo": "todos-mongo", "todos-api": "todos-api", "todos-app": "todos-app"}
NEAR = {"todos-mongo": "mongo", "todos-api": "api", "todos-app": "app"}


def test_services_of_the_right_names_are_meant() -> None:
    assert matched(*map(line, RIGHT)) == RIGHT
    assert matched(*map(line, RIGHT), line("api"), line("db", image="mongo"), line("front", port=4002)) == RIGHT


def test_services_of_nearly_the_right_names_are_meant_each_for_one() -> None:
    assert matched(*map(line, NEAR.values())) == NEAR
    assert matched(line("todos-mongo"), line("todos-app"), line("todo-ap")) == RIGHT | {"todos-api": "todo-ap"}
    assert matched(line("todos-mongo"), line("todos-app")) == {"todos-mongo": "todos-mongo", "todos-app": "todos-app"}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([line("db", image="mongo:7")], {"todos-mongo": "db"}),
        ([line("db", image="docker.io/mvertes/alpine-mongo")], {"todos-mongo": "db"}),
        ([line("front", port=4002)], {"todos-app": "front"}),
        ([line("front", port=4009)], {}),
        ([line("front", image="todos-front")], {}),
        ([line("todos-app"), line("back", image="todos-back")], {"todos-app": "todos-app", "todos-api": "back"}),
        ([line("todos-app"), line("back", image="todos_back")], {"todos-app": "todos-app", "todos-api": "back"}),
        (
            [line("todos-app"), line("back", image="docker.io/library/todos-back:latest")],
            {"todos-app": "todos-app", "todos-api": "back"},
        ),
        ([line("todos-app"), line("back", image="nginx")], {"todos-app": "todos-app"}),
        ([line("db", image="mongo"), line("other", image="mongo")], {}),
        ([line("api", port=4002), line("app")], {"todos-app": "api"}),
    ],
    ids=[
        "image",
        "registry",
        "port",
        "another",
        "not alone",
        "built",
        "by v1",
        "by Podman",
        "not built",
        "two",
        "by what they do",
    ],
)
def test_services_of_other_names_are_known_by_what_they_do(
    lines: list[dict[str, object]], found: dict[str, str]
) -> None:
    assert matched(*lines) == found


def test_copies_of_a_service_are_not_the_service() -> None:
    assert find_copies("web", ["web2", "web-1", "web_3", "webs", "web"]) == ["web-1", "web2", "web_3"]
    assert find_copies("web", ["web1", "webs"]) == []
    assert "todos-api" not in matched(line("todos-app"), line("todos-api1"), line("todos-api2"))


def project_of(*lines: dict[str, object]) -> str:
    return find_project_name(scripted_machine({"/containers/json?all=1": list(lines)}, SPEC).project())


def test_a_project_is_known_by_the_names_of_its_containers() -> None:
    named = [line(near, name=right, project="tp6") for right, near in NEAR.items()]
    assert project_of(*named) == "tp6"
    assert project_of(named[0]) == "todos"


def test_a_project_with_all_services_under_near_names_is_meant_if_it_is_the_only_one() -> None:
    near = [line(one, project="tp6") for one in NEAR.values()]
    assert project_of(*near) == "tp6"
    assert project_of(*near[1:]) == "todos"
    assert project_of(*near, line("x")) == "todos"
    assert project_of(*near, *(line(one, project="b") for one in NEAR.values())) == "todos"


@pytest.mark.parametrize(("answer", "code"), MALFORMED_ANSWERS)
def test_a_list_that_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    spec = exercise_spec(containers={"web": {}}, compose={"project": "tp7", "services": {"web": "web"}})
    machine = scripted_machine({"/containers/json?all=1": answer}, spec)
    assert_probe_failed(code, lambda: find_project_name(machine.project()))
