"""A service of a swarm: its tasks, its network, its port, and that a killed task is replaced."""

from __future__ import annotations

import pytest

from grader.machine.question import Answer, NoAnswer
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container, fake_service, fake_task
from tests.checks.fake_machine import fails_with, raises_probe_failed, serves
from tests.checks.fake_swarm import FakeSwarm, fake_proxy, host_port

# --- existence -------------------------------------------------------------------------------------------------------


def test_a_service_with_a_task_that_stays_runs() -> None:
    lab = FakeSwarm()
    lab.tasks = lab.tasks[:1]
    lab.service().to_run()
    assert lab.total_wait_s == 0


def test_a_service_of_a_stack_is_called_as_its_file_says() -> None:
    lab = FakeSwarm()
    lab.services[0]["Spec"] |= {"Name": "tp8_web", "Labels": {"com.docker.stack.namespace": "tp8"}}
    lab.service().to_run()


@pytest.mark.parametrize(
    ("others", "services", "code", "near"),
    [
        ((), (), "swarm-service-missing", None),
        ((), ("wbe",), "swarm-service-misspelt", "wbe"),
        ((fake_container("web"),), (), "service-by-hand", "web"),
        ((fake_container("x-web-1", labels=compose_labels("web")),), (), "service-by-hand", "x-web-1"),
        ((fake_container("web-2"),), (), "service-by-hand", "web-2"),
        ((fake_container("webs"), fake_container("my-web")), (), "swarm-service-missing", None),
        ((fake_container("web_3"), fake_container("web")), (), "service-by-hand", "web"),
    ],
)
def test_one_that_is_not_there_is_told_with_what_was_done_instead(
    others: tuple[FakeContainer, ...], services: tuple[str, ...], code: str, near: str | None
) -> None:
    lab = FakeSwarm()
    lab.fake_containers, lab.services = list(others), [fake_service(name) for name in services]
    with fails_with(code, service="web", **({"near": near} if near else {})):
        lab.service().to_run()
    assert lab.total_wait_s == 0


def test_services_that_cannot_be_listed_are_no_failure() -> None:
    lab = FakeSwarm()
    lab.table["/services"] = Answer(503, b"not a manager")
    with raises_probe_failed("answer-unexpected"):
        lab.service().to_run()


# --- tasks -----------------------------------------------------------------------------------------------------------


def test_three_tasks_that_stay_are_all() -> None:
    lab = FakeSwarm()
    lab.service().to_run_all_its_tasks()
    assert lab.total_wait_s == 0


def test_another_number_is_told() -> None:
    with fails_with("service-scale", service="web", seen=2, wanted=3):
        FakeSwarm(replicas=2).service().to_run_all_its_tasks()
    with fails_with("service-global", service="web", wanted=3):
        FakeSwarm(replicas=None).service().to_run_all_its_tasks()


def test_tasks_that_start_are_waited_for() -> None:
    for run in ("to_run", "to_run_all_its_tasks"):
        lab = FakeSwarm()
        lab.tasks = [fake_task(f"t{slot}", slot, "preparing") for slot in (1, 2, 3)]
        lab.schedule(20, lambda lab=lab: [lab.set_task(number, "running") for number in range(3)])  # type: ignore[misc]
        getattr(lab.service(), run)()
        assert 23 <= lab.total_wait_s < 25


def test_a_minute_is_enough_to_start() -> None:
    lab = FakeSwarm()
    lab.set_task(2, "preparing")
    with fails_with("tasks-starting", running=2, wanted=3):
        lab.service().to_run_all_its_tasks()
    assert lab.total_wait_s == 60


def test_tasks_that_have_settled_are_not_waited_for() -> None:
    lab = FakeSwarm()
    lab.tasks = [fake_task("t", 1, "pending", error="no suitable node")]
    with fails_with("tasks-pending", detail="no suitable node"):
        lab.service().to_run()
    assert lab.total_wait_s == 0


# --- network ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("networks", [("tp8-net-id",), ("tp8-net",), ("other-id", "tp8-net-id")])
def test_a_service_is_on_its_network_by_id_or_by_name(networks: tuple[str, ...]) -> None:
    lab = FakeSwarm()
    lab.services = [fake_service(networks=networks)]
    lab.service().to_be_connected_to(lab.machine().network("overlay"))


@pytest.mark.parametrize(("networks", "others"), [((), "-"), (("other-id", "gone-id"), "other, gone-id")])
def test_a_service_that_is_not_on_it_is_told_where_it_is(networks: tuple[str, ...], others: str) -> None:
    lab = FakeSwarm()
    lab.services = [fake_service(networks=networks)]
    with fails_with("service-not-on-network", service="web", network="tp8-net", others=others):
        lab.service().to_be_connected_to(lab.machine().network("overlay"))


def test_a_network_that_is_not_there_is_told() -> None:
    lab = FakeSwarm()
    lab.networks = []
    with fails_with("network-missing", network="tp8-net"):
        lab.service().to_be_connected_to(lab.machine().network("overlay"))


# --- answering -------------------------------------------------------------------------------------------------------


def test_a_service_on_its_port_is_published_and_answers() -> None:
    lab = FakeSwarm()
    lab.service().to_be_published()
    lab.service().to_answer()


