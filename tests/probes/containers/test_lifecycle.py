"""Containers killed, started again, and created again with the same settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.machine.question import Answer, EngineQuestion
from grader.machine.recording.redaction import REDACTED
from grader.probes.containers.find import ContainerFact, find_container
from grader.probes.containers.lifecycle import container_killed, kill_container, recreate_container
from tests.checks.fake_engine_json import fake_container
from tests.checks.fake_machine import FakeMachine, raises_probe_failed
from tests.scripted_machine import PODMAN_4

if TYPE_CHECKING:
    from grader.machine.subjects import Container

KILL, START = "POST /containers/web-id/kill", "POST /containers/web-id/start"
SPEC: dict[str, Any] = {"containers": {"mongo": {"name": "mongo", "image": "mongo"}}}
ASIDE = "grader-nonce-renewal"


def found(subject: Container) -> ContainerFact:
    fact = find_container(subject)
    assert isinstance(fact, ContainerFact)
    return fact


def web() -> tuple[FakeMachine, object]:
    return FakeMachine(fake_container()), {"web": {"name": "web", "image": "nginx"}}


def test_it_is_away_inside_and_back_behind() -> None:
    link, containers = web()
    machine = link.as_machine(containers=containers)
    fact = found(machine.container("web"))
    with container_killed(machine, fact):
        assert link.fake_containers[0].raw["State"]["Status"] == "exited"
        assert link.changes_requested() == [KILL]
        assert found(machine.container("web")).state == "exited"
    assert link.changes_requested() == [KILL, START]
    assert found(machine.container("web")).is_running


def test_what_was_seen_before_is_asked_anew() -> None:
    link, containers = web()
    machine = link.as_machine(containers=containers)
    fact = found(machine.container("web"))
    kill_container(machine, fact)
    before = len(link.questions)
    machine.engine("/containers/json", all="1")
    assert len(link.questions) == before + 1


def test_it_is_started_again_whatever_happens_meanwhile() -> None:
    link, containers = web()
    machine = link.as_machine(containers=containers)
    with pytest.raises(KeyboardInterrupt), container_killed(machine, found(machine.container("web"))):
        raise KeyboardInterrupt
    assert link.changes_requested() == [KILL, START]


def test_one_that_came_back_by_itself_is_good() -> None:
    link, containers = web()
    link.table[START] = Answer(304)
    machine = link.as_machine(containers=containers)
    with container_killed(machine, found(machine.container("web"))):
        pass


@pytest.mark.parametrize(("call", "asked"), [(KILL, "docker kill"), (START, "docker start")])
@pytest.mark.parametrize("status", [200, 404, 409, 500])
def test_an_engine_that_refuses_is_no_failure_of_the_students(call: str, asked: str, status: int) -> None:
    link, containers = web()
    link.table[call] = Answer(status, b"no")
    machine = link.as_machine(containers=containers)
    with (
        raises_probe_failed("answer-unexpected", asked=asked),
        container_killed(machine, found(machine.container("web"))),
    ):
        pass
    assert link.changes_requested() == [KILL, START]


def lab(**more: Any) -> FakeMachine:
    settings: dict[str, Any] = {"image": "mongo", "networks": {"net": "172.18.0.2"}, "mode": "net"} | more
    return FakeMachine(fake_container("mongo", **settings))


def renewed(machine: FakeMachine) -> None:
    judged = machine.as_machine(**SPEC)
    recreate_container(judged, found(judged.container("mongo")))
    assert found(judged.container("mongo")).id == "new-id", "the machine is looked at once more"


def created(machine: FakeMachine) -> dict[str, Any]:
    made = next(
        one for one in machine.questions if isinstance(one, EngineQuestion) and one.path == "/containers/create"
    )
    assert made.query == (("name", "mongo"),)
    body: dict[str, Any] = json.loads(made.body)
    return body


def test_the_old_one_is_put_aside_until_the_new_one_runs() -> None:
    machine = lab()
    renewed(machine)
    assert machine.changes_requested() == [
        "POST /containers/mongo-id/stop",
        "POST /containers/mongo-id/rename",
        "POST /containers/create",
        "POST /containers/new-id/start",
        "DELETE /containers/mongo-id",
    ]
    queries = {
        one.path: one.query for one in machine.questions if isinstance(one, EngineQuestion) and one.method != "GET"
    }
    assert queries["/containers/mongo-id/stop"] == (("t", "2"),)
    assert queries["/containers/mongo-id/rename"] == (("name", ASIDE),)
    assert queries["/containers/mongo-id"] == (("force", "1"),)
    assert [box.name for box in machine.fake_containers] == ["mongo"]


def test_the_new_one_has_the_settings_of_the_old_one() -> None:
    machine = lab(ports={"27017/tcp": "4000"}, env={"A": "1"}, config={"Hostname": "db"})
    old = machine.fake_containers[0].raw
    renewed(machine)
    body = created(machine)
    assert body["HostConfig"] == old["HostConfig"]
    assert {key: body[key] for key in old["Config"]} == old["Config"]


def test_a_hostname_that_is_the_old_id_is_left_out() -> None:
    machine = lab(config={"Hostname": "0123456789ab"})
    machine.fake_containers[0].raw["Id"] = "0123456789abcdef"
    renewed(machine)
    assert "Hostname" not in created(machine)


def test_without_a_hostname_there_is_none_to_leave_out() -> None:
    machine = lab()
    renewed(machine)
    assert "Hostname" not in created(machine)


def test_it_is_put_back_on_its_networks_with_what_was_asked_for() -> None:
    machine = lab()
    machine.fake_containers[0].raw["Id"] = "0123456789abcdef"
    machine.fake_containers[0].raw["NetworkSettings"]["Networks"] = {
        "other": {"NetworkID": "other-id", "Aliases": ["0123456789ab", "db"], "Links": ["x:y"]},
        "net": {"NetworkID": "net-id", "Aliases": None, "IPAMConfig": {"IPv4Address": "172.18.0.9"}, "Gateway": "1"},
    }
    renewed(machine)
    made_with = {"EndpointsConfig": {"net": {"IPAMConfig": {"IPv4Address": "172.18.0.9"}}}}
    assert created(machine)["NetworkingConfig"] == made_with
    joined = [one for one in machine.questions if isinstance(one, EngineQuestion) and one.path.endswith("/connect")]
    assert [one.path for one in joined] == ["/networks/other/connect"]
    wanted = {"Container": "new-id", "EndpointConfig": {"Links": ["x:y"], "Aliases": ["db"]}}
    assert json.loads(joined[0].body) == wanted


@pytest.mark.parametrize("mode", ["net", "net-id"])
def test_its_first_network_may_be_told_by_name_or_by_id(mode: str) -> None:
    machine = lab(mode=mode)
    machine.fake_containers[0].raw["NetworkSettings"]["Networks"] = {"net": {"NetworkID": "net-id"}}
    renewed(machine)
    assert created(machine)["NetworkingConfig"] == {"EndpointsConfig": {"net": {}}}


def test_a_network_that_it_has_left_is_not_asked_for() -> None:
    machine = lab(mode="old-net")
    machine.fake_containers[0].raw["NetworkSettings"]["Networks"] = {"net": {"NetworkID": "net-id", "Aliases": ["db"]}}
    renewed(machine)
    body = created(machine)
    assert body["HostConfig"]["NetworkMode"] == "net"
    assert body["NetworkingConfig"] == {"EndpointsConfig": {"net": {"Aliases": ["db"]}}}


@pytest.mark.parametrize("network", ["bridge", "host", "none", "podman"])
def test_the_engines_own_networks_are_not_joined(network: str) -> None:
    machine = lab(mode="default", networks={network: ""})
    renewed(machine)
    assert not [one for one in machine.changes_requested() if "connect" in one]


def test_podman_is_given_limits_as_it_takes_them() -> None:
    """It shows `--cpus` as a period and a quota, too, and ulimits by the kernel's names, and refuses both."""
    nofile = {"Soft": 1024, "Hard": 1024}
    limits: dict[str, Any] = {"NanoCpus": 500_000_000, "CpuPeriod": 100_000, "CpuQuota": 50_000, "Memory": 134_217_728}
    limits |= {"Ulimits": [{"Name": "RLIMIT_NOFILE"} | nofile]}
    machine = FakeMachine(fake_container("mongo", image="mongo", host=limits), version=PODMAN_4)
    renewed_with(machine)
    settings = created(machine)["HostConfig"]
    assert settings.items() >= {"NanoCpus": 500_000_000, "Memory": 134_217_728}.items()
    assert not settings.keys() & {"CpuPeriod", "CpuQuota"}
    assert settings["Ulimits"] == [{"Name": "nofile"} | nofile]


