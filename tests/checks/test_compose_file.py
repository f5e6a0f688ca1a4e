"""A compose file against what runs: what students change in it is seen, what only looks different is not."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from grader.checks.compose_file import difference
from grader.probes.compose import ComposeFile
from tests.probes.inspected import inspected

SERVICE: dict[str, Any] = {
    "image": "mvertes/alpine-mongo",
    "build": {"context": "/home/anna/todos/mongo", "dockerfile": "Dockerfile"},
    "command": ["mongod", "--quiet"],
    "environment": {"DEBUG": "1", "FROM_SHELL": None},
    "networks": {"default": None},
    "ports": [{"target": 27017, "published": "4000", "protocol": "tcp"}],
    "volumes": [
        {"type": "bind", "source": "/home/anna/todos/mongo/db", "target": "/data/db/"},
        {"type": "volume", "source": "spare", "target": "/spare"},
    ],
}
CONFIG = {"Image": "mvertes/alpine-mongo", "Env": ["DEBUG=1", "PATH=/bin", "FROM_SHELL=x"]}
HOST_CONFIG = {"PortBindings": {"27017/tcp": [{"HostIp": "", "HostPort": "4000"}]}}
MOUNTS = [
    {"Type": "bind", "Source": "/home/anna/todos/mongo/db", "Destination": "/data/db"},
    {"Type": "volume", "Name": "todos_spare", "Source": "/var/lib/docker/volumes/x", "Destination": "/spare"},
]


def compared(service: dict[str, Any], **container: Any) -> tuple[str, str, str] | None:
    said = {"services": {"todos-mongo": service}, "networks": {"default": {"name": "todos_default"}}}
    file = msgspec.json.decode(json.dumps(said), type=ComposeFile)
    made: dict[str, Any] = {
        "config": CONFIG,
        "host_config": HOST_CONFIG,
        "networks": {"todos_default": {}},
        "Mounts": MOUNTS,
        "Path": "mongod",
        "Args": ["--quiet"],
    }
    return difference(file, "todos-mongo", inspected("todos-todos-mongo-1", **(made | container)), None)


def test_a_file_that_is_what_runs_differs_in_nothing() -> None:
    assert compared(SERVICE) is None


@pytest.mark.parametrize("image", ["docker.io/mvertes/alpine-mongo:latest", "mvertes/alpine-mongo:latest"])
def test_an_image_is_the_same_by_all_its_names(image: str) -> None:
    assert compared(SERVICE | {"image": image}) is None


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"image": "mvertes/alpine-mongo:4"}, "image"),
        ({"ports": []}, "ports"),
        ({"ports": [{"target": 27017, "published": "4003"}]}, "ports"),
        ({"ports": [{"target": 27017, "published": "4000", "host_ip": "127.0.0.1"}]}, "ports"),
        ({"volumes": []}, "volumes"),
        ({"volumes": [*SERVICE["volumes"][:1], {"type": "volume", "target": "/elsewhere"}]}, "volumes"),
        ({"environment": {"DEBUG": "2"}}, "environment: DEBUG"),
        ({"environment": {"MORE": "2"}}, "environment: MORE"),
        ({"command": ["mongod", "--verbose"]}, "command"),
        ({"networks": {"default": None, "front": None}}, "networks"),
    ],
)
def test_what_was_changed_in_the_file_is_named(changed: dict[str, Any], what: str) -> None:
    found = compared(SERVICE | changed)
    assert found is not None
    assert found[0] == what
    assert found[1] != found[2]


def test_a_service_that_is_no_more_in_the_file_is_named() -> None:
    file = ComposeFile(services={})
    assert difference(file, "todos-mongo", inspected(), None) == ("services", "-", "todos-mongo")


def test_a_range_of_ports_is_not_compared() -> None:
    """The engine chose one of them."""
    assert compared(SERVICE | {"ports": [{"target": 27017, "published": "4000-4009"}]}) is None


def test_a_file_mounted_for_a_secret_or_a_config_is_no_volume() -> None:
    granted = {"secrets": [{"source": "word"}], "configs": [{"source": "hello", "target": "/etc/hello"}]}
    files = [
        {"Type": "bind", "Source": "/home/anna/todos/word", "Destination": "/run/secrets/word"},
        {"Type": "bind", "Source": "/home/anna/todos/hello", "Destination": "/etc/hello"},
    ]
    assert compared(SERVICE | granted, Mounts=MOUNTS + files) is None
    found = compared(SERVICE, Mounts=MOUNTS + files)
    assert found is not None
    assert found[0] == "volumes"


def test_a_folder_in_memory_is_the_same_by_either_key() -> None:
    made = {"host_config": HOST_CONFIG | {"Tmpfs": {"/run": "size=1m"}}}
    assert compared(SERVICE | {"tmpfs": ["/run/:size=1m"]}, **made) is None
    found = compared(SERVICE, **made)
    assert found is not None
    assert found[0] == "volumes"