def test_only_tasks_that_run_are_behind_its_port() -> None:
    lab = FakeSwarm()
    lab.tasks[0] = fake_task("t1", 1, "shutdown", desired_state="shutdown", container_id="web.1-id")
    with fails_with("someone-else-answers", name="web.2"):
        lab.service().to_answer()


def test_each_port_of_a_task_must_answer() -> None:
    lab = FakeSwarm(ports=(host_port(None),))
    for number, port in enumerate((32768, 32769, 32770)):
        lab.tasks[number]["Status"]["PortStatus"] = {"Ports": [host_port(port)]}
        lab.sites[port] = serves(lab.containers[number])
    lab.service().to_answer()
    lab.sites[32770] = NoAnswer("refused")
    with fails_with("site-silent", name="web.3", port=32770):
        lab.service().to_answer()


def test_a_service_without_a_container_here_is_no_failure() -> None:
    lab = FakeSwarm()
    lab.fake_containers = []
    with raises_probe_failed("task-elsewhere", service="web"):
        lab.service().to_answer()


def test_tasks_that_have_just_started_may_answer_yet() -> None:
    lab = FakeSwarm()
    good, lab.sites[4000] = lab.sites[4000], Answer(503)
    lab.containers[2].raw["State"] = fake_container(up_s=1).raw["State"]
    lab.schedule(4, lambda: lab.sites.update({4000: good}))
    lab.service(within_s=20).to_answer()
    assert lab.total_wait_s >= 4


def test_what_stands_before_them_may_answer_yet() -> None:
    lab = FakeSwarm(fake_proxy(up_s=1), ports=())
    good, lab.sites[4000] = lab.sites[4000], NoAnswer("refused")
    lab.schedule(4, lambda: lab.sites.update({4000: good}))
    lab.service(within_s=20).to_answer()
    assert lab.total_wait_s >= 4


def test_what_has_settled_is_not_waited_for() -> None:
    lab = FakeSwarm(fake_proxy(), ports=())
    lab.sites[4000] = NoAnswer("refused")
    with fails_with("site-silent", name="porte"):
        lab.service(within_s=20).to_answer()
    assert lab.total_wait_s < 1.1, "it is looked at, and not waited for"


# --- a task that is killed -------------------------------------------------------------------------------------------


def killed(
    lab: FakeSwarm, *, noticed_s: float | None = 1, replaced_s: float | None = 8, replacement: str = "new"
) -> None:
    """The swarm notices the kill after that time, and has another task running after that time."""
    if noticed_s is not None:
        lab.schedule(noticed_s, lambda: lab.set_task(0, "failed", wanted="shutdown"))
        lab.schedule(noticed_s, lambda: lab.tasks.append(fake_task(replacement, 1, "ready")))
    if replaced_s is not None:
        lab.schedule(replaced_s, lambda: lab.set_task(3, "running"))
    lab.service().to_replace_a_killed_task()


def test_a_killed_task_is_replaced() -> None:
    lab = FakeSwarm()
    killed(lab)
    assert lab.changes_requested() == ["POST /containers/web.1-id/kill"]
    assert 8 <= lab.total_wait_s < 9.2


@pytest.mark.parametrize(
    ("noticed_s", "replaced_s", "waited_s"),
    [(None, None, 16), (1, None, 30), (29, None, 16)],
    ids=["never noticed", "never up", "late"],
)
def test_one_that_is_not_replaced_is_told(noticed_s: float | None, replaced_s: float | None, waited_s: float) -> None:
    lab = FakeSwarm()
    running = 2 if noticed_s == 1 else 3
    with fails_with("task-not-replaced", service="web", name="web.1", running=running, wanted=3):
        killed(lab, noticed_s=noticed_s, replaced_s=replaced_s)
    assert waited_s - 1.1 <= lab.total_wait_s <= waited_s


def test_the_first_task_that_runs_is_the_one() -> None:
    lab = FakeSwarm()
    lab.tasks.insert(0, fake_task("old", 1, "failed", desired_state="shutdown", since_s=1, container_id="gone"))
    lab.schedule(1, lambda: lab.set_task(1, "failed", wanted="shutdown"))
    lab.schedule(2, lambda: lab.tasks.append(fake_task("new", 1, since_s=0)))
    lab.service().to_replace_a_killed_task()
    assert lab.changes_requested() == ["POST /containers/web.1-id/kill"]


def test_a_task_elsewhere_cannot_be_killed_from_here() -> None:
    lab = FakeSwarm()
    lab.fake_containers = []
    with raises_probe_failed("task-elsewhere", service="web"):
        lab.service().to_replace_a_killed_task()


def test_an_engine_that_does_not_kill_is_no_failure() -> None:
    lab = FakeSwarm()
    lab.table["POST /containers/web.1-id/kill"] = Answer(500, b"no")
    with raises_probe_failed("answer-unexpected", asked="docker kill"):
        lab.service().to_replace_a_killed_task()


def test_a_date_is_needed_to_tell_how_long_a_task_has_run() -> None:
    lab = FakeSwarm()
    lab.table["/tasks?*"] = Answer(200, b"[]")
    with raises_probe_failed("no-clock"):
        lab.service().to_run()
