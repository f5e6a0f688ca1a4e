"""How the last run of a container ended, by its events and by its state."""

from __future__ import annotations

from typing import Any

import pytest

from grader.machine.question import Answer
from grader.probes.containers.endings import read_ending
from grader.probes.containers.find import find_container
from grader.probes.containers.inspect import ContainerFact
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine
from tests.scripted_machine import DOCKER_26, PODMAN_4, Version

WEB: dict[str, Any] = {"web": {"name": "web", "image": "nginx"}}
Events = tuple[tuple[str, float, dict[str, str]], ...]
"""Each with how many seconds ago it was."""
CREATED: Events = (("create", 100, {}), ("start", 99, {}))
STOP: Events = (("kill", 12, {"signal": "15"}), ("kill", 2, {"signal": "9"}), ("die", 1.9, {"exitCode": "137"}))


def ending(*events: tuple[str, float, dict[str, str]], version: Version = DOCKER_26, **state: Any) -> str:
    box = fake_container(state="exited", **state)
    for action, ago_s, attributes in events:
        box.add_event(action, ago_s, **attributes)
    return ending_of(FakeMachine(box, version=version), box)


def ending_of(machine: FakeMachine, box: FakeContainer) -> str:
    here = machine.as_machine(containers=WEB)
    fact = find_container(here.container(box.name))
    assert isinstance(fact, ContainerFact)
    return read_ending(here, fact)


@pytest.mark.parametrize(
    ("events", "how"),
    [
        ((*STOP, ("stop", 1.8, {})), "stopped"),
        ((("kill", 40, {"signal": "15"}), ("die", 2, {}), ("stop", 2, {})), "stopped"),
        (STOP, "signalled"),
        ((("kill", 2.5, {"signal": "2"}), ("die", 2, {"exitCode": "0"})), "signalled"),
        ((("kill", 14, {"signal": "2"}), ("die", 2, {"exitCode": "0"})), "signalled"),
        ((("kill", 14.1, {"signal": "2"}), ("die", 2, {"exitCode": "0"})), "itself"),
        ((("kill", 2.5, {"signal": "28"}), ("die", 2, {"exitCode": "137"})), "itself"),
        ((("die", 2, {"exitCode": "137"}),), "itself"),
        ((("oom", 2.5, {}), ("die", 2, {"exitCode": "137"})), "itself"),
        ((("exec_die", 3, {"exitCode": "0"}), ("die", 2, {"exitCode": "0"})), "itself"),
    ],
)
def test_the_events_of_its_last_run_decide(events: Events, how: str) -> None:
    assert ending(*CREATED, *events) == how
    assert ending(("start", 300, {}), *STOP[:1], ("die", 200, {}), ("stop", 200, {}), *CREATED, *events) == how


def test_an_earlier_run_that_was_stopped_says_nothing_about_the_last() -> None:
    stopped: Events = (("kill", 90, {"signal": "15"}), ("die", 89, {"exitCode": "0"}), ("stop", 89, {}))
    again: Events = (("start", 50, {}), ("die", 2, {"exitCode": "0"}))
    assert ending(*CREATED, *stopped, *again) == "itself"


def test_podmans_words_mean_the_same() -> None:
    assert ending(*CREATED, ("died", 2, {"containerExitCode": "0"}), version=PODMAN_4) == "itself"
    assert (
        ending(*CREATED, ("kill", 2.1, {}), ("died", 2, {"containerExitCode": "137"}), version=PODMAN_4) == "signalled"
    )


@pytest.mark.parametrize(
    ("exit_code", "is_out_of_memory", "how"),
    [
        (137, False, "stopped"),
        (143, False, "stopped"),
        (137, True, "itself"),
        (1, False, "itself"),
        (0, False, "itself"),
    ],
)
def test_podman_does_not_report_every_stop(exit_code: int, how: str, *, is_out_of_memory: bool) -> None:
    box = fake_container(state="exited", exit_code=exit_code)
    box.set_state("exited", OOMKilled=is_out_of_memory, ExitCode=exit_code)
    for action, ago_s in (("create", 100), ("start", 99), ("died", 2)):
        box.add_event(action, ago_s)
    assert ending_of(FakeMachine(box, version=PODMAN_4), box) == how


@pytest.mark.parametrize(
    ("events", "exit_code", "how"),
    [
        ((), 0, "unknown"),
        ((("die", 2, {"exitCode": "0"}),), 0, "unknown"),
        ((("die", 2, {"exitCode": "0"}), ("stop", 2, {})), 0, "stopped"),
        (STOP, 137, "signalled"),
        ((("kill", 2, {"signal": "15"}),), 0, "unknown"),
        (CREATED, 0, "unknown"),
    ],
)
def test_what_the_engine_has_forgotten_is_not_made_up(events: Events, exit_code: int, how: str) -> None:
    """It remembers the last 256 events of all containers, and none from before it was started."""
    assert ending(*events, exit_code=exit_code) == how


@pytest.mark.parametrize(
    ("exit_code", "more", "how"),
    [
        (137, {}, "stopped"),
        (143, {}, "stopped"),
        (0, {"host": {"RestartPolicy": {"Name": "unless-stopped"}}}, "stopped"),
        (0, {"host": {"RestartPolicy": {"Name": "always"}}}, "stopped"),
        (0, {"host": {"RestartPolicy": {"Name": "on-failure"}}}, "unknown"),
        (129, {}, "unknown"),
        (130, {}, "unknown"),
        (255, {}, "unknown"),
        (1, {}, "itself"),
        (127, {}, "itself"),
    ],
)
def test_without_events_its_state_decides_as_far_as_it_goes(exit_code: int, more: dict[str, Any], how: str) -> None:
    assert ending(exit_code=exit_code, **more) == how


def test_the_kernel_may_have_killed_it() -> None:
    box = fake_container(state="exited", exit_code=137)
    box.set_state("exited", OOMKilled=True)
    assert ending_of(FakeMachine(box), box) == "itself"


@pytest.mark.parametrize("answer", [Answer(500), Answer(200, b"{"), Answer(200, b"[]"), Answer(200, truncated=True)])
def test_events_that_cannot_be_read_are_as_forgotten(answer: Answer) -> None:
    box = fake_container(state="exited", exit_code=143)
    machine = FakeMachine(box)
    machine.table["/events?*"] = answer
    assert ending_of(machine, box) == "stopped"
