"""What an engine remembers of an image, by a clock that the test sets: a pull within the very second of the look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from grader.machine.question import Answer
from grader.probes.images import ImageFact
from grader.probes.pulls import pulled_from

if TYPE_CHECKING:
    from grader.machine.machine import Machine

NAME = "registry.example/camarade"
SECOND = 1_795_519_990


class Engine:
    """One whose last event is `action`, at that moment."""

    is_podman = False

    def __init__(self, action: str, at: float) -> None:
        self._event = json.dumps({"Action": action, "Actor": {"ID": f"{NAME}:latest"}}).encode()
        self._at = at

    def engine(self, path: str, **query: str) -> Answer:
        if path == "/version":
            return Answer(200, b"{}", at=float(SECOND))  # a date has whole seconds
        return Answer(200, self._event if self._at <= float(query["until"]) else b"")


@pytest.mark.parametrize(("action", "pulled"), [("pull", NAME), ("push", ""), ("tag", "")])
@pytest.mark.parametrize("late", [-5.0, 0.4, 0.99])
def test_what_happened_in_the_same_second_counts(action: str, pulled: str, late: float) -> None:
    image = ImageFact(
        id="sha256:1", tags=("tp3-app:latest",), layers=(), size=1, command=(), entrypoint=(), user="", workdir="",
        exposed=(), env={}, labels={}, volumes=(), digests=(f"{NAME}@sha256:2",), parent="",
        created="2026-11-24T12:13:08Z", named_at="2026-11-24T12:13:10Z",
    )  # fmt: skip
    assert pulled_from(cast("Machine", Engine(action, SECOND + late)), image) == pulled
