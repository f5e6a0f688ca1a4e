"""The kernel's tables of TCP sockets, as recorded in containers of the todos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.probes.networks.connections import Connection, find_connections, find_route, parse_connections
from grader.probes.networks.listeners import Listener, parse_proc_net
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import many_examples
from tests.scripted_machine import ScriptedAnswers, exec_answers, scripted_machine

if TYPE_CHECKING:
    from grader.probes.containers.inspect import ContainerFact

API = b"""\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B00007F:85F5 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 340230 1 000000009aa1bcbe
   1: 00000000:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000 65534        0 356302 1 000000009a7f1f25
   2: 030012AC:84A8 020012AC:6989 01 00000000:00000000 02:00002E97 00000000 65534        0 478870 2 00000000bd40f4dd
   3: 030012AC:B0E6 020012AC:6989 06 00000000:00000000 03:0000286A 00000000 65534        0 0 2 000000008634b4de
   4: 030012AC:B0E8 030012AC:0FA0 02 00000000:00000000 02:000025C7 00000000 65534        0 364345 2 00000000b6801043
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
   0: 0000000000000000FFFF0000030012AC:1F92 0000000000000000FFFF0000040012AC:C350 01 00000000:00000000 00:00000000
"""


def test_what_is_established_or_was_closed_a_moment_ago_is_a_connection() -> None:
    assert Connection(33960, "172.18.0.2", 27017) in parse_connections(API)
    assert Connection(45286, "172.18.0.2", 27017) in parse_connections(API), "TIME_WAIT: both ends had agreed"


def test_what_was_only_asked_for_is_none() -> None:
    """SYN_SENT: a port that nobody answers on."""
    assert all(one.peer_port != 4000 for one in parse_connections(API))


def test_an_ipv4_client_of_a_server_for_both_families_is_known_by_its_own_address() -> None:
    assert Connection(8082, "172.18.0.4", 50000) in parse_connections(API)


def test_listeners_are_no_connections_and_dockers_name_server_is_neither() -> None:
    assert parse_proc_net(API) == (Listener("0.0.0.0", 8082),)  # noqa: S104 - compared, not bound
    assert all(one.peer != "0.0.0.0" for one in parse_connections(API))  # noqa: S104


def test_lines_that_are_not_of_the_table_are_passed_over() -> None:
    assert parse_connections(b"cat: /proc/net/tcp6: No such file\n\xff\xfe\n1: x\n") == ()


CAT = ("cat", "/proc/net/tcp", "/proc/net/tcp6")
HEAD = b"  sl  local_address rem_address   st\n"


def hexed(address: str, port: int) -> str:
    return "".join(f"{int(part):02X}" for part in reversed(address.split("."))) + f":{port:04X}"


def table(*lines: tuple[str, int, str, int]) -> bytes:
    """Established connections, each as own address and port, then the peer's."""
    rows = [f" 0: {hexed(own, port)} {hexed(peer, peer_port)} 01\n" for own, port, peer, peer_port in lines]
    return HEAD + "".join(rows).encode()


def side(name: str, address: str, **more: Any) -> ContainerFact:
    return parse_inspect(name, networks={"todos-net": {"IPAddress": address}}, **more)


API_SIDE = side("api", "172.18.0.3")
MONGO = side("mongo", "172.18.0.2")
PUBLISHED = side("mongo", "172.18.0.2", host_config={"PortBindings": {"27017/tcp": [{"HostPort": "4001"}]}})
DEAF = exec_answers("mongo-id", *CAT, out=b"no cat", code=127)


def seen(client: bytes | None, server: bytes | None, at: ContainerFact = MONGO) -> tuple[str | None, list[str]]:
    """How they are connected by the tables of each (`None`: unreadable), and whose tables were read."""
    entries: dict[Any, Any] = {}
    for name, one in (("api-id", client), ("mongo-id", server)):
        entries |= exec_answers(name, *CAT, out=b"" if one is None else one, code=127 if one is None else 0)
    link = ScriptedAnswers(entries)
    answer = find_route(scripted_machine(link), API_SIDE, at, 27017)
    return answer, [key.split("/")[2] for key in link.question_keys if key.endswith("/exec")]


