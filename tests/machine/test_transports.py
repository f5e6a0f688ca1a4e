"""Each transport once, for the live slice of `make test`: the same machine has full marks however it is reached."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from grader.machine.machine import Machine
from grader.machine.reach import reach
from grader.roster.machine_url import parse_machine_url
from grader.scoring.judging import judge_suite
from grader.scoring.suite import read_suite
from tests.desk import ROOT, verdicts
from tests.lab.machines.entered import entered

if TYPE_CHECKING:
    from tests.machine.room import Room

pytestmark = [pytest.mark.live, pytest.mark.smoke]


@pytest.mark.parametrize("way", ["local", "TCP+TLS", "SSH"])
def test_each_transport_comes_to_full_marks(room: Room, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    room.bring_up_tp2()
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CERT_PATH", str(room.machine.certificates))
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    url = {
        "local": room.machine.engine.url,
        "TCP+TLS": f"tcp://{room.machine.address}:2376",
        "SSH": "ssh://pc1",
    }[way]
    suite = read_suite(ROOT / "exercises" / "tp2")
    with ExitStack() as stack:
        if way == "local":
            stack.enter_context(entered(room.machine))
        link = reach(parse_machine_url(url), room.config)
        stack.callback(link.close)
        ledger = judge_suite(suite, Machine(link, suite.sheet))
    assert set(verdicts(ledger).values()) == {"passed"}, verdicts(ledger)
