"""A load balancer that asks Docker's name server by its address finds nobody on Podman: that is not judged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.expect import expect
from grader.checks.networks.name_server import _DOCKERS_ADDRESS
from grader.machine.question import Answer, NoAnswer
from tests.checks.fake_engine_json import compose_labels, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed
from tests.scripted_machine import DOCKER_26, PODMAN_4

if TYPE_CHECKING:
    from tests.scripted_machine import Version

SPEC: dict[str, Any] = {
    "containers": {"web": {}, "lb": {"image": "nginx"}},
    "ports": {"lb": {"port": 8080, "offset": 4}},
    "compose": {"project": "tp7", "services": {"web": "web", "lb": "lb"}, "replicas": {"web": 1}},
}
SILENT, ERROR = NoAnswer("timeout"), Answer(502)


def ask_balancer(
    answer: Answer | NoAnswer, *, version: Version = PODMAN_4, grep: int = 0, passive: bool = False
) -> FakeMachine:
    commands = {"grep -rsqE ": (grep, b"")}
    link = FakeMachine(
        fake_container("tp7-lb-1", labels=compose_labels("lb", "tp7"), ports={"80/tcp": "8080"}, commands=commands),
        fake_container("tp7-web-1", labels=compose_labels("web", "tp7")),
        version=version,
    )
    link.sites[8080] = answer
    expect(link.as_machine(passive=passive, **SPEC).balancer("lb", before="web")).to_answer()
    return link


@pytest.mark.parametrize("answer", [SILENT, ERROR])
def test_on_podman_nothing_answers_at_the_address_of_dockers_name_server(answer: Answer | NoAnswer) -> None:
    with raises_probe_failed("no-docker-dns"):
        ask_balancer(answer)


@pytest.mark.parametrize(
    "seen",
    [{"version": DOCKER_26}, {"grep": 1}, {"grep": 127}, {"passive": True}],
    ids=["docker", "not found", "no grep", "passive"],
)
@pytest.mark.parametrize(("answer", "code"), [(SILENT, "site-silent"), (ERROR, "lb-finds-nobody")])
def test_otherwise_the_failure_stands(answer: Answer | NoAnswer, code: str, seen: dict[str, Any]) -> None:
    with fails_with(code):
        ask_balancer(answer, **seen)


def test_another_failure_stands() -> None:
    with fails_with("site-not-http"):
        ask_balancer(NoAnswer("not-http"))


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("    resolver 127.0.0.11 valid=1s;", True),
        ("    nameserver dns 127.0.0.11:53", True),
        ("resolver 127.0.0.11;  # Docker's", True),
        ("# resolver 127.0.0.11;", False),
        ("resolver 10.89.0.1;  # not 127.0.0.11", False),
        ("127.0.0.110 other", False),
    ],
)
def test_what_counts_as_its_address_in_a_configuration(line: str, *, is_found: bool) -> None:
    assert bool(re.search(_DOCKERS_ADDRESS, line)) is is_found
