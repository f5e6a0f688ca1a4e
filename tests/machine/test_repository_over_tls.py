"""`grader repo` on a remote engine behind TLS with client certificates, as in docs/ci.md."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.reports.result import read_result
from tests.lab.machines.certificates import new_authority
from tests.machine.machine_over_ssh import REFERENCE
from tests.student_shell import ROOT
from tests.submission.repositories import EXERCISE, HONEST_COMPOSE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.reports.result import ResultFile
    from tests.lab.machines import LabMachine
    from tests.machine.machine_over_ssh import SshMachine

pytestmark = [pytest.mark.live, pytest.mark.long]

TP2 = ROOT / "exercises" / "tp2"
SEARCH = """
if env | grep -q 'CERT\\|2376'; then exit 3; fi
if find / -xdev -name key.pem 2> /dev/null | grep -q .; then exit 4; fi
"""
"""Ends with an error if the key, or where it is, can be seen from here."""
LIMIT_S = 240


@pytest.fixture
def machine(ssh_machine: SshMachine, bubblewrap: None) -> LabMachine:
    """A machine whose engine takes TLS with its authority's certificates only, emptied afterwards."""
    return ssh_machine.machine


def grade(
    machine: LabMachine, folder: Path, files: Mapping[str, str], *, exercise: Path = TP2, certificates: Path | None
) -> tuple[int, ResultFile, str]:
    """The exit code of `grader repo`, its result, and what it printed."""
    for path, text in files.items():
        (folder / "work" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "work" / path).write_text(text)
    areas = machine.shared / "areas"
    areas.mkdir(exist_ok=True)
    tls = {"DOCKER_CERT_PATH": str(certificates), "DOCKER_TLS_VERIFY": "1"} if certificates else {}
    command = [str(Path(sys.executable).parent / "grader"), "repo", str(folder / "work"), "--exercise", str(exercise)]
    options = ["--machine", f"tcp://{machine.address}:2376", "--areas", str(areas), "--results", "results"]
    done = subprocess.run(
        [*command, *options, "--disposable", "--lang", "en"],
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder), **tls},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert list(areas.iterdir()) == []
    file = folder / "results" / exercise.name / "work.json"
    assert file.is_file(), done.stderr
    return done.returncode, read_result(file), done.stdout + done.stderr


def test_a_script_earns_its_20_and_sees_no_key(machine: LabMachine, tmp_path: Path) -> None:
    files = {"tp2/up.sh": f"{REFERENCE.read_text()}{SEARCH}"}
    code, result, shown = grade(machine, tmp_path, files, certificates=machine.certificates)
    assert (code, result.mark) == (0, 20.0), shown
    assert machine.engine.docker("ps", "--all", "--quiet").stdout == ""


def test_a_compose_file_mounts_its_own_folder_there(machine: LabMachine, tmp_path: Path) -> None:
    code, result, shown = grade(machine, tmp_path, HONEST_COMPOSE, exercise=EXERCISE, certificates=machine.certificates)
    assert (code, result.mark) == (0, 20.0), shown


@pytest.mark.parametrize("has_certificate", [True, False])
def test_who_may_not_use_the_engine_gets_no_mark_and_no_zero(
    *, has_certificate: bool, machine: LabMachine, tmp_path: Path
) -> None:
    certificates = tmp_path / "other" if has_certificate else None
    if certificates:
        new_authority(certificates)
    code, result, shown = grade(machine, tmp_path, {"tp2/up.sh": REFERENCE.read_text()}, certificates=certificates)
    assert (code, result.status, result.mark) == (6, "not-graded", None), shown
    assert result.reason_code == ("engine-tls" if has_certificate else "engine-wants-tls"), shown
