"""What can be expected of the machine as a whole: no containers left over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.containers.expectation import require_container
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.probes.containers.listing import list_containers

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.listing import ContainerSummary

_TOOL_LABEL_PREFIXES: Final = (
    "com.docker.compose.",
    "com.docker.desktop.",
    "com.docker.swarm.",
    "container-lab-grader.",
    "devcontainer.",
    "io.kubernetes.",
)
"""Prefixes of the labels that tools put on their containers: these are not left over from a `docker run`.
The grader's own image has one.

Not `desktop.docker.io/`: Docker Desktop puts such labels on every container, those of `docker run` too."""
_LIVE_STATES: Final = {"running", "paused", "restarting"}


class MachineExpectation(Expectation):
    _subject: Machine

    def to_have_no_other_container(self) -> None:
        """The machine has the containers of the exercise spec and no others, running or stopped.

        Containers of other exercises do not count, nor do those of Compose, Swarm and other tools.
        Asks: the list, one inspect per container of the spec. Diagnoses: `left-over-running`, `left-over-stopped`,
        those of a missing container.
        """
        spec = self._subject.spec
        wanted = {require_container(self._subject.container(role)).name for role in spec.containers}
        known = {*wanted, *spec.ignored_containers, *spec.others.containers}
        others = [one for one in list_containers(self._subject) if one.name not in known]
        left = [one for one in others if not _is_made_by_a_tool(one)]
        if left:
            code = "left-over-running" if any(one.state in _LIVE_STATES for one in left) else "left-over-stopped"
            names = ", ".join(one.name for one in left)
            raise CheckFailed(code, names=names, wanted=", ".join(sorted(wanted)), count=len(left))


def _is_made_by_a_tool(container: ContainerSummary) -> bool:
    return container.name.startswith(".grader-") or any(
        label.startswith(_TOOL_LABEL_PREFIXES) for label in container.labels
    )
