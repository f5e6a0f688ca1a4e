"""Each transport once, for the live slice of `make test`: the same machine has full marks however it is reached."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.lab.machines.network_of import on_network_of
from tests.student_shell import ROOT, verdicts_by_check

if TYPE_CHECKING:
    from tests.machine.machine_over_ssh import SshMachine

pytestmark = [pytest.mark.live, pytest.mark.smoke]


@pytest.mark.parametrize("way", ["local", "TCP+TLS", "SSH"])
def test_each_transport_comes_to_full_marks(ssh_machine: SshMachine, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh_machine.bring_up_tp2()
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CERT_PATH", str(ssh_machine.machine.certificates))
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    url = {
        "local": ssh_machine.machine.engine.url,
        "TCP+TLS": f"tcp://{ssh_machine.machine.address}:2376",
        "SSH": "ssh://pc1",
    }[way]
    suite = read_suite(ROOT / "exercises" / "tp2")
    with ExitStack() as stack:
        if way == "local":
            stack.enter_context(on_network_of(ssh_machine.machine))
        link = open_transport(parse_machine_url(url), ssh_machine.config)
        stack.callback(link.close)
        scorecard = run_checks(suite, Machine(link, suite.spec))
    assert set(verdicts_by_check(scorecard).values()) == {"passed"}, verdicts_by_check(scorecard)
