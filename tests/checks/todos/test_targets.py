"""Where one container is configured to look for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.todos.targets import diagnose_address_target, diagnose_target, diagnose_url_target
from tests.checks.fake_engine_json import File, fake_container
from tests.checks.fake_machine import fails_with
from tests.checks.fake_todos import MONGO_IP, FakeTodos

if TYPE_CHECKING:
    from grader.checks.failure import CheckFailed

GATEWAY = "172.18.0.1"
PUBLISHED: dict[str, Any] = {"ports": {"app": {"port": 4002, "offset": 2}, "mongo": {"port": 4000, "offset": 0}}}


def seen(lab: FakeTodos, **spec: Any) -> CheckFailed | None:
    todos = lab.subject(**spec)
    return diagnose_target(todos.api, todos.mongo, "MONGO")


def code(lab: FakeTodos, **spec: Any) -> str:
    mistake = seen(lab, **spec)
    return mistake.code if mistake else ""


@pytest.mark.parametrize(
    "value",
    ["todos-mongo:27017", "TODOS-MONGO:27017", "todos-mongo", "mongodb://todos-mongo:27017/todos", f"{MONGO_IP}:27017"],
)
def test_the_right_place_may_be_written_in_many_ways(value: str) -> None:
    assert code(FakeTodos(MONGO=value)) == ""


@pytest.mark.parametrize("value", ["", " ", "://"])
def test_where_nothing_is_written_nothing_can_be_told(value: str) -> None:
    assert code(FakeTodos(MONGO=value)) == ""


@pytest.mark.parametrize("value", ["127.0.0.1:27017", "localhost:27017", "[::1]:27017", "127.9.9.9:1"])
def test_loopback_is_the_container_itself(value: str) -> None:
    lab = FakeTodos(MONGO=value)
    lab.api.files["/etc/hosts"] = File(b"127.0.0.1 localhost\n")
    mistake = seen(lab)
    assert mistake
    assert mistake.code == "asks-itself"
    assert mistake.values == {
        "name": "todos-api", "variable": "MONGO", "value": value, "wanted": "todos-mongo:27017",
    }  # fmt: skip


def test_a_name_that_nobody_has_leads_elsewhere() -> None:
    assert code(FakeTodos(MONGO="mongo:27017")) == "looks-elsewhere"
    mistake = seen(FakeTodos(MONGO="mongo:27017"))
    assert mistake
    assert mistake.values["value"] == "mongo:27017"


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("todos-app:27017", "todos-app"),
        ("todos-api:27017", "todos-api"),
        ("Old-Mongo:27017", "old-mongo"),
        ("base:27017", "old-mongo"),
        ("172.18.0.4:27017", "todos-app"),
        ("172.18.0.9", "old-mongo"),
    ],
)
def test_a_place_that_is_another_container_is_told_with_its_name(value: str, other: str) -> None:
    lab = FakeTodos(MONGO=value)
    old = fake_container("old-mongo", networks={"todos-net": "172.18.0.9"})
    old.raw["NetworkSettings"]["Networks"]["todos-net"]["Aliases"] = ["base"]
    lab.fake_containers.append(old)
    mistake = seen(lab)
    assert mistake
    assert (mistake.code, mistake.values["other"]) == ("asks-another-container", other)


def test_a_container_that_does_not_run_or_is_on_another_network_has_no_name_there() -> None:
    lab = FakeTodos(MONGO="old-mongo:27017")
    lab.fake_containers.append(fake_container("old-mongo", networks={"todos-net": "172.18.0.9"}, state="exited"))
    assert code(lab) == "looks-elsewhere"
    lab.fake_containers[-1] = fake_container("old-mongo", networks={"other": "172.19.0.9"})
    assert code(lab) == "looks-elsewhere"


@pytest.mark.parametrize("value", ["todos-mongo:27017", "Base:27017"])
def test_the_right_name_without_a_common_network_is_told_with_the_networks(value: str) -> None:
    lab = FakeTodos(MONGO=value)
    lab.mongo.raw["NetworkSettings"]["Networks"] = {"back": {"Aliases": ["base"]}, "bridge": {}}
    mistake = seen(lab)
    assert mistake
    assert mistake.code == "no-common-network"
    values = {"other": "todos-mongo", "networks": "todos-net", "others": "back"}
    assert values.items() <= mistake.values.items()


FIB_TRIE = b"|-- 192.168.1.7\n           /32 host LOCAL\n"


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("192.168.1.7", ""),
        ("192.168.1.8", "looks-at-another-address"),
        (GATEWAY, ""),
        ("8.8.8.8", "looks-at-another-address"),
    ],
)
def test_an_address_is_the_machines_or_nobodys(address: str, wanted: str) -> None:
    lab = FakeTodos(MONGO=f"{address}:4000")
    lab.mongo.raw["NetworkSettings"]["Ports"] = {"27017/tcp": [{"HostPort": "4000"}]}
    lab.api.raw["NetworkSettings"]["Networks"]["todos-net"]["Gateway"] = GATEWAY
    assert code(lab) == "", "where the machine's addresses cannot be seen"
    lab.disk["/proc/net/fib_trie"] = FIB_TRIE
    assert code(lab) == wanted


def test_another_port_of_the_right_place_is_another_port() -> None:
    mistake = seen(FakeTodos(MONGO="todos-mongo:27018"))
    assert mistake
    assert (mistake.code, mistake.values["wanted"]) == ("looks-on-another-port", "todos-mongo:27017")
    assert code(FakeTodos(MONGO=f"{MONGO_IP}:4000")) == "looks-on-another-port"


@pytest.mark.parametrize(
    ("port", "wanted"), [("4000", ""), ("27017", "looks-on-another-port"), ("4001", "looks-on-another-port")]
)
def test_through_the_machine_the_published_port_counts(port: str, wanted: str) -> None:
    lab = FakeTodos(MONGO=f"mydocker:{port}")
    lab.api.files["/etc/hosts"] = File(f"{GATEWAY} mydocker\n".encode())
    bindings = {"27017/tcp": [{"HostPort": "4000"}], "28017/tcp": [{"HostPort": "4001"}]}
    lab.mongo.raw["NetworkSettings"]["Ports"] = bindings
    assert code(lab) == wanted


def test_what_is_typed_for_the_machine_is_not_the_container_itself() -> None:
    lab = FakeTodos(MONGO="mydocker:4000")
    lab.api.raw["HostConfig"]["ExtraHosts"] = ["mydocker:host-gateway"]
    lab.mongo.raw["NetworkSettings"]["Ports"] = {"27017/tcp": [{"HostPort": "4000"}]}
    assert code(lab) == ""


def test_without_a_port_the_programs_own_is_taken() -> None:
    lab = FakeTodos(MONGO="mydocker")
    lab.api.files["/etc/hosts"] = File(f"{GATEWAY} mydocker\n".encode())
    assert code(lab) == ""


def test_what_is_wanted_is_the_machines_place_where_the_port_is_published_there() -> None:
    mistake = seen(FakeTodos(MONGO="x:1"), **PUBLISHED)
    assert mistake
    assert mistake.values["wanted"] == "todos-mongo:4000"
    mistake = seen(FakeTodos(MONGO="x:1"), hosts={"mydocker": "mydocker"}, **PUBLISHED)
    assert mistake
    assert mistake.values["wanted"] == "mydocker:4000"


def test_both_must_run() -> None:
    lab = FakeTodos()
    lab.mongo.set_state("paused")
    with fails_with("container-paused", name="todos-mongo"):
        seen(lab)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (f"{MONGO_IP}:27017", "address-not-name"),
        ("192.0.2.9", "address-not-name"),
        ("127.0.0.1:27017", ""),
        ("todos-mongo:27017", ""),
        ("", ""),
    ],
)
def test_an_address_stands_in_the_place_of_a_name(value: str, wanted: str) -> None:
    todos = FakeTodos(MONGO=value).subject()
    mistake = diagnose_address_target(todos.api, todos.mongo, "MONGO")
    assert (mistake.code if mistake else "") == wanted
    if mistake:
        values = {"name": "todos-api", "variable": "MONGO", "value": value, "wanted": "todos-mongo:27017"}
        assert mistake.values == values


@pytest.mark.parametrize(
    ("value", "wanted"), [("http://todos-mongo:27017", "url-not-place"), ("todos-mongo:27017", ""), ("", "")]
)
def test_a_url_is_more_than_a_place(value: str, wanted: str) -> None:
    todos = FakeTodos(MONGO=value).subject()
    mistake = diagnose_url_target(todos.api, todos.mongo, "MONGO")
    assert (mistake.code if mistake else "") == wanted
    if mistake:
        values = {"name": "todos-api", "variable": "MONGO", "value": value, "wanted": "todos-mongo:27017"}
        assert mistake.values == values
