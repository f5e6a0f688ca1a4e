"""Code that was mounted over an image's own, told from data that may well be mounted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.code import code_mount
from grader.machine.machine import Machine
from grader.machine.question import Answer, EngineQuestion, NoAnswer
from grader.machine.sheet import Sheet, Title
from tests.machine.scripts import Script
from tests.probes.inspected import inspected

if TYPE_CHECKING:
    from grader.machine.question import Question


class HasNothing(Script):
    def ask(self, question: Question) -> Answer | NoAnswer:
        assert isinstance(question, EngineQuestion)
        return Answer(404)


def mounted(at: str, **config: Any) -> bool:
    made = inspected(
        "tp3-app",
        config={"WorkingDir": "/app"} | config,
        Mounts=[{"Type": "bind", "Source": "/home/anna/x", "Destination": at}],
        Path="python",
        Args=["/srv/app.py"],
    )
    return code_mount(Machine(HasNothing(), Sheet(points=20, title=Title("", ""))), made) is not None


@pytest.mark.parametrize("at", ["/app", "/app/", "/", "/srv", "/srv/app.py", "/app/lib.py"])
def test_a_mount_on_the_code_is_seen(at: str) -> None:
    assert mounted(at)


@pytest.mark.parametrize("at", ["/data", "/app/data", "/application", "/srv/app.py.bak"])
def test_a_mount_beside_it_is_not(at: str) -> None:
    assert not mounted(at)
