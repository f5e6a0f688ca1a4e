"""Every way SSH can fail: one sentence with the remedy, in time, in bounded memory, and never the student's fault."""

from __future__ import annotations

import resource
import signal
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from grader.errors import MachineUnreachable
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.question import EngineQuestion, HttpQuestion
from grader.machine.transport.connect import open_transport
from grader.machine.transport.ssh.error_messages import channel_refusal, classify_ssh_failure
from grader.messages import LANGUAGES, catalogue, say
from grader.roster.machine_url import parse_machine_url
from grader.scoring.mark import compute_mark
from grader.scoring.suite import read_suite
from tests.lab.machines.faults import change_host_key, hang, hang_sshd
from tests.lab.process import end_process
from tests.machine.machine_over_ssh import unreachable_error
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.machine.machine_over_ssh import SshMachine

IN_TIME_S = 25
"""Twenty seconds for the connection, and some more for a busy machine."""


def message(error: MachineUnreachable) -> str:
    """The sentences that the user reads; fails if one of them lacks a value."""
    sentences = [
        say(error.code, field, error.values, language) for language in LANGUAGES for field in ("wrong", "look")
    ]
    for sentence in sentences:
        assert sentence
        assert "{" not in sentence
    return " ".join(sentences)


@contextmanager
def server(first_words: bytes, *, then_close: bool = False) -> Iterator[int]:
    """The port of a server that accepts connections, sends `first_words` and nothing more."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.sendall(first_words)
                kept.append(connection)
                if then_close:
                    connection.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    for connection in kept:
        connection.close()


@contextmanager
def busy_gateway(address: str, turned_away: int) -> Iterator[int]:
    """The port of a gateway to the machine's sshd, which first closes that many connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(turned_away):
                listener.accept()[0].close()
            here = listener.accept()[0]
            with here, socket.create_connection((address, 22)) as there:
                back = threading.Thread(target=carry, args=(there, here), daemon=True)
                back.start()
                carry(here, there)
                back.join()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


