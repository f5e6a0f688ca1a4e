"""A name for the machine: known in containers, and really the machine."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.containers.expectation import require_container
from grader.checks.expect import expect
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.probes.containers.logs import read_log
from tests.checks.fake_engine_json import FakeContainer, File, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, serves

SPEC: dict[str, Any] = {
    "hosts": {"mydocker": "MyDocker"},
    "containers": {"web": {"name": "web", "image": "nginx"}, "api": {"name": "api", "image": "api"}},
    "ports": {"web": {"port": 4000, "offset": 0}, "api": {"port": 4001, "offset": 1}},
}
FIB = b"""Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 192.0.2.7
        /32 host LOCAL
"""


def web(*hosts: str, written: str = "", **more: Any) -> FakeContainer:
    box = fake_container(host={"ExtraHosts": list(hosts)}, **more)
    if written:
        box.files["/etc/hosts"] = File(written.encode())
    return box


def known(*boxes: FakeContainer) -> None:
    machine = FakeMachine(*boxes).as_machine(**SPEC)
    expect(machine.host("mydocker")).to_be_known_in(*(machine.container(one.name) for one in boxes))


def this_machine(
    box: FakeContainer, *others: FakeContainer, fib: bytes | None = FIB, sites: dict[int | str, Any] | None = None
) -> FakeMachine:
    link = FakeMachine(box, *others)
    if fib is not None:
        link.disk["/proc/net/fib_trie"] = fib
    link.sites |= sites or {}
    machine = link.as_machine(**SPEC)
    expect(machine.host("mydocker")).to_resolve_to_this_machine_in(machine.container("web"))
    return link


def test_a_name_is_known_by_option() -> None:
    known(web("mydocker:10.0.0.1"))
    known(web("MYDOCKER:10.0.0.1"))


def test_a_name_that_was_written_into_the_file_by_hand_was_not_given_by_an_option() -> None:
    with fails_with("host-by-hand", name="web", host="MyDocker", address="10.0.0.1"):
        known(web(written="10.0.0.1 x mydocker\n"))


def test_an_old_link_also_writes_a_name_into_the_file() -> None:
    known(fake_container(host={"Links": ["/api:/web/mydocker"]}, files={"/etc/hosts": File(b"172.17.0.2 mydocker\n")}))


def test_it_must_be_known_in_each() -> None:
    with fails_with("host-missing", name="api", host="MyDocker"):
        known(web("mydocker:10.0.0.1"), fake_container("api"))


def test_a_name_almost_like_it_was_misspelt() -> None:
    with fails_with("host-misspelt", name="web", host="MyDocker", near="mydoker"):
        known(web("mydoker:10.0.0.1", "zzz:10.0.0.1"))
    with fails_with("host-missing"):
        known(web("zzz:10.0.0.1"))


def test_the_container_must_be_there() -> None:
    machine = FakeMachine().as_machine(**SPEC)
    with fails_with("container-missing", name="web"):
        expect(machine.host("mydocker")).to_be_known_in(machine.container("web"))


@pytest.mark.parametrize("written", ["", "192.168.65.254 mydocker\n"], ids=["", "Docker Desktop"])
def test_what_is_typed_for_the_machine_is_the_machine(written: str) -> None:
    """The address that it becomes inside may be none of those that the machine can be seen to have."""
    this_machine(web("mydocker:host-gateway", written=written))
    this_machine(web("mydocker:host-gateway", written=written), fib=None)


def test_what_was_typed_counts_not_what_was_mended_by_hand() -> None:
    with fails_with("host-is-loopback", address="127.0.0.1"):
        this_machine(web("mydocker:127.0.0.1", written="192.0.2.7 mydocker\n"))


def test_of_two_addresses_the_first_is_used() -> None:
    with fails_with("host-is-loopback", address="127.0.0.1"):
        this_machine(web("mydocker:127.0.0.1", "mydocker:host-gateway"))


def test_the_gateway_of_its_network_is_the_machine() -> None:
    box = web("mydocker:172.18.0.1")
    box.raw["NetworkSettings"]["Networks"]["bridge"]["Gateway"] = "172.18.0.1"
    this_machine(box, fib=None)


def test_an_address_of_the_machine_is_the_machine() -> None:
    this_machine(web("mydocker:192.0.2.7"))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "0.0.0.0", "::1", "::"])  # noqa: S104 - compared
def test_loopback_is_the_container_itself(address: str) -> None:
    box = web(f"mydocker:{address}")
    with fails_with("host-is-loopback", name="web", host="MyDocker", address=address):
        this_machine(box)


def test_the_address_of_a_container_is_not_the_machine() -> None:
    other = fake_container("api", networks={"net": "172.18.0.5"})
    with fails_with("host-is-a-container", name="web", host="MyDocker", address="172.18.0.5", other="api"):
        this_machine(web("mydocker:172.18.0.5"), other)


def test_an_address_of_nobody_is_elsewhere() -> None:
    with fails_with("host-elsewhere", name="web", host="MyDocker", address="203.0.113.9"):
        this_machine(web("mydocker:203.0.113.9"))


def test_where_addresses_cannot_be_seen_the_answer_of_one_of_its_containers_tells() -> None:
    api = fake_container("api", image="api")
    link = this_machine(web("mydocker:192.168.65.254"), api, fib=None, sites={"192.168.65.254:4001": serves(api)})
    asked = [one for one in link.questions if isinstance(one, HttpQuestion)]
    assert [(one.host, one.port, one.within_s) for one in asked] == [
        ("192.168.65.254", 4000, 2),
        ("192.168.65.254", 4001, 2),
    ]
    assert [one.path for one in asked] == ["/.grader-nonce-host", "/.grader-nonce-host-2"]


@pytest.mark.parametrize("told", [Answer(200), NoAnswer("timeout")])
@pytest.mark.parametrize("log", [b"started\n", b"", None])
def test_an_answer_of_somebody_else_does_not(told: Answer | NoAnswer, log: bytes | None) -> None:
    with fails_with("host-elsewhere"):
        this_machine(web("mydocker:203.0.113.9", log=log), fib=None, sites={4000: told, 4001: told})


def test_no_answer_proves_nothing_whatever_the_log_says() -> None:
    box = web("mydocker:203.0.113.9", log=b"/.grader-nonce-host")
    with fails_with("host-elsewhere"):
        this_machine(box, fib=None, sites={4000: NoAnswer("cut-off")})


def test_an_answer_is_looked_for_in_the_log_as_it_is_then() -> None:
    box = web("mydocker:203.0.113.9", log=b"started\n")
    link = FakeMachine(box)
    link.sites[4000] = serves(box)
    machine = link.as_machine(**SPEC)
    read_log(machine, require_container(machine.container("web")))
    expect(machine.host("mydocker")).to_resolve_to_this_machine_in(machine.container("web"))
