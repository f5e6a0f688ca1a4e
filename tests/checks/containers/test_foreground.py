"""Whether a container was started in the foreground, on engines that record it and on those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.checks.containers.foreground import was_attached
from grader.exercise.spec import ExerciseSpec
from grader.machine.machine import Machine
from grader.machine.question import Answer, EngineQuestion, NoAnswer
from grader.machine.transport.engine_version import EngineVersion
from grader.probes.containers.inspect import ContainerFact, parse_container
from tests.machine.scripts import VERSION, ScriptedTransport

if TYPE_CHECKING:
    from grader.machine.question import Question

PODMAN = VERSION | {"Components": [{"Name": "Podman Engine"}], "Version": "4.3.1"}
BEGAN = 1_795_494_253.0


class Remembers(ScriptedTransport):
    """An engine that remembers these actions on a container, each so many seconds after the first."""

    def __init__(self, *actions: tuple[str, float], podman: bool) -> None:
        super().__init__()
        self._podman = podman
        lines = [msgspec.json.encode({"Action": name, "timeNano": int((BEGAN + at) * 1e9)}) for name, at in actions]
        self._events = b"\n".join(lines)

    def version(self) -> EngineVersion:
        return EngineVersion(PODMAN if self._podman else VERSION)

    def ask(self, question: Question) -> Answer | NoAnswer:
        assert isinstance(question, EngineQuestion)
        assert question.path == "/events"
        # Podman leaves out half of the events if an end is given; Docker streams forever without one.
        assert ("until" in dict(question.query)) is not self._podman
        return Answer(body=self._events)


def container(*, attached: bool, labels: dict[str, str] | None = None) -> ContainerFact:
    raw = {
        "Id": "c0ffee",
        "Name": "/web",
        "State": {"Status": "running", "StartedAt": "2026-11-24T04:24:13.6Z"},
        "Config": {"AttachStdout": attached, "Labels": labels or {}},
        "HostConfig": {},
        "NetworkSettings": {},
    }
    return parse_container(Answer(body=msgspec.json.encode(raw), at=BEGAN + 60))


def seen(
    *actions: tuple[str, float], attached: bool, podman: bool, labels: dict[str, str] | None = None
) -> bool | None:
    spec = ExerciseSpec(points=20, title={})
    machine = Machine(Remembers(*actions, podman=podman), spec)
    return was_attached(machine, container(attached=attached, labels=labels))


DETACHED = (("create", 0.0), ("init", 0.1), ("start", 0.2))
DOCKER_RUN = (("create", 0.0), ("init", 0.1), ("attach", 0.1), ("start", 0.3))
PODMAN_RUN = (("create", 0.0), ("init", 0.1), ("start", 0.2), ("attach", 0.3))


@pytest.mark.parametrize("podman", [False, True])
@pytest.mark.parametrize("run", [DOCKER_RUN, PODMAN_RUN])
def test_a_terminal_attached_at_the_start_is_the_foreground(
    run: tuple[tuple[str, float], ...], *, podman: bool
) -> None:
    assert seen(*run, attached=not podman, podman=podman) is True


def test_looking_at_it_later_is_not() -> None:
    for podman in (False, True):
        assert seen(*DETACHED, ("attach", 30.0), attached=not podman, podman=podman) is False


def test_started_again_in_the_background_it_is_in_the_background() -> None:
    again = (*DOCKER_RUN, ("die", 5.0), ("start", 9.0))
    for podman in (False, True):
        assert seen(*again, attached=not podman, podman=podman) is False


@pytest.mark.parametrize(("later_s", "is_run"), [(2.0, True), (2.1, False)])
def test_what_attaches_within_two_seconds_is_a_run(later_s: float, *, is_run: bool) -> None:
    # The start is at a round second: as nanoseconds, other dates are no exact fractions.
    events = (("create", 0.0), ("start", 1.0), ("attach", 1.0 + later_s))
    for podman in (False, True):
        assert seen(*events, attached=True, podman=podman) is is_run


def test_other_events_between_the_terminal_and_the_start_do_not_count() -> None:
    for podman in (False, True):
        assert seen(("create", 0.0), ("attach", 0.1), ("init", 0.2), ("start", 0.3), attached=True, podman=podman)


def test_a_terminal_of_the_run_before_does_not_count() -> None:
    for podman in (False, True):
        assert seen(*PODMAN_RUN, ("die", 5.0), ("start", 9.0), attached=True, podman=podman) is False


def test_created_then_started_it_only_looks_attached() -> None:
    assert seen(*DETACHED, attached=True, podman=False) is False


def test_docker_needs_no_memory_where_the_configuration_says_it() -> None:
    assert seen(attached=False, podman=False) is False
    assert seen(attached=True, podman=False) is True
    assert seen(attached=True, podman=False, labels={"com.docker.compose.service": "web"}) is False


def test_podman_without_its_memory_cannot_tell() -> None:
    assert seen(attached=False, podman=True) is None