@pytest.mark.live
class TestBeforeTheLogin:
    def test_nobody_listens(self, ssh_machine: SshMachine) -> None:
        with ssh_machine.without_sshd():
            error, took_s = unreachable_error(ssh_machine)
        assert error.code == "ssh-refused"
        assert took_s < 5
        assert "sshd" in message(error)

    def test_no_such_name(self, ssh_machine: SshMachine) -> None:
        error, took_s = unreachable_error(ssh_machine, "ssh://nobody.invalid")
        assert error.code == "ssh-unknown-host"
        assert took_s < IN_TIME_S
        assert "nobody.invalid" in message(error)

    def test_the_key_has_changed(self, ssh_machine: SshMachine) -> None:
        """Even if the user's own configuration would accept it."""
        known = ssh_machine.known_hosts.read_bytes()
        key = ssh_machine.machine.shared / "ssh" / "host_key"
        own = (key.read_bytes(), key.with_suffix(".pub").read_bytes())
        try:
            change_host_key(ssh_machine.machine)
            for policy in ("yes", "ask", "accept-new", "no"):
                ssh_machine.configure(f"StrictHostKeyChecking {policy}")
                error, _ = unreachable_error(ssh_machine)
                assert error.code == "ssh-host-key-changed"
                assert "ssh-keygen -R" in message(error)
            assert ssh_machine.known_hosts.read_bytes() == known
        finally:
            key.write_bytes(own[0])
            key.with_suffix(".pub").write_bytes(own[1])

    def test_the_key_is_not_known_yet(self, ssh_machine: SshMachine) -> None:
        nobody = ssh_machine.scratch / "known"
        for policy in ("yes", "ask", "no"):
            ssh_machine.configure(f'UserKnownHostsFile "{nobody}"', f"StrictHostKeyChecking {policy}")
            error, _ = unreachable_error(ssh_machine)
            assert error.code == "ssh-host-key-unknown"
            assert "accept-new" in message(error)
            assert not nobody.exists()

    def test_a_new_key_is_accepted_where_the_user_has_said_so(self, ssh_machine: SshMachine) -> None:
        known = ssh_machine.scratch / "known"
        ssh_machine.configure(f'UserKnownHostsFile "{known}"', "StrictHostKeyChecking accept-new")
        with ssh_machine.transport() as link:
            assert link.version().product == "Docker"
        assert "pc1" in known.read_text(encoding="ascii")

    def test_the_account_does_not_take_our_key(self, ssh_machine: SshMachine) -> None:
        ssh_machine.configure(server='AuthorizedKeysFile "/nowhere"')
        error, _ = unreachable_error(ssh_machine, "ssh://student@pc1")
        assert error.code == "ssh-denied"
        assert "student" in message(error)

    def test_it_is_silent_after_the_banner(self, ssh_machine: SshMachine) -> None:
        with server(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
            ssh_machine.configure("HostName 127.0.0.1", f"Port {port}")
            error, took_s = unreachable_error(ssh_machine)
        assert error.code == "ssh-silent"
        assert took_s < IN_TIME_S

    def test_it_is_silent_from_the_beginning(self, ssh_machine: SshMachine) -> None:
        hang_sshd(ssh_machine.machine)
        error, took_s = unreachable_error(ssh_machine)
        assert error.code == "ssh-silent"
        assert took_s < IN_TIME_S

    def test_it_hangs_up_at_once(self, ssh_machine: SshMachine) -> None:
        with server(b"", then_close=True) as port:
            ssh_machine.configure("HostName 127.0.0.1", f"Port {port}")
            error, took_s = unreachable_error(ssh_machine)
        assert error.code == "ssh-closed"
        assert took_s < 10

    def test_a_gateway_that_is_full_lets_us_in_later(self, ssh_machine: SshMachine) -> None:
        """As when a whole class is graded through it; nothing else is tried twice."""
        with busy_gateway(ssh_machine.machine.address, turned_away=2) as port:
            ssh_machine.configure("HostName 127.0.0.1", f"Port {port}")
            with ssh_machine.transport() as link:
                assert link.version().product == "Docker"

    def test_it_is_something_else(self, ssh_machine: SshMachine) -> None:
        with server(b"220 mail.invalid ESMTP\r\n" * 2000) as port:
            ssh_machine.configure("HostName 127.0.0.1", f"Port {port}")
            error, took_s = unreachable_error(ssh_machine)
        assert error.code in {"ssh-closed", "ssh-failed", "ssh-silent"}
        assert took_s < IN_TIME_S

    def test_the_configuration_is_no_good(self, ssh_machine: SshMachine) -> None:
        ssh_machine.configure("NoSuchThing yes")
        error, _ = unreachable_error(ssh_machine)
        assert error.code == "ssh-config"
        assert "nosuchthing" in message(error).lower()

    def test_there_is_no_ssh(self, ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(ssh_machine.scratch))
        error, _ = unreachable_error(ssh_machine)
        assert error.code == "ssh-missing"
        assert "openssh-client" in message(error)

    def test_the_jump_does_not_let_us_through(self, ssh_machine: SshMachine) -> None:
        ssh_machine.configure("ProxyJump student@nobody.invalid")
        error, took_s = unreachable_error(ssh_machine)
        assert error.code == "ssh-unknown-host"
        assert took_s < IN_TIME_S


@pytest.mark.live
class TestAfterTheLogin:
    def test_the_login_hangs(self, ssh_machine: SshMachine) -> None:
        ssh_machine.write_bashrc("student", "exec sleep infinity\n")
        error, took_s = unreachable_error(ssh_machine, "ssh://student@pc1")
        assert error.code == "ssh-hangs"
        assert took_s < IN_TIME_S
        assert ".bashrc" in message(error)

    @pytest.mark.parametrize("where", ["", " >&2"])
    def test_it_floods(self, ssh_machine: SshMachine, where: str) -> None:
        ssh_machine.write_bashrc("student", f"exec yes 'all work and no play'{where}\n")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        error, took_s = unreachable_error(ssh_machine, "ssh://student@pc1")
        assert error.code == "ssh-flood"
        assert took_s < IN_TIME_S
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024

    def test_noise_is_no_answer(self, ssh_machine: SshMachine) -> None:
        ssh_machine.write_bashrc(
            "student", "printf 'Bienvenue !\\n\\033[31mopen /tmp/evil.sock\\n'; echo oops >&2; set -xv\n"
        )
        with ssh_machine.transport("ssh://student@pc1") as link:
            assert link.version().product == "Docker"

    @pytest.mark.parametrize("code", [0, 255])
    def test_it_ends_by_itself(self, ssh_machine: SshMachine, code: int) -> None:
        ssh_machine.write_bashrc("student", f"exit {code}\n")
        error, took_s = unreachable_error(ssh_machine, "ssh://student@pc1")
        assert error.code == "ssh-no-shell"
        assert error.values["detail"] == str(code)
        assert took_s < 10

    def test_the_account_runs_no_commands(self, ssh_machine: SshMachine) -> None:
        ssh_machine.configure(server="ForceCommand echo 'This account is not available.'; exit 1")
        error, _ = unreachable_error(ssh_machine)
        assert error.code == "ssh-no-shell"

    def test_there_is_no_docker(self, ssh_machine: SshMachine) -> None:
        error, _ = unreachable_error(ssh_machine, "ssh://pc1?docker=/run/nothing.sock")
        assert error.code == "ssh-no-socket"
        assert "/run/nothing.sock" in message(error)

    def test_the_account_may_not_use_docker(self, ssh_machine: SshMachine) -> None:
        error, _ = unreachable_error(ssh_machine, "ssh://visitor@pc1")
        assert error.code == "ssh-socket-permission"
        assert "usermod -aG docker visitor" in message(error)

    def test_docker_is_installed_and_does_not_run(self, ssh_machine: SshMachine) -> None:
        with socket.socket(socket.AF_UNIX) as dead:
            path = ssh_machine.machine.shared / "dead.sock"
            dead.bind(str(path))
        error, _ = unreachable_error(ssh_machine, f"ssh://pc1?docker={path}")
        assert error.code == "ssh-engine-stopped"
        assert "systemctl start docker" in message(error)

    @pytest.mark.parametrize("option", ["AllowTcpForwarding no", "DisableForwarding yes"])
    def test_nothing_may_be_forwarded(self, ssh_machine: SshMachine, option: str) -> None:
        ssh_machine.configure(server=option)
        error, _ = unreachable_error(ssh_machine)
        assert error.code == "ssh-no-forwarding"
        assert "AllowTcpForwarding" in message(error)

    def test_sockets_may_not_be_forwarded(self, ssh_machine: SshMachine) -> None:
        """`sshd` does not distinguish this from a stopped Docker: the message has both remedies."""
        ssh_machine.configure(server="AllowStreamLocalForwarding no")
        error, _ = unreachable_error(ssh_machine)
        assert error.code == "ssh-engine-stopped"
        assert "AllowStreamLocalForwarding" in message(error)

    def test_the_connection_is_cut_in_mid_run(self, ssh_machine: SshMachine) -> None:
        with ssh_machine.transport() as link:
            assert link.version().product == "Docker"
            for pid in ssh_machine.machine.processes("sshd"):
                end_process(pid, signal.SIGKILL)
            for question in (HttpQuestion(4000), EngineQuestion("/info")):
                with pytest.raises(MachineUnreachable) as lost:
                    link.ask(question)
                assert lost.value.code == "ssh-lost"
                message(lost.value)

    def test_docker_hangs(self, ssh_machine: SshMachine) -> None:
        hang(ssh_machine.machine)
        error, took_s = unreachable_error(ssh_machine)
        assert error.code == "engine-silent"
        assert took_s < IN_TIME_S

    def test_a_machine_that_falls_silent_in_mid_run_is_not_the_students_fault(self, ssh_machine: SshMachine) -> None:
        """The site does not answer either: it must not count as down."""
        ssh_machine.bring_up_tp2()
        suite = read_suite(ROOT / "exercises" / "tp2")
        with ssh_machine.transport() as link:
            link.version()
            for pid in ssh_machine.machine.processes("sshd"):
                end_process(pid, signal.SIGSTOP)
            began = time.monotonic()
            scorecard = run_checks(suite, Machine(link, suite.spec))
        assert {row.outcome.verdict for row in scorecard} == {"error"}
        assert {row.outcome.code for row in scorecard} <= {"ssh-lost", "engine-silent"}
        assert compute_mark(scorecard).value is None
        assert time.monotonic() - began < IN_TIME_S


@pytest.mark.parametrize("code", [code for code in catalogue("diagnoses", "en") if code.startswith("ssh-")])
def test_every_sentence_says_the_way_out(code: str) -> None:
    message(MachineUnreachable(code, where="ssh://pc1", user="anna", detail="…"))


def test_on_windows_ssh_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.machine.transport.connect.sys.platform", "win32")
    with pytest.raises(MachineUnreachable, match="ssh-on-windows") as refused:
        open_transport(parse_machine_url("ssh://pc1"))
    assert "WSL" in message(refused.value)


def test_of_several_words_the_telling_ones_count() -> None:
    words = "@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nOffending key\nHost key verification failed.\n"
    assert classify_ssh_failure(words)[0] == "ssh-host-key-changed"
    assert classify_ssh_failure("Warning: Permanently added 'pc1'\r\nkex: strange\r\n") == (
        "ssh-failed",
        "kex: strange",
    )
    assert classify_ssh_failure("") == ("ssh-failed", "")


def test_what_ssh_says_is_made_visible() -> None:
    assert classify_ssh_failure("ssh: Could not resolve hostname \x1b]0;owned\x07: no\n")[1].isprintable()
    assert channel_refusal("channel 3: open failed: connect failed: \x1b[31mConnection refused\r\n").isprintable()
