"""Where a container looks for another one, and the names that resolve to that one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.probes.networks.targets import find_names_for, read_target
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import many_examples


@pytest.mark.parametrize(
    ("value", "host", "port"),
    [
        ("todos-mongo:27017", "todos-mongo", 27017),
        ("TODOS-MONGO:27017", "todos-mongo", 27017),
        ("todos-mongo.todos-net.:27017", "todos-mongo.todos-net", 27017),
        (" todos-mongo ", "todos-mongo", None),
        ("http://todos-api:8082/todos?x=1", "todos-api", 8082),
        ("mongodb://anna:s3:cret@todos-mongo:27017/todos", "todos-mongo", 27017),
        ("mongodb://one:27017,two:27017/", "one", 27017),
        ("[2001:db8::1]:27017", "2001:db8::1", 27017),
        ("172.18.0.2:27017", "172.18.0.2", 27017),
    ],
)
def test_host_and_port_are_found_in_every_spelling(value: str, host: str, port: int | None) -> None:
    target = read_target(parse_inspect(config={"Env": [f"MONGO={value}"]}), "MONGO")
    assert target is not None
    assert (target.host, target.port) == (host, port)


@pytest.mark.parametrize("env", [[], ["MONGO="], ["MONGO=/:"], ["OTHER=a:1"]])
def test_a_variable_that_says_no_host_is_no_target(env: list[str]) -> None:
    assert read_target(parse_inspect(config={"Env": env}), "MONGO") is None


@pytest.mark.parametrize(
    ("host", "is_address"), [("172.18.0.2", True), ("[::1]", True), ("todos-mongo", False), ("1.2.3", False)]
)
def test_an_address_is_told_from_a_name(host: str, is_address: bool) -> None:  # noqa: FBT001 - a parameter of the test
    target = read_target(parse_inspect(config={"Env": [f"MONGO={host}:1"]}), "MONGO")
    assert target is not None
    assert target.is_address is is_address


def test_a_container_is_known_by_every_name_on_a_network_of_both() -> None:
    """Engines send `Aliases`; since Docker 26 also `DNSNames`."""
    api = parse_inspect(networks={"todos-net": {}, "bridge": {}})
    mongo = parse_inspect(
        "todos-mongo",
        config={"Hostname": "base"},
        networks={"todos-net": {"Aliases": ["DB"], "DNSNames": ["todos-mongo", "DB", "0123456789ab"]}},
    )
    names = {"todos-mongo", "db", "0123456789ab", "base"}
    assert find_names_for(api, mongo) == names | {f"{name}.todos-net" for name in names}


def test_on_the_default_bridge_only_a_link_or_a_name_by_hand_is_known() -> None:
    mongo = parse_inspect("todos-mongo", networks={"bridge": {"IPAddress": "172.17.0.2", "Aliases": None}})
    assert find_names_for(parse_inspect(networks={"bridge": {}}), mongo) == set()
    linked = parse_inspect(host_config={"Links": ["/todos-mongo:/todos-api/db"]}, networks={"bridge": {}})
    assert find_names_for(linked, mongo) == {"db"}
    by_hand = parse_inspect(host_config={"ExtraHosts": ["base:172.17.0.2"]}, networks={"bridge": {}})
    assert find_names_for(by_hand, mongo) == {"base"}


def test_links_of_a_network_are_read_with_and_without_an_alias() -> None:
    fact = parse_inspect(networks={"todos-net": {"Links": ["todos-mongo", "todos-app:page"]}})
    assert fact.links == {"todos-mongo": "todos-mongo", "page": "todos-app"}


@pytest.mark.parametrize(
    ("value", "port"),
    [
        ("todos-mongo:270170", 270170),
        ("todos-mongo:" + "9" * 5000, 10**18 - 1),
        ("todos-mongo:٣", None),
        ("todos-mongo:x", None),
        ("todos-mongo:", None),
        ("HTTP://todos-mongo/:80", None),
    ],
)
def test_what_is_no_port_is_none_or_no_port_of_anybody(value: str, port: int | None) -> None:
    target = read_target(parse_inspect(config={"Env": [f"MONGO={value}"]}), "MONGO")
    assert target is not None
    assert (target.host, target.port) == ("todos-mongo", port)


def test_the_value_is_told_as_it_is_written() -> None:
    target = read_target(parse_inspect(config={"Env": ["MONGO= Http://Todos-Mongo:1/ "]}), "MONGO")
    assert target is not None
    assert (target.variable, target.value, target.host) == ("MONGO", "Http://Todos-Mongo:1/", "todos-mongo")


@many_examples
@given(st.text())
def test_no_value_breaks_it(value: str) -> None:
    target = read_target(parse_inspect(config={"Env": [f"MONGO={value}".encode("utf-8", "replace").decode()]}), "MONGO")
    assert target is None or target.is_address in {True, False}


def test_without_a_common_network_no_name_is_known() -> None:
    api = parse_inspect(networks={"one": {}})
    mongo = parse_inspect("todos-mongo", networks={"two": {"Aliases": ["db"]}})
    assert find_names_for(api, mongo) == set()


@pytest.mark.parametrize("network", ["bridge", "podman", "host", "none"])
def test_the_engines_own_networks_have_no_names(network: str) -> None:
    mongo = parse_inspect("todos-mongo", networks={network: {"Aliases": ["db"]}})
    assert find_names_for(parse_inspect(networks={network: {}}), mongo) == set()


def test_a_link_to_another_is_no_name_of_this_one() -> None:
    linked = parse_inspect(host_config={"Links": ["/other:/todos-api/db"]}, networks={"bridge": {}})
    assert find_names_for(linked, parse_inspect("todos-mongo", networks={"bridge": {}})) == set()


def test_a_name_by_hand_for_another_address_is_none_of_it() -> None:
    by_hand = parse_inspect(host_config={"ExtraHosts": ["base:172.17.0.9"]})
    assert (
        find_names_for(by_hand, parse_inspect("todos-mongo", networks={"bridge": {"IPAddress": "172.17.0.2"}})) == set()
    )


def test_one_without_a_host_name_has_no_empty_name() -> None:
    assert find_names_for(parse_inspect(networks={"n": {}}), parse_inspect("Todos-Mongo", networks={"n": {}})) == {
        "todos-mongo",
        "todos-mongo.n",
    }
