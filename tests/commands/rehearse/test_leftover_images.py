"""What a solution leaves on the engine for the next one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grader.commands.rehearse.engine import RehearsalEngine
from grader.machine.transport.engine_address import engine_address
from grader.roster.machine_url import parse_machine_url
from tests.robot.robot import select_wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab import Engine

pytestmark = pytest.mark.live


def test_a_built_image_stays_for_the_next_solution_and_a_committed_one_does_not(
    engine: Engine, images: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    images("ubuntu", "python:alpine")
    for name, value in engine.env().items():
        monkeypatch.setitem(os.environ, name, value)
    ((suite, solution),) = select_wrong(["tp3/wrong/couches-of-a-commit"])

    def tagged() -> dict[str, str]:
        listed = engine.docker("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").stdout
        return dict(line.split() for line in listed.splitlines())

    before = tagged()
    stage = RehearsalEngine(engine_address(parse_machine_url(engine.url), os.environ))
    try:
        with stage.bring_up(solution, suite):
            up = tagged()
        left = {name: image for name, image in tagged().items() if name not in before}
    finally:
        stage.close()
    assert {"mon-ubuntu:latest", "tp3-app:latest"} <= set(up)
    assert list(left.values()) == [up["tp3-app:latest"]]
    assert all(name.startswith("grader-rehearsal:") for name in left)
    assert tagged() == before
