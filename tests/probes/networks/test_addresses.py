"""Who has an IP address: by the kernel's tables, and by the list of containers."""

from __future__ import annotations

import pytest

from grader.machine.local_addresses import parse_fib_trie, parse_if_inet6
from grader.machine.question import Answer, NoAnswer
from grader.probes.networks.addresses import find_container_at, read_machine_addresses
from tests.scripted_machine import ScriptedAnswers, scripted_machine

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


def test_the_kernels_own_addresses_are_those_it_takes_for_local() -> None:
    assert parse_fib_trie(FIB_TRIE) == ["127.0.0.1", "172.17.0.1"]
    assert parse_if_inet6(IF_INET6 + "not a line\n\n") == ["::1", "2001:db8::17"]


@pytest.mark.parametrize("line", ["00000001 01", "z" * 32, "0" * 33, "0" * 31, "0" * 30 + "é1", "\x1c", " "])
def test_what_is_no_interface_is_passed_over(line: str) -> None:
    assert parse_if_inet6(f"{line}\n{IF_INET6}") == ["::1", "2001:db8::17"]


def test_the_machines_own_addresses_are_of_both_families() -> None:
    link = ScriptedAnswers({"read /proc/net/fib_trie": FIB_TRIE.encode(), "read /proc/net/if_inet6": IF_INET6.encode()})
    assert read_machine_addresses(scripted_machine(link)) == {"127.0.0.1", "172.17.0.1", "::1", "2001:db8::17"}
    assert link.question_keys == ["read /proc/net/fib_trie", "read /proc/net/if_inet6"]


@pytest.mark.parametrize(
    "file",
    [Answer(404), NoAnswer("not-at-hand"), NoAnswer("no-access", "Permission denied"), Answer(200, b"\xff\xfe\x00")],
    ids=["no Linux", "on another computer", "not ours to read", "no text"],
)
def test_a_machine_whose_files_cannot_be_seen_has_none(file: Answer | NoAnswer) -> None:
    machine = scripted_machine({"read /proc/net/fib_trie": file, "read /proc/net/if_inet6": file})
    assert read_machine_addresses(machine) == frozenset()


def test_a_file_that_is_gone_is_not_read_for_its_words() -> None:
    gone = Answer(404, FIB_TRIE.encode())
    machine = scripted_machine({"read /proc/net/fib_trie": gone, "read /proc/net/if_inet6": IF_INET6.encode()})
    assert read_machine_addresses(machine) == {"::1", "2001:db8::17"}


def test_a_container_is_found_by_any_of_its_addresses() -> None:
    places = {"a": {"IPAddress": "172.18.0.2"}, "b": {"IPAddress": "", "GlobalIPv6Address": "2001:db8::2"}, "c": None}
    listed = [
        {"Id": "1", "Names": ["/alone"], "NetworkSettings": None},
        {"Id": "2", "Names": ["/web"], "NetworkSettings": {"Networks": places}},
    ]
    machine = scripted_machine({"/containers/json?all=1": listed})
    assert find_container_at(machine, "172.18.0.2") == "web"
    assert find_container_at(machine, "2001:db8::2") == "web"
    assert find_container_at(machine, "172.18.0.20") == ""
