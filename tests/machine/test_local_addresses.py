"""A site is asked only at the machine's own addresses, whatever an engine says: no names, no other spellings."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from grader.errors import ProbeFailed
from grader.exercise.spec import ExerciseSpec
from grader.machine.local_addresses import literal_address, parse_bridge_networks, parse_fib_trie
from grader.machine.machine import Machine
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.machine.transport.http import SiteClient
from grader.machine.transport.interface import TransportFacts
from grader.messages import say
from grader.probes.containers.ports import RawBinding, parse_port_bindings
from tests.machine.hostile_engine import request_sink
from tests.machine.scripts import ScriptedTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.machine.hostile_engine import RequestSink

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
br-0123456789ab\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
br-lan\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
br-0123456789ac\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000013AC\t010011AC\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0
docker0\tzz
"""


@pytest.fixture
def server() -> Iterator[RequestSink]:
    """A server of this computer, on all its addresses."""
    with request_sink("0.0.0.0") as asked:  # noqa: S104 - that is what is tested
        yield asked


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost.", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "127.0.0.1.", " 127.0.0.1"),
        *("x@127.0.0.1", "127.0.0.1/?", "127.0.0.1#", "127.0.0.1:80@127.0.0.1", "[::1]", "::1%lo", "127.0.0.1%lo"),
        "１２７.0.0.1",
    ],
)
def test_what_is_not_written_as_an_address_is_not_asked(server: RequestSink, host: str) -> None:
    got = SiteClient().ask(HttpQuestion(server.port, host=host, within_s=2))
    assert isinstance(got, NoAnswer)
    assert got.reason == "no-access"
    assert server == []


@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "192.0.2.1", "100.100.100.200", "224.0.0.1", "255.255.255.255"),
        *("::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%lo", "fd00:ec2::254"),
    ],
)
def test_an_address_that_is_not_the_machine_s_is_not_asked(host: str) -> None:
    began = time.monotonic()
    got = SiteClient().ask(HttpQuestion(80, host=host, within_s=5))
    assert isinstance(got, NoAnswer)
    assert got.reason == "no-access"
    assert time.monotonic() - began < 2


def test_the_machine_s_own_addresses_are_asked(server: RequestSink) -> None:
    """The control: a port may be published on any address of this computer."""
    own = parse_fib_trie(Path("/proc/net/fib_trie").read_text(encoding="ascii"))
    hosts = ("", "0.0.0.0", "::", "127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1", *own)  # noqa: S104
    for host in hosts:
        got = SiteClient().ask(HttpQuestion(server.port, f"/{host}", host=host, within_s=5))
        assert isinstance(got, Answer), host
    assert len(server) == len(hosts)


def test_a_container_is_asked_on_a_bridge_of_its_engine_and_nowhere_else() -> None:
    networks = [str(network) for network in parse_bridge_networks(ROUTES)]
    assert networks == ["172.17.0.0/16", "172.18.0.0/16"], "no bridge of a person's own, no route to everywhere"


def test_an_ipv4_address_in_an_ipv6_one_is_that_address() -> None:
    assert str(literal_address("::ffff:127.0.0.1")) == "127.0.0.1"
    (port,) = parse_port_bindings({"80/tcp": [RawBinding("::ffff:127.0.0.1", "4000")]})
    assert port.is_on_loopback, "and what is published there is reached by nobody else"
    (everywhere,) = parse_port_bindings({"80/tcp": [RawBinding("::ffff:0.0.0.0", "4000")]})
    assert everywhere.host_ip == ""


def test_what_was_not_asked_is_nobody_s_silence() -> None:
    """The check is an error, with a reason in both languages; a recording gives the same."""
    question = HttpQuestion(4000, host="192.0.2.1")
    link = ScriptedTransport({question: [NoAnswer("no-access", "192.0.2.1: none of the machine's addresses")]})
    machine = Machine(link, ExerciseSpec(points=0, title={}))
    with pytest.raises(ProbeFailed, match="address-not-asked") as error:
        machine.ask(question)
    assert machine.questions_asked, "the check has looked"
    values = error.value.values
    assert "192.0.2.1 is not an address of the machine" in say("address-not-asked", "wrong", values, "en")
    assert "192.0.2.1 n'est pas une adresse de la machine" in say("address-not-asked", "wrong", values, "fr")


@pytest.mark.parametrize(
    ("engine", "published", "reason", "is_out_of_reach"),
    [
        ("192.0.2.9", "127.0.0.1", "refused", True),
        ("docker.example", "127.0.0.1", "timeout", True),
        ("docker.example", "::1", "refused", True),
        ("docker.example", "10.0.0.5", "refused", True),
        ("192.0.2.9", "192.0.2.9", "refused", False),
        ("localhost", "127.0.0.1", "refused", False),
        ("127.0.0.1", "127.0.0.2", "refused", False),
        ("docker.example", "", "refused", False),
        ("", "127.0.0.1", "refused", False),
        ("docker.example", "127.0.0.1", "not-http", False),
    ],
)
def test_a_port_on_another_address_of_a_remote_engine_is_out_of_reach(
    engine: str, published: str, reason: Literal["refused", "timeout", "not-http"], *, is_out_of_reach: bool
) -> None:
    """Such as on its loopback, by `ip` in its daemon.json: a program there may listen, but not for the grader."""
    question = HttpQuestion(4000, host=published)
    link = ScriptedTransport({question: [NoAnswer(reason)]})
    link.facts = TransportFacts("tcp://…", host=engine)
    machine = Machine(link, ExerciseSpec(points=0, title={}))
    if not is_out_of_reach:
        assert machine.ask(question) == NoAnswer(reason)
        return
    with pytest.raises(ProbeFailed, match="address-out-of-reach") as error:
        machine.ask(question)
    values = error.value.values
    assert f"port 4000 on its own address {published} only" in say(error.value.code, "wrong", values, "en")
    assert f"le port 4000 que sur son adresse {published}" in say(error.value.code, "wrong", values, "fr")