@pytest.mark.parametrize("gone", [404, 409])
def test_one_that_removes_itself_may_be_gone(gone: int) -> None:
    machine = lab()
    machine.table |= {
        "POST /containers/mongo-id/stop?*": Answer(gone),
        "POST /containers/mongo-id/rename?*": Answer(gone),
    }
    renewed_with(machine)


def renewed_with(machine: FakeMachine) -> None:
    judged = machine.as_machine(**SPEC)
    recreate_container(judged, found(judged.container("mongo")))


@pytest.mark.parametrize("status", [400, 500])
def test_an_engine_that_does_not_stop_it_is_no_failure_of_the_students(status: int) -> None:
    machine = lab()
    machine.table["POST /containers/mongo-id/stop?*"] = Answer(status, b"no")
    with raises_probe_failed("cannot-renew", asked="/containers/mongo-id/stop", detail=f"{status} no"):
        renewed_with(machine)
    assert [box.id for box in machine.fake_containers] == ["mongo-id"]


def test_a_status_below_400_is_good() -> None:
    machine = lab()
    machine.table["POST /containers/mongo-id/stop?*"] = Answer(399)
    renewed_with(machine)


@pytest.mark.parametrize("fails", ["/containers/create?*", "/containers/new-id/start"])
def test_the_old_one_comes_back_where_the_new_one_does_not_start(fails: str) -> None:
    machine = lab()
    machine.table[f"POST {fails}"] = Answer(500, b"no space left")
    with raises_probe_failed("cannot-renew", detail="500 no space left"):
        renewed_with(machine)
    assert [(box.id, box.name, box.raw["State"]["Status"]) for box in machine.fake_containers] == [
        ("mongo-id", "mongo", "running")
    ]


def test_a_container_whose_secrets_were_hidden_is_not_renewed() -> None:
    machine = lab(env={"PASSWORD": REDACTED})
    with raises_probe_failed("cannot-renew", asked="mongo"):
        renewed_with(machine)
    assert machine.changes_requested() == []
