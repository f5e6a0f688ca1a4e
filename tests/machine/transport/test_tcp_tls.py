"""An engine behind TCP with TLS, as GitLab's `docker:dind` gives it: certificates in a folder, ports on that host."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from typing import TYPE_CHECKING

import pytest
import trustme

from grader.errors import MachineUnreachable
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.question import FileQuestion, NoAnswer
from grader.machine.temporary_files import STALE_S
from grader.machine.transport.connect import open_transport
from grader.messages import say
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.machine.machine_over_ssh import REFERENCE
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.transport.interface import Transport
    from tests.machine.machine_over_ssh import SshMachine

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)


def use(monkeypatch: pytest.MonkeyPatch, folder: Path, *, verify: bool = True) -> None:
    monkeypatch.setenv("DOCKER_CERT_PATH", str(folder))
    if verify:
        monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")


def link_to(ssh_machine: SshMachine, port: int = 2376) -> Transport:
    return open_transport(parse_machine_url(f"tcp://{ssh_machine.machine.address}:{port}"))


def refusal(ssh_machine: SshMachine, port: int = 2376) -> MachineUnreachable:
    link = link_to(ssh_machine, port)
    try:
        with pytest.raises(MachineUnreachable) as refused:
            link.version()
    finally:
        link.close()
    assert "{" not in say(refused.value.code, "wrong", refused.value.values, "en")
    return refused.value


def of_another_authority(folder: Path) -> Path:
    authority = trustme.CA()
    certificate = authority.issue_cert("grader.invalid")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    return folder


def test_the_reference_has_full_marks_with_the_files_out_of_reach(
    ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh_machine.bring_up_tp2()
    use(monkeypatch, ssh_machine.machine.certificates)
    suite = read_suite(ROOT / "exercises" / "tp2")
    link = link_to(ssh_machine)
    try:
        assert link.ask(FileQuestion("list", "/")) == NoAnswer("not-at-hand", "/")
        scorecard = run_checks(suite, Machine(link, suite.spec))
    finally:
        link.close()
    assert sum(row.points for row in scorecard) == 20
    assert not list((ssh_machine.machine.home / "Docker" / "site").glob(".grader-*"))


def test_a_folder_mounted_read_only_is_as_good(ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    script = ssh_machine.scratch / "up.sh"
    reference = REFERENCE.read_text(encoding="utf-8")
    script.write_text(reference.replace("share/nginx/html nginx", "share/nginx/html:ro nginx"), encoding="utf-8")
    ssh_machine.bring_up_tp2(script)
    use(monkeypatch, ssh_machine.machine.certificates)
    suite = read_suite(ROOT / "exercises" / "tp2")
    link = link_to(ssh_machine)
    try:
        scorecard = run_checks(suite, Machine(link, suite.spec))
    finally:
        link.close()
    assert [row.spec.name for row in scorecard if row.outcome.verdict != "passed"] == []


def test_two_runs_do_not_take_each_others_pages_away(ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student may grade while a teacher does: only what is old is swept."""
    ssh_machine.bring_up_tp2()
    use(monkeypatch, ssh_machine.machine.certificates)
    site = ssh_machine.machine.home / "Docker" / "site"
    others, left = site / ".grader-00000000-1-ff.txt", site / ".grader-00000000-2-ff.txt"
    for path in (others, left):
        path.touch()
    long_ago = time.time() - STALE_S - 120
    os.utime(left, (long_ago, long_ago))
    suite = read_suite(ROOT / "exercises" / "tp2")
    link = link_to(ssh_machine)
    try:
        run_checks(suite, Machine(link, suite.spec))
    finally:
        link.close()
    assert [path.name for path in site.glob(".grader-*")] == [others.name]
    others.unlink()


def test_ports_are_those_of_that_host(ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a browser elsewhere: a port published on the machine's own loopback is unreachable."""
    ssh_machine.bring_up_tp2()
    use(monkeypatch, ssh_machine.machine.certificates)
    link = link_to(ssh_machine)
    link.close()
    assert link.facts.host == ssh_machine.machine.address


def test_without_verification_there_is_no_warning(ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `docker` does with `DOCKER_CERT_PATH` alone; a warning would be shown to a student who can do nothing."""
    use(monkeypatch, ssh_machine.machine.certificates, verify=False)
    link = link_to(ssh_machine)
    with warnings.catch_warnings(action="error"):
        assert link.version().product == "Docker"
    link.close()


def test_without_certificates_it_is_said_what_to_set(ssh_machine: SshMachine) -> None:
    error = refusal(ssh_machine)
    assert error.code == "engine-wants-tls"
    assert "DOCKER_CERT_PATH" in say(error.code, "look", error.values, "fr")


def test_an_engine_that_is_not_certified_is_not_asked(
    ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, of_another_authority(tmp_path))
    error = refusal(ssh_machine)
    assert error.code == "engine-tls"
    assert "certificate verify failed" in error.values["detail"]


def test_a_certificate_that_the_engine_does_not_take_is_told(
    ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    of_another_authority(tmp_path)
    (tmp_path / "ca.pem").write_bytes((ssh_machine.machine.certificates / "ca.pem").read_bytes())
    use(monkeypatch, tmp_path)
    assert refusal(ssh_machine).code == "engine-tls"


def test_a_port_that_speaks_no_tls_is_told(ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, ssh_machine.machine.certificates)
    assert refusal(ssh_machine, port=22).code == "engine-tls"


def test_a_port_that_nobody_listens_on_is_told(ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, ssh_machine.machine.certificates)
    error = refusal(ssh_machine, port=2379)
    assert error.code == "engine-stopped"
    assert "refused" in error.values["detail"]


def test_a_rehearsal_brings_solutions_up_and_down_with_the_certificates(ssh_machine: SshMachine) -> None:
    """As docs/author.md recommends it for GitLab: `up.sh` reaches the engine over TLS, and so does the clean-up."""
    done = subprocess.run(
        [
            *ssh_machine.machine.command_on_network(
                sys.executable, "-c", "from grader.cli import main; main()", "rehearse"
            ),
            *("exercises/tp2", "--only", "reference", "--machine", f"tcp://{ssh_machine.machine.address}:2376"),
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "DOCKER_CERT_PATH": str(ssh_machine.machine.certificates),
            "DOCKER_TLS_VERIFY": "1",
            "GRADER_LANG": "en",
            "TMPDIR": str(
                ssh_machine.machine.home
            ),  # a bind mount needs a folder that the machine sees under the same path
        },
        timeout=120,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tp2/reference: as expected" in done.stderr
    assert ssh_machine.machine.engine.docker("ps", "--all", "--quiet").stdout == ""
