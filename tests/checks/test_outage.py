"""A container killed for a while, and started again in every case."""

from __future__ import annotations

import pytest

from grader.checks.containers import running, there
from grader.checks.outage import kill, killed
from grader.machine.question import Answer
from tests.checks.engine_json import container
from tests.checks.fake_machine import FakeMachine, cannot_look

KILL, START = "POST /containers/web-id/kill", "POST /containers/web-id/start"


def lab() -> tuple[FakeMachine, object]:
    return FakeMachine(container()), {"web": {"name": "web", "image": "nginx"}}


def test_it_is_away_inside_and_back_behind() -> None:
    link, containers = lab()
    machine = link.judged(containers=containers)
    fact = running(machine.container("web"))
    with killed(machine, fact):
        assert link.boxes[0].raw["State"]["Status"] == "exited"
        assert link.posts() == [KILL]
        assert there(machine.container("web")).state == "exited"
    assert link.posts() == [KILL, START]
    assert running(machine.container("web")).is_running


def test_what_was_seen_before_is_asked_anew() -> None:
    link, containers = lab()
    machine = link.judged(containers=containers)
    fact = running(machine.container("web"))
    kill(machine, fact)
    before = len(link.asked)
    machine.engine("/containers/json", all="1")
    assert len(link.asked) == before + 1


def test_it_is_started_again_whatever_happens_meanwhile() -> None:
    link, containers = lab()
    machine = link.judged(containers=containers)
    with pytest.raises(KeyboardInterrupt), killed(machine, running(machine.container("web"))):
        raise KeyboardInterrupt
    assert link.posts() == [KILL, START]


def test_one_that_came_back_by_itself_is_good() -> None:
    link, containers = lab()
    link.table[START] = Answer(304)
    machine = link.judged(containers=containers)
    with killed(machine, running(machine.container("web"))):
        pass


@pytest.mark.parametrize(("call", "asked"), [(KILL, "docker kill"), (START, "docker start")])
@pytest.mark.parametrize("status", [200, 404, 409, 500])
def test_an_engine_that_refuses_is_no_failure_of_the_students(call: str, asked: str, status: int) -> None:
    link, containers = lab()
    link.table[call] = Answer(status, b"no")
    machine = link.judged(containers=containers)
    with cannot_look("answer-unexpected", asked=asked), killed(machine, running(machine.container("web"))):
        pass
    assert link.posts() == [KILL, START]
