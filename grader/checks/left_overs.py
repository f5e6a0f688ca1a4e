"""What can be expected of the machine as a whole: no containers left over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.containers import there
from grader.checks.expectation import Expectation
from grader.checks.mistake import Mistake
from grader.probes.container_list import all_containers

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_list import ContainerSummary

__all__ = ["MachineExpectation"]

_OF_TOOLS: Final = ("com.docker.compose.", "com.docker.swarm.", "desktop.docker.", "devcontainer.", "io.kubernetes.")
"""Prefixes of the labels that tools put on their containers: these are not left over from a `docker run`."""
_UP: Final = {"running", "paused", "restarting"}


class MachineExpectation(Expectation):
    _subject: Machine

    def to_have_no_other_container(self) -> None:
        """The machine has the containers of the exercise spec and no others, running or stopped.

        Containers of other exercises (`ignored_containers` in the spec) do not count, nor do those of Compose, Swarm
        and other tools. Asks: the list, one inspect per container of the spec. Diagnoses: `left-over-running`,
        `left-over-stopped`, those of a missing container.
        """
        sheet = self._subject.sheet
        wanted = {there(self._subject.container(role)).name for role in sheet.containers}
        others = [
            one for one in all_containers(self._subject) if one.name not in wanted | set(sheet.ignored_containers)
        ]
        left = [one for one in others if not _is_of_a_tool(one)]
        if left:
            code = "left-over-running" if any(one.state in _UP for one in left) else "left-over-stopped"
            names = ", ".join(one.name for one in left)
            raise Mistake(code, names=names, wanted=", ".join(sorted(wanted)), count=len(left))


def _is_of_a_tool(container: ContainerSummary) -> bool:
    return container.name.startswith(".grader-") or any(label.startswith(_OF_TOOLS) for label in container.labels)
