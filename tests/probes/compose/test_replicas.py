"""The containers of one service of a compose project, in the order of compose's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.machine.question import Answer
from grader.probes.compose.replicas import find_replicas, is_named_by_compose
from tests.probes.containers.test_inspect import DOCKER_20
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import MALFORMED_ANSWERS, assert_probe_failed
from tests.scripted_machine import ScriptedAnswers, exercise_spec, scripted_machine

if TYPE_CHECKING:
    from grader.probes.containers.inspect import ContainerFact

LIST = "/containers/json?all=1"
SPEC = exercise_spec(
    containers={"web": {}, "lb": {}},
    compose={"project": "tp7", "services": {"web": "web", "lb": "lb"}, "replicas": {"web": 3}},
)


def labels(number: str = "1", service: str = "web", project: str = "tp7") -> dict[str, str]:
    told = {"project": project, "service": service, "container-number": number}
    return {f"com.docker.compose.{name}": value for name, value in told.items()}


def listed(*names: tuple[str, dict[str, str]]) -> dict[str, Any]:
    table: dict[str, Any] = {LIST: [{"Id": name, "Names": [f"/{name}"], "Labels": told} for name, told in names]}
    for name, told in names:
        raw = DOCKER_20 | {"Id": name, "Name": f"/{name}", "Config": {"Labels": told}}
        table[f"/containers/{name}/json"] = raw
    return table


def found(table: dict[str, Any]) -> list[str]:
    return [one.name for one in find_replicas(scripted_machine(table, SPEC).replicas("web"))]


def test_they_are_told_in_the_order_of_their_numbers_not_of_their_names() -> None:
    assert found(listed(("c", labels("10")), ("b", labels("9")), ("a", labels("1")))) == ["a", "b", "c"]


def test_only_those_of_the_service_and_the_project_are_asked_for() -> None:
    link = ScriptedAnswers(
        listed(("a", labels()), ("lb", labels(service="lb")), ("o", labels(project="other")), ("x", {}))
    )
    assert [one.id for one in find_replicas(scripted_machine(link, SPEC).replicas("web"))] == ["a"]
    assert link.question_keys == [LIST, "/containers/a/json"]


def test_one_that_goes_meanwhile_is_not_there() -> None:
    table = listed(("a", labels("1")), ("b", labels("2"))) | {"/containers/a/json": Answer(404)}
    assert found(table) == ["b"]


def test_without_numbers_the_names_decide() -> None:
    assert found(listed(("b", labels("")), ("a", labels("two")), ("c", labels("-1")))) == ["a", "b", "c"]


@pytest.mark.parametrize("number", ["9" * 5000, "٣", "1e9", "\x1b"])
def test_a_number_that_a_student_wrote_breaks_nothing(number: str) -> None:
    assert found(listed(("b", labels(number)), ("a", labels("1")))) == ["b", "a"]


@pytest.mark.parametrize(("answer", "code"), MALFORMED_ANSWERS)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert_probe_failed(code, lambda: found({LIST: answer}))
    assert_probe_failed(code, lambda: found(listed(("a", labels())) | {"/containers/a/json": answer}))


def named(name: str, told: dict[str, str] | None = None) -> ContainerFact:
    return parse_inspect(name, config={"Labels": labels("2") if told is None else told})


@pytest.mark.parametrize("name", ["tp7-web-2", "tp7_web_2", "0123456789ab_tp7-web-2"])
def test_composes_own_names_are_known(name: str) -> None:
    assert is_named_by_compose(named(name))


@pytest.mark.parametrize("name", ["web", "tp7-web-3", "tp7-web_2", "tp7web2", "tp7-web-2-x"])
def test_any_other_was_typed(name: str) -> None:
    assert not is_named_by_compose(named(name))