def test_a_client_that_holds_a_connection_to_the_servers_port_is_connected() -> None:
    assert seen(table(("172.18.0.3", 45000, "172.18.0.2", 27017)), None) == ("network", ["api-id"])


@pytest.mark.parametrize(
    "line",
    [
        ("172.18.0.3", 45000, "172.18.0.9", 27017),
        ("172.18.0.3", 45000, "172.18.0.2", 27018),
        ("172.18.0.3", 27017, "172.18.0.2", 45000),
    ],
    ids=["another's", "another port", "the other way round"],
)
def test_one_that_holds_another_is_not(line: tuple[str, int, str, int]) -> None:
    assert seen(table(line), table(("172.18.0.2", 27017, "172.18.0.3", 45000))) == ("", ["api-id"])


def test_through_a_port_of_the_machine_the_server_must_have_a_client() -> None:
    client = table(("172.18.0.3", 45000, "172.17.0.1", 4001))
    assert seen(client, table(("172.18.0.2", 27017, "172.18.0.1", 50000)), PUBLISHED) == (
        "machine",
        ["api-id", "mongo-id"],
    )
    assert seen(client, HEAD, PUBLISHED)[0] == ""
    assert seen(client, table(("127.0.0.1", 27017, "127.0.0.1", 50000)), PUBLISHED)[0] == "", "its own health check"
    assert seen(client, table(("172.18.0.2", 27018, "172.18.0.1", 50000)), PUBLISHED)[0] == ""
    assert seen(client, None, PUBLISHED)[0] is None, "the server cannot be looked into"


def test_a_port_of_the_machine_that_is_for_another_port_inside_proves_nothing() -> None:
    other = side("mongo", "172.18.0.2", host_config={"PortBindings": {"80/tcp": [{"HostPort": "4001"}]}})
    assert seen(table(("172.18.0.3", 45000, "172.17.0.1", 4001)), HEAD, other) == ("", ["api-id"])


def test_where_only_the_server_can_be_looked_into_its_clients_address_counts() -> None:
    assert seen(None, table(("172.18.0.2", 27017, "172.18.0.3", 45000)))[0] == "network"
    assert seen(None, table(("172.18.0.2", 27017, "172.18.0.9", 45000)))[0] == ""
    assert seen(None, table(("172.18.0.2", 27018, "172.18.0.3", 45000)))[0] == ""
    assert seen(None, HEAD)[0] == ""


def test_where_neither_can_nothing_is_told() -> None:
    assert seen(None, None)[0] is None


def test_connections_are_told_of_one_that_can_be_looked_into() -> None:
    machine = scripted_machine(exec_answers("api-id", *CAT, out=API) | DEAF)
    assert find_connections(machine, "api-id") == parse_connections(API)
    assert find_connections(machine, "mongo-id") is None


@pytest.mark.parametrize("state", ["01", "04", "05", "06", "08", "09", "0B"])
def test_in_these_states_both_ends_have_agreed(state: str) -> None:
    assert parse_connections(f"0: 0100007F:0001 0100007F:0002 {state}".encode()) == (Connection(1, "127.0.0.1", 2),)


@pytest.mark.parametrize("state", ["02", "03", "07", "0A"])
def test_in_these_they_have_not(state: str) -> None:
    assert parse_connections(f"0: 0100007F:0001 0100007F:0002 {state}".encode()) == ()


@pytest.mark.parametrize("line", ["0: 0100007F:0001 0100007F 01", "0: zz:0001 0100007F:0002 01", "0: 0100007F:0001 01"])
def test_lines_without_two_addresses_are_passed_over(line: str) -> None:
    assert parse_connections(line.encode()) == ()


@many_examples
@given(st.binary())
def test_no_table_breaks_it(found: bytes) -> None:
    assert isinstance(parse_connections(found), tuple)
