"""Names known by hand: `/etc/hosts` inside, and `--add-host`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.machine.question import Answer
from grader.probes.networks.hosts import added_hosts, parse_hosts, read_hosts
from tests.probes.containers.test_files import tar
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import assert_probe_failed, many_examples
from tests.scripted_machine import PODMAN_4, ScriptedAnswers, scripted_machine

FILE = "/containers/web-id/archive?path=/etc/hosts"
ADDED = parse_inspect("web", host_config={"ExtraHosts": ["MyDocker:172.17.0.1", "both:10.0.0.1"]})


def test_the_first_line_that_names_a_host_counts_whatever_its_case() -> None:
    hosts = parse_hosts(b"127.0.0.1\tlocalhost\n172.17.0.1 MyDocker docker # mine\n10.0.0.1 mydocker\nnonsense here\n")
    assert hosts == {"localhost": "127.0.0.1", "mydocker": "172.17.0.1", "docker": "172.17.0.1"}


@pytest.mark.parametrize("content", [b"\xff\x00\x1b[31m\n\n#\n", b"", b"# 1.2.3.4 x\n", b"1.2.3.4\n", b"1.2.3 x\n"])
def test_a_file_that_is_no_table_names_nobody(content: bytes) -> None:
    assert parse_hosts(content) == {}


def test_added_hosts_are_read_with_ipv6_addresses_too() -> None:
    fact = parse_inspect(host_config={"ExtraHosts": ["MyDocker:host-gateway", "six:2001:db8::1", "both:[::1]", "odd"]})
    assert added_hosts(fact) == {"mydocker": "host-gateway", "six": "2001:db8::1", "both": "::1"}


@pytest.mark.parametrize("entry", ["odd", ":1.2.3.4", "odd:", ""])
def test_an_entry_without_a_name_or_an_address_adds_nothing(entry: str) -> None:
    assert added_hosts(parse_inspect(host_config={"ExtraHosts": [entry]})) == {}


@pytest.mark.parametrize("address", ["evil.example", "1.2.3", "HOST-GATEWAY", "x\x1b[31m", "[]x"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    fact = parse_inspect(host_config={"ExtraHosts": [f"mydocker:{address}"]})
    assert assert_probe_failed("answer-garbled", lambda: added_hosts(fact)).values["asked"] == "docker inspect"


def test_what_the_file_says_counts_before_what_was_added() -> None:
    link = ScriptedAnswers({FILE: tar(("hosts", b"10.0.0.2 both\n10.0.0.3 Other\n"))})
    assert read_hosts(scripted_machine(link), ADDED) == {
        "mydocker": "172.17.0.1",
        "both": "10.0.0.2",
        "other": "10.0.0.3",
    }
    assert link.question_keys == [FILE]


@pytest.mark.parametrize(
    "answer",
    [Answer(404), tar(("hosts/", None)), tar(("hosts", b""))],
    ids=["no file", "a folder", "an empty file"],
)
def test_without_words_in_the_file_what_was_added_is_known(answer: Any) -> None:
    assert read_hosts(scripted_machine({FILE: answer}), ADDED, wanted="x") == added_hosts(ADDED)


def test_podman_does_not_copy_the_file() -> None:
    machine = scripted_machine({FILE: Answer(500, b"not a directory")}, version=PODMAN_4)
    assert read_hosts(machine, ADDED, wanted="x") == added_hosts(ADDED)


@pytest.mark.parametrize("answer", [Answer(500, b"oh no"), Answer(409, b"x"), Answer(200, b"no archive")])
def test_a_file_that_cannot_be_read_says_nothing_of_a_name_that_was_not_added(answer: Answer) -> None:
    machine = scripted_machine({FILE: answer})
    assert read_hosts(machine, ADDED) == added_hosts(ADDED)
    assert read_hosts(machine, ADDED, wanted="MyDocker") == added_hosts(ADDED)
    code = "answer-garbled" if answer.status == 200 else "answer-unexpected"
    assert_probe_failed(code, lambda: read_hosts(machine, ADDED, wanted="base"))


@many_examples
@given(st.one_of(st.binary(), st.text().map(lambda words: words.encode("utf-8", "replace"))))
def test_no_file_breaks_it(content: bytes) -> None:
    assert all(name == name.lower() for name in parse_hosts(b"1.2.3.4 " + content))
