"""Which ports something listens on inside, by the kernel's tables as `cat` shows them there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.machine.question import Answer
from grader.probes.networks.listeners import (
    Listener,
    find_listeners,
    parse_proc_net,
    parse_socket_address,
    read_proc_net,
)
from tests.probes.malformed_answers import many_examples
from tests.scripted_machine import ScriptedAnswers, exec_answers, scripted_machine

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
TABLE = (
    HEAD
    + """\
   0: 0B00007F:85F5 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 340230 1
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 340231 1
   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 340232 1
   3: 030012AC:0051 020012AC:6989 01 00000000:00000000 02:00002E97 00000000     0        0 478870 2
"""
    + HEAD
    + """\
   0: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000
   2: 0000000000000000FFFF00000100007F:1F93 00000000000000000000000000000000:0000 0A 00000000:00000000
   3: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000
"""
).encode()
CAT = ("cat", "/proc/net/tcp", "/proc/net/tcp6")


def test_what_listens_is_told_with_its_address_and_dockers_name_server_is_not() -> None:
    assert parse_proc_net(TABLE) == (
        Listener("0.0.0.0", 80),  # noqa: S104 - compared, not bound
        Listener("127.0.0.1", 8080),
        Listener("::", 8081),
        Listener("::1", 8082),
        Listener("127.0.0.1", 8083),
    )


def test_loopback_is_told_from_every_address() -> None:
    assert [one.port for one in parse_proc_net(TABLE) if one.is_on_loopback] == [8080, 8082, 8083]


def test_both_tables_are_read_inside() -> None:
    link = ScriptedAnswers(exec_answers("c1", *CAT, out=TABLE))
    assert find_listeners(scripted_machine(link), "c1") == parse_proc_net(TABLE)
    assert len(link.questions) == 3


def test_a_container_without_ipv6_has_the_other_table() -> None:
    missing = exec_answers("c1", *CAT, out=TABLE, err=b"cat: can't open '/proc/net/tcp6': No such file\n", code=1)
    assert find_listeners(scripted_machine(missing), "c1")


def test_nothing_that_listens_is_not_the_same_as_not_seen() -> None:
    assert find_listeners(scripted_machine(exec_answers("c1", *CAT, out=HEAD.encode())), "c1") == ()


@pytest.mark.parametrize("said", [b"", b"OCI runtime exec failed: exec failed: no cat", b"cat: not found"])
def test_a_container_without_cat_cannot_be_looked_into(said: bytes) -> None:
    machine = scripted_machine(exec_answers("c1", *CAT, out=said, code=127))
    assert find_listeners(machine, "c1") is None
    assert read_proc_net(machine, "c1") is None


def test_neither_can_one_that_stopped_nor_one_that_is_to_be_looked_at_only() -> None:
    assert find_listeners(scripted_machine({"POST /containers/c1/exec": Answer(409)}), "c1") is None
    assert find_listeners(scripted_machine(exec_answers("c1", *CAT, out=TABLE), passive=True), "c1") is None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("0100007F:1F90", ("127.0.0.1", 8080)),
        ("0B00007F:FFFF", ("127.0.0.11", 65535)),
        ("B80D0120000000000000000001000000:1F92", ("2001:db8::1", 8082)),
        ("0000000000000000FFFF0000030012AC:0000", ("172.18.0.3", 0)),
    ],
)
def test_an_address_is_read_in_its_groups(written: str, address: tuple[str, int]) -> None:
    assert parse_socket_address(written) == address


@pytest.mark.parametrize(
    "written",
    ["", ":", "0100007F", "0100007F:", "0100007F:1", "0100007F:1F901F90", "01:1F90", "zz00007F:1F90", "0100007F:-001",
     "0100007F:1_F0", "0100007F:٣٣", "0100007F:" + "F" * 5000],
)  # fmt: skip
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        parse_socket_address(written)


@pytest.mark.parametrize(
    "line",
    [
        "0: zz:0050 0:0 0A",
        "0: 0000:0050 0:0 0A",
        "0: 00000000:port 0:0 0A",
        "0: 00000000 0:0 0A",
        "0: 00000000:0050 0A",
        "0: 00000000:0050 00000000:0000 0a",
        "0: 00000000:" + "F" * 5000 + " 0:0 0A",
        "",
        "\x1b[31m",
    ],
)
def test_lines_that_are_none_of_the_kernels_are_passed_over(line: str) -> None:
    """The container's own `cat` may be anything."""
    table = f"{HEAD}{line}\n   1: 00000000:0051 00000000:0000 0A\n".encode()
    assert parse_proc_net(table) == (Listener("0.0.0.0", 81),)  # noqa: S104 - compared, not bound


_field = st.sampled_from(
    ["0:", "0A", "01", "00000000:0050", "0100007F:1F90", "zz:zz", "00:00", ":", "\udce9", "F" * 40]
)


@many_examples
@given(
    st.one_of(st.binary(), st.lists(_field, max_size=12).map(lambda all_: " ".join(all_).encode("utf-8", "replace")))
)
def test_no_table_breaks_it(table: bytes) -> None:
    assert all(0 <= one.port <= 65535 and one.is_on_loopback in {True, False} for one in parse_proc_net(table))
