"""How a service of a swarm answers: by the routing mesh, by a port of each task, or by a container in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.swarm.entry_points import EntryPoint, require_task_answer
from grader.errors import ProbeFailed
from grader.machine.question import Answer, FileQuestion, HttpQuestion, NoAnswer
from grader.probes.containers.find import inspect_container
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed, serves

IPVS = "/proc/sys/net/ipv4/vs"


class FakeEntryPoints(FakeMachine):
    """Two tasks of one service, behind port 4000."""

    def __init__(self, **more: Any) -> None:
        settings: dict[str, Any] = {"listens": ("0.0.0.0:80",)} | more
        self.task1, self.task2 = fake_container("web.1", **settings), fake_container("web.2", **settings)
        self.proxy = fake_container(
            "porte", image="haproxy", image_id="sha256:ha", listens=("0.0.0.0:80",), log=b"a\nb\nc\nd\n"
        )
        super().__init__(self.task1, self.task2, self.proxy)
        self.sites[4000] = serves(self.task2)

    def ask_at(self, *, proxy: bool = False, **entry_point: Any) -> None:
        machine = self.as_machine()

        def fact(box: FakeContainer) -> Any:
            return inspect_container(machine, box.id)

        tasks = (fact(self.task1), fact(self.task2))
        require_task_answer(machine, EntryPoint(4000, 80, tasks, fact(self.proxy) if proxy else None, **entry_point))

    def paths(self) -> list[str]:
        return [one.path for one in self.questions if isinstance(one, HttpQuestion)]


def test_a_request_found_in_the_log_of_a_task_proves_it() -> None:
    machine = FakeEntryPoints()
    machine.ask_at()
    machine.ask_at(proxy=True)
    assert machine.paths() == ["/.grader-nonce-task", "/.grader-nonce-task-2"]
    assert machine.total_wait_s == 0


def test_the_address_of_the_entry_point_is_asked() -> None:
    machine = FakeEntryPoints()
    machine.sites["192.0.2.7:4000"] = machine.sites.pop(4000)
    machine.ask_at(host_ip="192.0.2.7")


def test_a_log_line_may_come_a_little_later() -> None:
    machine = FakeEntryPoints()
    machine.sites[4000] = Answer(499)
    machine.schedule(0.4, lambda: setattr(machine.task1, "log", b".grader-nonce-task"))
    machine.ask_at()
    assert machine.total_wait_s == pytest.approx(0.4)


def test_tasks_that_log_nothing_are_known_by_what_they_receive() -> None:
    machine = FakeEntryPoints(received=0)
    machine.sites[4000] = serves(machine.task1, logs=False)
    machine.ask_at(proxy=True)
    assert len(machine.paths()) == 1 + 8
    assert {len(one) for one in machine.paths()[1:]} == {len("/.grader-nonce-task-") + 4000}
    assert machine.total_wait_s == pytest.approx(2.4)


@pytest.mark.parametrize(("count", "is_enough"), [(3999, False), (4000, True)])
def test_as_many_bytes_as_one_request_has_are_enough(count: int, *, is_enough: bool) -> None:
    machine = FakeEntryPoints(received=0)

    def site(question: HttpQuestion) -> Answer:
        machine.task1.received = count if "xxx" in question.path else 0
        return Answer(200)

    machine.sites[4000] = site
    if is_enough:
        machine.ask_at()
    else:
        with fails_with("someone-else-answers"):
            machine.ask_at()


def test_an_answer_that_no_task_gave_is_somebody_elses() -> None:
    machine = FakeEntryPoints()
    machine.sites[4000] = Answer(200, headers={"server": "apache"})
    with fails_with("someone-else-answers", name="web.1", port=4000, server="apache"):
        machine.ask_at()
    machine.sites[4000] = Answer(200)
    with fails_with("someone-else-answers", server="?"):
        machine.ask_at()


def test_a_container_before_them_that_answers_by_itself_is_told() -> None:
    machine = FakeEntryPoints()
    machine.sites[4000] = serves(machine.proxy)
    with fails_with("lb-answers-by-itself", name="porte", reached=0, wanted=2):
        machine.ask_at(proxy=True)


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_is_that_of_the_service_or_of_what_stands_before_it(status: int) -> None:
    machine = FakeEntryPoints()
    machine.sites[4000] = Answer(status)
    with fails_with("site-error", port=4000, status=status):
        machine.ask_at()
    with fails_with("lb-finds-nobody", name="porte", status=status) as found:
        machine.ask_at(proxy=True)
    assert found[0].evidence == ("b", "c", "d")
    deaf = FakeEntryPoints(listens=())
    deaf.sites[4000] = Answer(status)
    with fails_with("nothing-listens-inside", name="web.1"):
        deaf.ask_at(proxy=True)


# --- silence ---------------------------------------------------------------------------------------------------------


def silent(machine: FakeEntryPoints, why: NoAnswer | None = None, **entry_point: Any) -> None:
    machine.sites[4000] = why or NoAnswer("refused")
    machine.ask_at(**entry_point)


def test_what_is_no_http_is_told_of_who_listens() -> None:
    with fails_with("site-not-http", port=4000, name="web.1"):
        silent(FakeEntryPoints(listens=()), NoAnswer("not-http"))
    with fails_with("site-not-http", name="porte"):
        silent(FakeEntryPoints(), NoAnswer("not-http"), proxy=True, is_routing_mesh=True)


def test_silence_is_explained_by_what_listens_inside() -> None:
    machine = FakeEntryPoints()
    machine.task2.listens = ("127.0.0.1:80",)
    with fails_with("listens-on-loopback-inside", name="web.2", inside=80):
        silent(machine, is_routing_mesh=True)
    with fails_with("site-silent", name="porte", port=4000, why="refused"):
        silent(machine, proxy=True)
    machine.proxy.listens = ("0.0.0.0:8080",)
    with fails_with("listens-on-another-port", name="porte", inside=80, others="8080"):
        silent(machine, proxy=True)


def test_silence_of_a_port_of_one_task_is_silence() -> None:
    with fails_with("site-silent", name="web.1", port=4000, why="timeout"):
        silent(FakeEntryPoints(), NoAnswer("timeout"))


@pytest.mark.parametrize(
    ("kernel", "detail"),
    [
        (Answer(404), "no IPVS"),
        (Answer(200), "refused"),
        (NoAnswer("not-at-hand"), "refused"),
        (NoAnswer("no-access"), "refused"),
    ],
)
def test_a_swarm_that_does_not_pass_on_is_no_failure_of_the_students(kernel: Answer | NoAnswer, detail: str) -> None:
    machine = FakeEntryPoints()
    machine.disk[IPVS] = kernel
    with raises_probe_failed("no-mesh", port="4000", detail=detail):
        silent(machine, is_routing_mesh=True)
    assert machine.questions[-1] == FileQuestion("list", IPVS)


def test_an_error_of_ours_is_raised_as_it_is() -> None:
    with pytest.raises(ProbeFailed):
        silent(FakeEntryPoints(), is_routing_mesh=True)
