"""Names known by hand: `/etc/hosts`, `--add-host` and the machine's own addresses."""

from __future__ import annotations

from grader.probes.addresses import parse_fib_trie, parse_if_inet6
from grader.probes.hosts import added_hosts, parse_hosts
from tests.probes.inspected import inspected

FIB_TRIE = """\
Main:
  +-- 0.0.0.0/0 2 0 2
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 172.16.0.0/14 3 0 4
        +-- 172.17.0.0/31 1 0 0
           |-- 172.17.0.0
              /16 link UNICAST
           |-- 172.17.0.1
              /32 host LOCAL
"""
IF_INET6 = """\
00000000000000000000000000000001 01 80 10 80       lo
20010db8000000000000000000000017 02 40 00 80     eth0
"""


def test_the_first_line_that_names_a_host_counts_whatever_its_case() -> None:
    hosts = parse_hosts(b"127.0.0.1\tlocalhost\n172.17.0.1 MyDocker docker # mine\n10.0.0.1 mydocker\nnonsense here\n")
    assert hosts == {"localhost": "127.0.0.1", "mydocker": "172.17.0.1", "docker": "172.17.0.1"}


def test_a_file_that_is_no_text_names_nobody() -> None:
    assert parse_hosts(b"\xff\x00\x1b[31m\n\n#\n") == {}


def test_added_hosts_are_read_with_ipv6_addresses_too() -> None:
    fact = inspected(host_config={"ExtraHosts": ["MyDocker:host-gateway", "six:2001:db8::1", "both:[::1]", "odd"]})
    assert added_hosts(fact) == {"mydocker": "host-gateway", "six": "2001:db8::1", "both": "::1"}


def test_the_kernels_own_addresses_are_those_it_takes_for_local() -> None:
    assert parse_fib_trie(FIB_TRIE) == ["127.0.0.1", "172.17.0.1"]
    assert parse_if_inet6(IF_INET6 + "not a line\n\n") == ["::1", "2001:db8::17"]
