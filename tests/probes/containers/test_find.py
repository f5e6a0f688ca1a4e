"""The container that is meant by a role: by its name, by its compose service, or what may be meant."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import given

from grader.exercise.spec import read_exercise_spec
from grader.machine.question import Answer
from grader.probes.containers.find import ContainerFact, NoContainer, find_container, inspect_container
from tests.probes.containers.test_inspect import DOCKER_20
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import AnswersInTurn, ScriptedAnswers, exercise_spec, scripted_machine
from tests.student_shell import ROOT

LIST = "/containers/json?all=1"
SPEC = exercise_spec(
    containers={
        "web": {"name": "web", "image": "nginx", "equivalent_images": ["mirror/httpd"]},
        "hello": {"name": "hello", "image": "ubuntu"},
    }
)
COMPOSE = exercise_spec(
    containers={"web": {"name": "web", "image": "nginx"}, "lb": {"image": "haproxy"}},
    compose={"project": "tp7", "services": {"web": "web", "lb": "balancer"}},
)


def line(
    name: str, *, image: str = "x", project: str = "", service: str = "", state: str = "running", task_of: str = ""
) -> dict[str, Any]:
    labels = {"com.docker.compose.project": project, "com.docker.compose.service": service} if service else {}
    labels |= {"com.docker.swarm.service.name": task_of} if task_of else {}
    return {"Id": f"id-{name}", "Names": [f"/{name}"], "Image": image, "State": state, "Labels": labels}


def whole(name: str) -> dict[str, Any]:
    return DOCKER_20 | {"Id": f"id-{name}", "Name": f"/{name}"}


def found(role: str, *lines: dict[str, Any], spec: Any = SPEC) -> ContainerFact | NoContainer:
    names = [one["Names"][0][1:] for one in lines]
    inspected = {f"/containers/id-{name}/json": whole(name) for name in names}
    return find_container(scripted_machine({LIST: list(lines), **inspected}, spec).container(role))


def name_of(fact: ContainerFact | NoContainer) -> str:
    assert isinstance(fact, ContainerFact)
    return fact.name


def test_the_one_of_that_very_name_is_meant() -> None:
    assert name_of(found("web", line("web2"), line("my-web"), line("web"))) == "web"


def test_it_is_asked_for_by_the_id_that_the_list_gives() -> None:
    link = ScriptedAnswers({LIST: [line("web")], "/containers/id-web/json": whole("web")})
    find_container(scripted_machine(link, SPEC).container("web"))
    assert link.question_keys == [LIST, "/containers/id-web/json"]


def test_one_of_a_compose_service_of_that_name_is_meant_where_none_has_the_name() -> None:
    service = line("x-web-1", project="x", service="web")
    assert name_of(found("web", service)) == "x-web-1"
    assert name_of(found("web", service, line("web"))) == "web"


def test_of_several_of_a_service_one_that_runs_is_meant() -> None:
    lines = [
        line(f"x-web-{n}", project="x", service="web", state=state) for n, state in ((1, "exited"), (2, "running"))
    ]
    assert name_of(found("web", *lines)) == "x-web-2"
    assert name_of(found("web", lines[0])) == "x-web-1"


def test_where_the_exercise_is_about_compose_its_projects_own_comes_first() -> None:
    own = line("tp7-web-1", project="tp7", service="web")
    assert name_of(found("web", line("web"), own, spec=COMPOSE)) == "tp7-web-1"
    assert name_of(found("web", line("web"), line("o-web-1", project="o", service="web"), spec=COMPOSE)) == "web"


def test_a_role_without_a_name_is_known_by_its_service() -> None:
    own = line("tp7-balancer-1", project="tp7", service="balancer", state="exited")
    assert name_of(found("lb", line("lb"), own, spec=COMPOSE)) == "tp7-balancer-1"


@pytest.mark.parametrize("near", ["web1", "Web", "w-e-b", "my_web", "webb", "we"])
def test_almost_the_name_may_be_meant(near: str) -> None:
    assert found("web", line("other"), line(near)) == NoContainer(near, "name")


@pytest.mark.parametrize("far", ["webserver", "nginx", "w", "server", "123"])
def test_another_name_is_not(far: str) -> None:
    assert found("web", line(far)) == NoContainer()


@pytest.mark.parametrize("image", ["nginx", "nginx:1.27", "docker.io/library/nginx", "mirror/httpd"])
def test_the_right_image_under_another_name_may_be_meant(image: str) -> None:
    assert found("web", line("other"), line("nimble_curie", image=image)) == NoContainer("nimble_curie", "image")


def test_almost_the_name_says_more_than_the_image() -> None:
    assert found("web", line("nimble_curie", image="nginx"), line("web1")) == NoContainer("web1", "name")


def test_the_container_of_another_role_is_not_meant() -> None:
    assert found("web", line("hello", image="nginx")) == NoContainer()


def test_the_newest_of_two_that_are_near_is_told() -> None:
    """The engine lists the newest first."""
    assert found("web", line("web-2"), line("web-1")) == NoContainer("web-2", "name")


# --- other exercises -------------------------------------------------------------------------------------------------


def course(exercise: str, role: str, *lines: dict[str, Any]) -> ContainerFact | NoContainer:
    return found(role, *lines, spec=read_exercise_spec(ROOT / "exercises" / exercise))


HELLO = line("hello", image="ubuntu", state="exited")
TP7 = [line(f"tp7-{one}-1", image=f"x/{one}", project="tp7", service=one) for one in ("web", "redis", "lb")]
TP7_RENAMED = [line(f"x-{one}-1", image="nginx", project="scaling", service=one) for one in ("web", "lb")]
TP6 = [
    line(f"todos-{one}-1", image="mvertes/alpine-mongo", project="todos", service=one)
    for one in ("todos-mongo", "todos-api", "todos-app")
]
TASK = line("web.1.q2w3e4r5t6y7u8i9o0p1a2s3d", image="nginx", task_of="web")
ENTRY = line("porte", image="haproxy")


@pytest.mark.parametrize(
    ("exercise", "role", "there"),
    [
        ("tp1", "tp1-ubuntu", [HELLO]),
        ("tp1", "tp1-fond", [line("couches", image="ubuntu")]),
        ("tp3", "couches", [HELLO, line("tp1-ubuntu", image="ubuntu"), line("tp1-fond", image="ubuntu")]),
        ("tp2", "hello", [line("couches", image="ubuntu"), line("tp1-fond", image="ubuntu")]),
        ("tp2", "web", TP7),
        ("tp2", "web", TP7_RENAMED),
        ("tp2", "web", [TASK]),
        ("tp1", "tp1-ubuntu", TP6),
        ("tp8", "porte", TP7),
        ("tp7", "lb", [ENTRY]),
    ],
)
def test_the_container_of_another_exercise_is_not_meant(exercise: str, role: str, there: list[dict[str, Any]]) -> None:
    assert course(exercise, role, *there) == NoContainer()


@pytest.mark.parametrize(
    ("exercise", "role", "meant", "why"),
    [
        ("tp1", "tp1-ubuntu", line("jolly_hopper", image="ubuntu"), "image"),
        ("tp1", "tp1-ubuntu", line("tp1_ubuntu", image="ubuntu"), "name"),
        ("tp2", "hello", line("Hello", image="ubuntu"), "name"),
        ("tp2", "web", line("x-web1-1", image="nginx", project="x", service="web1"), "name"),
    ],
)
def test_beside_it_the_one_that_is_meant_is_still_found(
    exercise: str, role: str, meant: dict[str, Any], why: Literal["name", "image"]
) -> None:
    assert course(exercise, role, line("couches", image="ubuntu"), TASK, *TP7, meant) == NoContainer(
        meant["Names"][0][1:], why
    )


def test_a_container_has_its_name_also_in_another_exercise() -> None:
    assert name_of(course("tp2", "hello", HELLO)) == "hello"
    assert name_of(course("tp5", "mongo", line("todos-mongo"))) == "todos-mongo"


def test_the_services_of_compose_may_be_the_containers_of_an_earlier_exercise() -> None:
    """TP5 done with Compose: its project may have the name that TP6 asks for."""
    assert name_of(course("tp5", "mongo", *TP6)) == "todos-todos-mongo-1"


def test_nothing_there_is_nothing_meant() -> None:
    assert found("web") == NoContainer()


def test_one_that_goes_while_it_is_looked_at_is_looked_for_again() -> None:
    link = ScriptedAnswers(
        {
            LIST: AnswersInTurn([line("web")], [line("web") | {"Id": "id-new"}]),
            "/containers/id-web/json": Answer(404),
            "/containers/id-new/json": whole("web"),
        }
    )
    assert name_of(find_container(scripted_machine(link, SPEC).container("web"))) == "web"
    assert link.question_keys == [LIST, "/containers/id-web/json", LIST, "/containers/id-new/json"]


def test_one_that_is_then_gone_is_gone() -> None:
    machine = scripted_machine({LIST: AnswersInTurn([line("web")], []), "/containers/id-web/json": Answer(404)}, SPEC)
    assert find_container(machine.container("web")) == NoContainer()


def test_one_that_stays_listed_and_is_not_there_is_refused() -> None:
    machine = scripted_machine({LIST: [line("web")], "/containers/id-web/json": Answer(404)}, SPEC)
    refusal = assert_probe_failed("answer-unexpected", lambda: find_container(machine.container("web")))
    assert refusal.values == {"asked": "docker inspect", "detail": "404: web is listed, but not there"}


def test_one_that_is_gone_is_none_by_its_id() -> None:
    assert inspect_container(scripted_machine({"/containers/x/json": Answer(404)}), "x") is None


@pytest.mark.parametrize(("answer", "code"), MALFORMED_ANSWERS)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert_probe_failed(code, lambda: inspect_container(scripted_machine({"/containers/x/json": answer}), "x"))
    assert_probe_failed(code, lambda: find_container(scripted_machine({LIST: answer}, SPEC).container("web")))


@many_examples
@given(answers_like([line("web", project="tp7", service="web"), line("web1", image="nginx"), line("lb")]))
def test_any_list_is_a_fact_or_a_refusal(answer: Answer) -> None:
    machine = scripted_machine({LIST: answer, "/containers/id-web/json": whole("web"), "*": Answer(404)}, COMPOSE)
    assert_fact_or_probe_failed(lambda: find_container(machine.container("web")))
    assert_fact_or_probe_failed(lambda: find_container(machine.container("lb")))


# --- what is judged in place of what is missing ---

NEAR = exercise_spec(
    judge_near_names=True,
    containers={
        "web": {"name": "web", "image": "nginx"},
        "api": {"name": "todos-api", "image": "api"},
        "app": {"name": "todos-app", "image": "app"},
    },
)
NEAR_COMPOSE = exercise_spec(
    judge_near_names=True,
    containers={"web": {"image": "nginx"}, "lb": {"image": "haproxy"}},
    compose={"project": "tp7", "services": {"web": "web", "lb": "balancer"}},
)


def test_one_that_may_be_meant_is_found_if_the_exercise_says_so() -> None:
    assert name_of(found("web", line("web1"), spec=NEAR)) == "web1"
    assert name_of(found("web", line("nimble_curie", image="nginx"), spec=NEAR)) == "nimble_curie"
    assert found("web", line("other"), spec=NEAR) == NoContainer()


def test_a_check_that_asks_for_the_name_does_not_find_it() -> None:
    machine = scripted_machine({LIST: [line("web1")]}, NEAR)
    assert find_container(machine.container("web"), exact=True) == NoContainer("web1", "name")


def test_of_two_of_the_image_none_is_found() -> None:
    assert found("web", line("a", image="nginx"), line("b", image="nginx"), spec=NEAR) == NoContainer("a", "image")


def test_one_that_two_roles_may_mean_is_found_for_neither() -> None:
    assert found("api", line("todos-ap"), spec=NEAR) == NoContainer("todos-ap", "name")
    assert name_of(found("api", line("todos-ap"), line("todos-app"), spec=NEAR)) == "todos-ap"


def test_a_service_of_another_name_is_found_for_its_part() -> None:
    lb = line("tp7-front-1", image="haproxy", project="tp7", service="front")
    web = line("tp7-web-1", project="tp7", service="web")
    assert name_of(found("lb", lb, web, spec=NEAR_COMPOSE)) == "tp7-front-1"
    assert isinstance(found("lb", web, spec=NEAR_COMPOSE), NoContainer)
