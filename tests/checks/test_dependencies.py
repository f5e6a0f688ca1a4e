"""A service that compose does not start, for it waits for another one to be healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.checks.containers import there
from grader.checks.dependencies import unhealthy_dependency
from tests.checks.engine_json import Box, compose_labels, container
from tests.checks.fake_machine import FakeMachine

if TYPE_CHECKING:
    from grader.checks.mistake import Mistake


def waits_for(depends_on: str | None, *others: Box) -> Mistake | None:
    labels = {} if depends_on is None else {"com.docker.compose.depends_on": depends_on}
    api = container("api", state="created", labels=compose_labels("api") | labels)
    machine = FakeMachine(api, *others).judged(containers={"api": {"name": "api", "image": "x"}})
    return unhealthy_dependency(machine, there(machine.container("api")))


def db(health: str = "unhealthy", service: str = "db", project: str = "todos") -> Box:
    return container(f"{project}-{service}-1", labels=compose_labels(service, project), health=health)


def test_what_it_waits_for_is_named_with_what_its_check_printed() -> None:
    mistake = waits_for("cache:service_started:false,db:service_healthy:false", db())
    assert mistake
    assert mistake.code == "dependency-unhealthy"
    assert mistake.values == {"name": "api", "other": "todos-db-1", "said": "said the check"}
    assert mistake.evidence == ("said the check",)


@pytest.mark.parametrize(
    ("depends_on", "other"),
    [
        ("db:service_healthy:false", db("healthy")),
        ("db:service_healthy:false", db("starting")),
        ("db:service_healthy:false", db("")),
        ("db:service_healthy:false", db(service="cache")),
        ("db:service_healthy:false", db(project="other")),
        ("db:service_started:false", db()),
        ("db", db()),
        ("", db()),
        (None, db()),
        ("db:service_healthy:false", None),
    ],
)
def test_nothing_else_is_waited_for(depends_on: str | None, other: Box | None) -> None:
    assert waits_for(depends_on, *([other] if other else [])) is None
