"""`expect` gives each subject of a machine its own expectations."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from grader.checks.expect import Expectation, expect
from tests.checks.fake_engine_json import fake_container
from tests.checks.fake_machine import FakeMachine, fails_with
from tests.checks.fake_todos import SPEC as TODOS

SPEC: dict[str, Any] = TODOS | {
    "ports": {role: {"port": 4000 + offset, "offset": offset} for offset, role in enumerate(("app", "mongo", "web"))},
    "folders": {"db": {"container": "mongo", "outside": "~/db", "inside": "/data"}},
    "files": {"f": {"container": "mongo", "path": "/x"}},
    "built": {"i": {"name": "i", "base": "b", "port": 1, "under_mb": 1}},
    "networks": {"n": {"name": "n"}},
    "services": {"web": {"name": "web", "replicas": 1}},
    "compose": {"project": "p", "services": {"app": "app", "api": "api"}, "replicas": {"api": 2}},
    "hosts": {"mydocker": "m"},
    "volumes": {"v": {"name": "v", "container": "mongo", "inside": "/data"}},
    "backups": {"b": {"container": "mongo", "path": "/b.tar"}},
    "secrets": {"s": {"name": "s", "container": "mongo"}},
    "configs": {"c": {"container": "mongo", "path": "/c"}},
}


def subjects() -> dict[str, Any]:
    machine = FakeMachine().as_machine(**SPEC)
    return {
        "Container": machine.container("app"),
        "Site": machine.site("app"),
        "Folder": machine.folder("db"),
        "File": machine.file("f"),
        "Image": machine.image("i"),
        "Machine": machine,
        "Network": machine.network("n"),
        "Host": machine.host("mydocker"),
        "Project": machine.project(),
        "Replicas": machine.replicas("api"),
        "Balancer": machine.balancer("app", before="api"),
        "Swarm": machine.swarm(),
        "Service": machine.service("web"),
        "Todos": machine.todos(),
        "Volume": machine.volume("v"),
        "Backup": machine.backup("b"),
        "Secret": machine.secret("s"),
        "Config": machine.config("c"),
        "Registry": machine.registry("app"),
    }


def test_every_subject_is_tried() -> None:
    assert {f"{name}Expectation" for name in subjects()} == set(Expectation.by_name)


@pytest.mark.parametrize("name", list(subjects()))
def test_a_subject_has_an_expectation_of_its_name(name: str) -> None:
    made = expect(subjects()[name])
    assert type(made).__name__ == f"{name}Expectation"
    assert made._within_s == 0


CHANGING = {"Container", "Site", "Balancer", "Service", "Todos", "Registry"}


@pytest.mark.parametrize("name", sorted(CHANGING))
def test_what_can_be_waited_for_knows_how_long(name: str) -> None:
    assert expect(subjects()[name], within_s=7)._within_s == 7


@pytest.mark.parametrize("name", sorted(subjects().keys() - CHANGING))
def test_what_cannot_be_waited_for_is_not(name: str) -> None:
    with pytest.raises(TypeError, match=f"a {name} does not change by itself"):
        expect(subjects()[name], within_s=7)


@pytest.mark.parametrize("name", list(subjects()))
def test_every_expectation_says_what_it_asks_and_diagnoses(name: str) -> None:
    made = expect(subjects()[name])
    for method, function in inspect.getmembers(made, inspect.ismethod):
        if method.startswith("to_"):
            words = inspect.getdoc(function) or ""
            assert "Asks: " in words, method
            assert "Diagnos" in words, method


def test_several_subjects_are_expected_at_once() -> None:
    machine = FakeMachine(
        fake_container("todos-api", ports={"80/tcp": "1"}), fake_container("todos-app", ports={"80/tcp": "2"})
    ).as_machine(**TODOS)
    with fails_with("published-inside", name="todos-api") as found:
        expect(machine.container("api"), machine.container("app")).to_publish_no_port()
    assert [one.values["name"] for one in found[0].also] == ["todos-app"]
    with pytest.raises(TypeError, match="a Network does not change by itself"):
        expect(*[FakeMachine().as_machine(**SPEC).network("n")] * 2, within_s=7)  # type: ignore[call-overload]
