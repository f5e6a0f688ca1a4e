"""Which version of its API an engine is asked with."""

from __future__ import annotations

import json

import pytest

from grader.machine.question import EngineQuestion
from grader.machine.transport.connect import open_transport
from grader.roster.machine_url import parse_machine_url
from tests.machine.hostile_engine import request_sink


@pytest.mark.parametrize(
    ("newest", "used"),
    [("1.41", "1.41"), ("1.48", "1.48"), ("1.51", "1.51"), ("1.52", "1.51"), ("2.0", "1.51")],
    ids=["Docker 20", "Docker 28.0", "Docker 28.5", "Docker 29", "in years"],
)
def test_an_engine_is_asked_with_its_newest_api_up_to_the_newest_known(newest: str, used: str) -> None:
    """Not with that of the `docker` package: only from 1.48 does a container tell the manifest of its image."""
    version = {"ApiVersion": newest, "MinAPIVersion": "1.24", "Version": "1"}
    with request_sink("127.0.0.1", page=json.dumps(version).encode()) as asked:
        link = open_transport(parse_machine_url(f"tcp://127.0.0.1:{asked.port}"))
        try:
            link.ask(EngineQuestion("/info"))
        finally:
            link.close()
    assert asked == ["/version", f"/v{used}/info"]
