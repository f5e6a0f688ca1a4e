"""Who has a port of the machine."""

from __future__ import annotations

import pytest

from grader.machine.question import Answer, NoAnswer
from grader.probes.networks.port_holders import PortHolder, find_port_holder
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine


def holder(*boxes: FakeContainer, program: Answer | NoAnswer | None = None, port: int = 4000) -> PortHolder:
    machine = FakeMachine(*boxes)
    machine.disk[str(port)] = program or Answer(404)
    return find_port_holder(machine.as_machine(), port, besides="own-id")


@pytest.mark.parametrize(
    ("box", "name"),
    [
        (fake_container("old", ports={"80/tcp": "4000"}), "old"),
        (fake_container("old", ports={"27017/tcp": "127.0.0.1:4000"}), "old"),
        (fake_container("old", ports={"80/udp": "4000"}), ""),
        (fake_container("old", ports={"4000/tcp": "80"}), ""),
        (fake_container("old", ports={"80/tcp": "40001"}), ""),
        (fake_container("old", ports={"80/tcp": "4000"}, state="exited"), ""),
        (fake_container("own", ports={"80/tcp": "4000"}), ""),
        (fake_container("host", mode="host", listens=("0.0.0.0:4000",)), "host"),
        (fake_container("host", mode="host", listens=("0.0.0.0:80",)), ""),
        (fake_container("bridge", listens=("0.0.0.0:4000",)), ""),
    ],
)
def test_a_container_has_what_it_publishes_or_listens_on(box: FakeContainer, name: str) -> None:
    assert holder(box) == PortHolder(container=name)


def test_a_program_of_the_machine_may_have_it() -> None:
    assert holder(program=Answer(200, b"python3")) == PortHolder(program="python3")
    assert holder(program=Answer(200, b"a\x1b[31m")) == PortHolder(program="a\\x1b[31m")


@pytest.mark.parametrize("program", [Answer(404), NoAnswer("not-at-hand"), NoAnswer("no-access"), Answer(200, b"")])
def test_what_cannot_be_seen_is_not_made_up(program: Answer | NoAnswer) -> None:
    assert holder(program=program) == PortHolder()


@pytest.mark.parametrize("name", [b"docker-proxy", b"rootlessport"])
def test_an_engines_own_program_is_not_named(name: bytes) -> None:
    assert holder(program=Answer(200, name)) == PortHolder()


def test_an_engine_that_does_not_list_is_no_error() -> None:
    machine = FakeMachine()
    machine.table["/containers/json?all=1"] = Answer(500)
    assert find_port_holder(machine.as_machine(), 4000, besides="") == PortHolder()
