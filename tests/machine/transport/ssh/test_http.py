"""Sites are seen as from the machine itself, and a silent site is distinguished from a lost connection."""

from __future__ import annotations

import signal
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from grader.errors import MachineUnreachable
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.machine.transport.http import SiteClient
from grader.machine.transport.ssh.http import explain_refusal
from tests.lab.machines.network_of import on_network_of
from tests.lab.process import end_process, ending, wait_until
from tests.machine.hostile_engine import request_sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.machine.machine_over_ssh import SshMachine

pytestmark = pytest.mark.live

HOST_OF_REQUEST = """
import http.server
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302 if self.path == '/to' else 200)
        self.send_header('Location', f"http://{self.headers['Host']}/here")
        self.end_headers()
        self.wfile.write(f"{self.headers['Host']} {self.path} {self.client_address[0]}".encode())
http.server.HTTPServer(('127.0.0.1', 4010), Echo).serve_forever()
"""
SILENT = "import socket, time; s = socket.create_server(('127.0.0.1', 4011)); time.sleep(600)"
CURT = """
import socket
s = socket.create_server(('127.0.0.1', 4012))
while True:
    s.accept()[0].close()
"""
NOT_HTTP = """
import socket
s = socket.create_server(('127.0.0.1', 4013))
while True:
    c = s.accept()[0]
    c.recv(1000)
    c.sendall(b'+PONG\\r\\n' * 9)
    c.close()
"""


@contextmanager
def server(ssh_machine: SshMachine, port: int, program: str) -> Iterator[None]:
    """Runs a program on the machine's own loopback."""

    def listens() -> bool:
        table = subprocess.run(
            ssh_machine.machine.command_inside("cat", "/proc/net/tcp"), capture_output=True, check=True, text=True
        )
        return f"0100007F:{port:04X} 00000000:0000 0A" in table.stdout

    with ending(subprocess.Popen(ssh_machine.machine.command_inside("python3", "-c", program)), signal.SIGKILL):
        wait_until("the server to listen", listens, 10)
        yield


def both(ssh_machine: SshMachine, question: HttpQuestion) -> tuple[Answer | NoAnswer, Answer | NoAnswer]:
    """The answer over SSH, and the one on the machine."""
    with ssh_machine.transport() as link:
        over_ssh = link.ask(question)
    with on_network_of(ssh_machine.machine):
        return over_ssh, SiteClient().ask(question)


def test_a_site_on_the_machines_own_loopback_is_seen_as_there(ssh_machine: SshMachine) -> None:
    with server(ssh_machine, 4010, HOST_OF_REQUEST):
        for path in ("/page", "/to"):
            over_ssh, there = both(ssh_machine, HttpQuestion(4010, path))
            assert isinstance(over_ssh, Answer)
            assert over_ssh.body == (there.body if isinstance(there, Answer) else there)
            assert over_ssh.body.startswith(b"localhost:4010 ")


@pytest.mark.parametrize(("port", "program"), [(4011, SILENT), (4012, CURT), (4013, NOT_HTTP)])
def test_a_site_that_fails_fails_in_the_same_way(ssh_machine: SshMachine, port: int, program: str) -> None:
    with server(ssh_machine, port, program):
        over_ssh, there = both(ssh_machine, HttpQuestion(port, within_s=1))
    assert isinstance(over_ssh, NoAnswer)
    assert isinstance(there, NoAnswer)
    assert over_ssh.reason == there.reason


def test_a_port_that_nobody_listens_on_is_refused(ssh_machine: SshMachine) -> None:
    over_ssh, there = both(ssh_machine, HttpQuestion(4019))
    assert isinstance(over_ssh, NoAnswer)
    assert isinstance(there, NoAnswer)
    assert over_ssh.reason == there.reason == "refused"


def test_an_address_that_leads_nowhere_is_the_sites_silence(ssh_machine: SshMachine) -> None:
    over_ssh, there = both(ssh_machine, HttpQuestion(4019, host="192.0.2.1", within_s=1))
    assert isinstance(over_ssh, NoAnswer)
    assert isinstance(there, NoAnswer)


def test_only_addresses_are_asked_for(ssh_machine: SshMachine) -> None:
    """`ssh` would read anything else as a path, or expand it."""
    with ssh_machine.transport() as link:
        for host in ("%h", "localhost", "/run/docker.sock", "2130706433", "127.1", "fe80::1%lo", "-D1"):
            got = link.ask(HttpQuestion(80, host=host))
            assert isinstance(got, NoAnswer)
            assert got.reason == "no-access", host


def test_only_the_machines_own_addresses_are_asked(ssh_machine: SshMachine) -> None:
    """A server near the grader that the machine can reach is not asked through the machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((ssh_machine.machine.address, 9))
        ours = way.getsockname()[0]
    with request_sink(ours) as asked, ssh_machine.transport() as link:
        for host in (ours, f"::ffff:{ours}", "169.254.169.254"):
            got = link.ask(HttpQuestion(asked.port, host=host, within_s=2))
            assert isinstance(got, NoAnswer)
            assert got.reason == "no-access", host
    assert asked == []


def test_its_addresses_and_those_of_its_containers_are_asked(ssh_machine: SshMachine) -> None:
    """The control."""
    container = ssh_machine.machine.engine.docker("run", "--detach", "--publish", "4018:80", "nginx").stdout.strip()
    shown = ssh_machine.machine.engine.docker(
        "inspect", "--format", "{{.NetworkSettings.Networks.bridge.IPAddress}}", container
    )
    with ssh_machine.transport() as link:
        for host, port in (("", 4018), (ssh_machine.machine.address, 4018), (shown.stdout.strip(), 80)):

            def answers(question: HttpQuestion = HttpQuestion(port, host=host)) -> bool:  # noqa: B008
                return isinstance(link.ask(question), Answer)

            wait_until(f"an answer at {host}:{port}", answers, 20)


def test_what_is_silent_since_the_machine_is_silent_is_no_site_of_the_students(ssh_machine: SshMachine) -> None:
    with server(ssh_machine, 4010, HOST_OF_REQUEST), ssh_machine.transport() as link:
        assert isinstance(link.ask(HttpQuestion(4010)), Answer)
        for pid in ssh_machine.machine.processes("sshd"):
            end_process(pid, signal.SIGSTOP)
        with pytest.raises(MachineUnreachable) as lost:
            link.ask(HttpQuestion(4010, within_s=1))
    assert lost.value.code in {"ssh-lost", "engine-silent"}


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ("", "cut-off"),
        ("connect failed: Connection refused", "refused"),
        ("connect failed: Connection timed out", "timeout"),
        ("connect failed: No route to host", "timeout"),
        ("unknown channel type: ", "cut-off"),
    ],
)
def test_what_sshd_says_of_a_connection_is_the_sites_failure(refusal: str, reason: str) -> None:
    assert explain_refusal(NoAnswer("cut-off"), refusal, "ssh://pc1").reason == reason


def test_what_sshd_forbids_is_not() -> None:
    with pytest.raises(MachineUnreachable, match="ssh-no-forwarding"):
        explain_refusal(NoAnswer("cut-off"), "administratively prohibited: open failed", "ssh://pc1")
