"""A machine with a real engine and a real sshd, shared by the tests and reset after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab import Lab, LabError
from tests.lab.machines import DOCKER_20, LabMachine, machines
from tests.machine.machine_over_ssh import SshMachine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def lab_machine(lab: Lab) -> Iterator[LabMachine]:
    try:
        with machines(lab, {"pc1": DOCKER_20}, ("nginx", "ubuntu")) as [machine]:
            yield machine
    except LabError as error:
        pytest.fail(f"no machine for the tests: {error}", pytrace=False)


@pytest.fixture
def ssh_machine(lab_machine: LabMachine, tmp_path: Path) -> Iterator[SshMachine]:
    """An empty machine behind SSH."""
    ssh_machine = SshMachine(lab_machine, tmp_path)
    yield ssh_machine
    ssh_machine.clean_up()
