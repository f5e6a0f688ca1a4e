"""The program of this computer that listens on a port."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from grader.machine.question import Answer, FileQuestion
from grader.machine.transport.files import LocalFiles, NoFiles
from grader.machine.transport.port_listeners import find_listening_program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc")
OWN = Path("/proc/self/comm")


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_this_program_listens_while_its_socket_is_open(family: socket.AddressFamily, address: str) -> None:
    with socket.socket(family) as server:
        try:
            server.bind((address, 0))
        except OSError:
            pytest.skip("no such address here")
        server.listen()
        port = server.getsockname()[1]
        own = OWN.read_text(encoding="ascii").strip()
        assert find_listening_program(port) == own
        assert LocalFiles().ask(FileQuestion("listener", str(port))) == Answer(200, own.encode())
    assert find_listening_program(port) == ""
    assert LocalFiles().ask(FileQuestion("listener", str(port))) == Answer(404)


def test_a_socket_that_does_not_listen_has_no_port() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        assert find_listening_program(server.getsockname()[1]) == ""


def test_a_computer_without_proc_says_nothing(tmp_path: Path) -> None:
    assert find_listening_program(80, tmp_path) == ""


def test_a_program_of_another_account_has_no_name(tmp_path: Path) -> None:
    row = "   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100"
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(f"  sl  local_address\n{row}\n", encoding="ascii")
    (tmp_path / "12").mkdir()
    assert find_listening_program(80, tmp_path) == ""
    (tmp_path / "12" / "fd").mkdir()
    (tmp_path / "12" / "fd" / "3").symlink_to("socket:[4242]")
    (tmp_path / "12" / "comm").write_text("nginx\n", encoding="ascii")
    assert find_listening_program(80, tmp_path) == "nginx"
    assert find_listening_program(81, tmp_path) == ""


def test_where_files_cannot_be_seen_programs_cannot() -> None:
    assert not isinstance(NoFiles().ask(FileQuestion("listener", "80")), Answer)


@pytest.mark.parametrize("path", ["x", "", "1.5"])
def test_what_is_no_port_is_not_asked_for(path: str) -> None:
    assert not isinstance(LocalFiles().ask(FileQuestion("listener", path)), Answer)
