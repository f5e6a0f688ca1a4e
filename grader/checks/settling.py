"""What can still come true: the one place that decides what a check waits for.

A verdict must not depend on how busy the machine is. A failure is reported once nothing that it depends on can change
it any more: nothing has just started, nothing is at work, and nothing has yet to print its first word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.errors import ProbeFailed
from grader.probes.containers.activity import read_processor_time_s, read_thread_states
from grader.probes.containers.find import NoContainer, find_container
from grader.probes.containers.logs import last_lines, read_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.checks.failure import CheckFailed
    from grader.machine.machine import Machine
    from grader.machine.subjects import Container
    from grader.probes.containers.inspect import ContainerFact

CONFIGURATION_CODES: Final = frozenset(
    {
        "address-not-name",
        "asks-another-container",
        "asks-itself",
        "health-check-always-passes",
        "health-check-cannot-run",
        "health-check-disabled",
        "health-check-missing",
        "looks-at-another-address",
        "looks-elsewhere",
        "looks-on-another-port",
        "network-internal",
        "no-common-network",
        "through-the-machine",
        "url-not-place",
    }
)
"""Failures that waiting never fixes, however young a container is: something that was typed is wrong."""
PROGRAM_CODES: Final = frozenset(
    {
        "api-not-todos",
        "api-without-database",
        "container-other-image",  # if it is judged by what listens inside
        "lb-answers-by-itself",
        "lb-finds-nobody",
        "lb-reaches-some",
        "listens-on-another-port",
        "nothing-listens-inside",
        "page-not-todos",
        "requests-lost",
        "site-error",
        "site-not-http",
        "site-silent",
        "site-status",
        "someone-else-answers",
        "todo-not-at-the-api",
    }
)
"""Failures of a program that is perhaps not ready yet, however long ago its container started."""
_NOT_LISTENING: Final = "nothing-listens-inside"
_FIRST_WORD_S: Final = 300.0
"""A program that has printed nothing for so long is one that prints nothing."""
_LOOKS: Final = 3
_LOOK_PAUSE_S: Final = 0.15
_AT_WORK: Final = frozenset("RD")
_BUSY_SHARE: Final = 0.05
"""Of one processor. An idle database uses a hundredth."""


def find_facts(*containers: Container) -> Iterator[ContainerFact]:
    """Those of the containers that exist. Each is looked for when it is its turn."""
    found = (find_container(container) for container in containers)
    return (fact for fact in found if not isinstance(fact, NoContainer))


def may_change(fact: ContainerFact, within_s: float) -> bool:
    """True while the container may still change by itself: just started, restarting, or health not yet known."""
    if fact.state == "restarting":
        return fact.restarts <= 1
    return fact.is_running and (fact.health == "starting" or fact.uptime_s < within_s)


def is_at_work(machine: Machine, facts: Iterable[ContainerFact]) -> bool:
    """True if a program in one of the containers runs, or waits for a processor or a disk.

    A program that a busy machine keeps waiting uses little processor time: its state shows it. Processor time decides
    only where the engine cannot list the threads.
    """
    running = [fact for fact in facts if fact.is_running]
    used: dict[str, tuple[float, float]] = {}
    for look in range(_LOOKS):
        if look:
            machine.wait(_LOOK_PAUSE_S)
        for fact in running:
            states = read_thread_states(machine, fact.id)
            if states is not None:
                if _AT_WORK.intersection(states):
                    return True
                continue
            used_s, at = read_processor_time_s(machine, fact.id), machine.now()
            if used_s is not None:
                before_s, since = used.setdefault(fact.id, (used_s, at))
                if used_s - before_s > _BUSY_SHARE * (at - since):
                    return True
    return False


def has_yet_to_speak(machine: Machine, failure: CheckFailed, facts: Iterable[ContainerFact]) -> bool:
    """True if the failure is that nothing listens in a container, which has not printed anything either."""
    if failure.code != _NOT_LISTENING:
        return False
    for fact in facts:
        if fact.name == failure.values.get("name") and fact.is_running and fact.uptime_s < _FIRST_WORD_S:
            try:
                log = read_log(machine, fact)
            except ProbeFailed:
                continue  # an older recording without its log
            if log is not None and not last_lines(log):
                return True
    return False
