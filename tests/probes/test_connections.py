"""The kernel's tables of TCP sockets, as recorded in containers of the todos."""

from __future__ import annotations

from grader.probes.connections import Connection, parse_connections
from grader.probes.listeners import Listener, parse_proc_net, socket_address

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


def test_an_ipv6_address_is_read_in_its_groups() -> None:
    assert socket_address("B80D0120000000000000000001000000:1F92") == ("2001:db8::1", 8082)


def test_lines_that_are_not_of_the_table_are_passed_over() -> None:
    assert parse_connections(b"cat: /proc/net/tcp6: No such file\n\xff\xfe\n1: x\n") == ()
