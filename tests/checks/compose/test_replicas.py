"""The replicas of a service: that they run, how many, and what they publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.compose.replicas import require_running_replicas
from grader.checks.expect import expect
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with

if TYPE_CHECKING:
    from grader.machine.subjects import Replicas

SPEC: dict[str, Any] = {
    "containers": {"web": {"image": "app"}, "lb": {"image": "haproxy"}},
    "compose": {"project": "tp7", "services": {"web": "web", "lb": "lb"}, "replicas": {"web": 3}},
}
CRASHED: dict[str, Any] = {"state": "exited", "exit_code": 1, "ran_s": 20}


def replica(number: int, name: str = "", **more: Any) -> FakeContainer:
    return fake_container(name or f"tp7-web-{number}", image="app", labels=compose_labels("web", "tp7", number), **more)


def replicas(*boxes: FakeContainer) -> tuple[FakeMachine, Replicas]:
    lb = fake_container("tp7-lb-1", labels=compose_labels("lb", "tp7"))
    link = FakeMachine(lb, *boxes)
    return link, link.as_machine(**SPEC).replicas("web")


THREE = (1, 2, 3)


def test_three_that_stay_up_are_three() -> None:
    link, three = replicas(*map(replica, THREE))
    expect(three).to_run()
    expect(three).to_be_as_many_as_required()
    expect(three).to_publish_no_port()
    assert link.total_wait_s == 0


def test_one_that_stays_up_is_a_service_that_runs() -> None:
    link, three = replicas(replica(1, **CRASHED), replica(2, restarts=1, up_s=2), replica(3))
    expect(three).to_run()
    assert link.total_wait_s == 0


def test_where_none_stays_up_the_first_is_told() -> None:
    _, three = replicas(replica(1, restarts=5, up_s=-99), replica(2, restarts=6, up_s=-99))
    with fails_with("container-crash-loop", name="tp7-web-1", restarts=5):
        expect(three).to_run()


def test_where_none_runs_the_first_is_told() -> None:
    _, three = replicas(replica(2, state="paused"), replica(1, **CRASHED))
    with fails_with("container-exited", name="tp7-web-1"):
        expect(three).to_run()
    with fails_with("container-exited", name="tp7-web-1"):
        require_running_replicas(three)


def test_a_service_that_is_not_there_is_told() -> None:
    with fails_with("service-missing", service="web"):
        expect(replicas()[1]).to_run()


def test_those_that_have_just_started_are_watched() -> None:
    link, three = replicas(*(replica(number, up_s=0) for number in THREE))
    expect(three).to_run()
    assert 3 <= link.total_wait_s < 4.2
    link, three = replicas(replica(1), replica(2), replica(3, up_s=0))
    expect(three).to_be_as_many_as_required()
    assert 3 <= link.total_wait_s < 4.2


def test_a_wait_for_replicas_has_an_end() -> None:
    link, three = replicas(*(replica(number, up_s=-99, health="starting") for number in THREE))
    with fails_with("container-just-started"):
        expect(three).to_run()
    assert link.total_wait_s == 11


def test_those_that_have_settled_are_not_waited_for() -> None:
    link, three = replicas(replica(1), replica(2, up_s=10))
    with fails_with("replicas-too-few"):
        expect(three).to_be_as_many_as_required()
    assert link.total_wait_s == 0


@pytest.mark.parametrize(
    ("count", "code"), [(1, "replicas-too-few"), (2, "replicas-too-few"), (4, "replicas-too-many")]
)
def test_more_or_fewer_are_told_with_their_names(count: int, code: str) -> None:
    names = ", ".join(f"tp7-web-{number}" for number in range(1, count + 1))
    with fails_with(code, service="web", seen=count, wanted=3, names=names):
        expect(replicas(*(replica(number) for number in range(1, count + 1)))[1]).to_be_as_many_as_required()


def test_without_any_the_service_is_missing() -> None:
    with fails_with("service-missing", service="web"):
        expect(replicas()[1]).to_be_as_many_as_required()


def test_a_name_of_its_own_blocks_scaling() -> None:
    with fails_with("container-name-blocks-scaling", name="myweb", service="web", seen=1, wanted=3):
        expect(replicas(replica(1, "myweb"))[1]).to_be_as_many_as_required()
    with fails_with("replicas-too-few"):
        expect(replicas(replica(1, "tp7_web_1"))[1]).to_be_as_many_as_required()
    with fails_with("replicas-too-few"):
        expect(replicas(replica(1, "myweb"), replica(2, "other"))[1]).to_be_as_many_as_required()


def test_one_of_one_may_have_a_name_of_its_own() -> None:
    link = FakeMachine(replica(1, "myweb"))
    spec = SPEC | {"compose": SPEC["compose"] | {"replicas": {"web": 1}}}
    expect(link.as_machine(**spec).replicas("web")).to_be_as_many_as_required()


TAKEN = "driver failed: Bind for 0.0.0.0:80 failed: port is already allocated"


def test_a_port_of_the_machine_blocks_scaling() -> None:
    blocked = replica(2, state="created", ports={"80/tcp": "8080"}, error=TAKEN)
    with fails_with("port-blocks-scaling", name="tp7-web-2", detail=TAKEN, service="web", seen=2, wanted=3):
        expect(replicas(replica(1), blocked)[1]).to_be_as_many_as_required()


@pytest.mark.parametrize(
    "more",
    [
        {"ports": {"80/tcp": "8080"}, "error": "no such network"},
        {"ports": {"80/tcp": ""}, "error": TAKEN},
        {"error": TAKEN},
    ],
)
def test_another_error_does_not_block_scaling_by_a_port(more: dict[str, Any]) -> None:
    with fails_with("replicas-too-few"):
        expect(replicas(replica(1), replica(2, state="created", **more))[1]).to_be_as_many_as_required()


def test_every_one_of_them_must_stay_up() -> None:
    with fails_with("container-exited", name="tp7-web-3"):
        expect(replicas(replica(1), replica(2), replica(3, **CRASHED))[1]).to_be_as_many_as_required()


def test_no_port_of_one_that_runs_is_open() -> None:
    published = {"80/tcp": "8080"}
    with fails_with("published-inside", name="tp7-web-2", published="8080->80/tcp"):
        expect(replicas(replica(1), replica(2, ports=published))[1]).to_publish_no_port()
    expect(replicas(replica(1), replica(2, ports=published, **CRASHED))[1]).to_publish_no_port()
