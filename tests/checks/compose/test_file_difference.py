"""A compose file compared with what runs: a student's change is found, what only looks different is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grader.checks.compose.file_difference import list_differences
from grader.probes.compose.files import ComposeFile
from grader.probes.images.images import find_image
from tests.checks.fake_engine_json import fake_image
from tests.checks.fake_machine import FakeMachine
from tests.probes.inspect_answers import parse_inspect
from tests.scripted_machine import DOCKER_26, PODMAN_4

if TYPE_CHECKING:
    from tests.scripted_machine import Version

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


def compared(service: dict[str, Any], version: Version = DOCKER_26, **container: Any) -> tuple[str, str, str] | None:
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
    machine = FakeMachine(version=version).as_machine()
    fact = parse_inspect("todos-todos-mongo-1", **(made | container))
    found = list_differences(machine, file, "todos-mongo", fact, None)
    return found[0] if found else None


def test_a_file_that_is_what_runs_differs_in_nothing() -> None:
    assert compared(SERVICE) is None


NAMELESS = f"/run/desktop/mnt/host/wsl/docker-desktop-bind-mounts/Ubuntu/{'0123456789abcdef' * 4}"
TYPED = {
    "desktop.docker.io/binds/0/Target": "/data/db",
    "desktop.docker.io/binds/0/Source": "/home/anna/todos/mongo/db",
}


@pytest.mark.parametrize(
    ("written", "source", "labels", "is_same"),
    [
        ("/mnt/c/todos/db", "/run/desktop/mnt/host/c/todos/db", {}, True),
        ("C:\\todos\\db", "/run/desktop/mnt/host/c/todos/db", {}, True),
        ("/mnt/c/todos/db", "C:\\todos\\db", {}, True),
        ("/home/anna/todos/mongo/db", NAMELESS, TYPED, True),
        ("\\\\wsl$\\Ubuntu\\home\\anna\\todos\\mongo\\db", NAMELESS, TYPED, True),
        ("/home/anna/todos/mongo/db", NAMELESS, {}, True),
        ("/mnt/c/todos/db", "/run/desktop/mnt/host/c/todos/data", {}, False),
        ("/home/anna/todos/other", NAMELESS, TYPED, False),
    ],
)
def test_docker_desktop_has_other_paths_for_the_same_folder(
    written: str, source: str, labels: dict[str, str], *, is_same: bool
) -> None:
    volumes = [{"type": "bind", "source": written, "target": "/data/db"}, SERVICE["volumes"][1]]
    mounts = [MOUNTS[0] | {"Source": source}, MOUNTS[1]]
    found = compared(SERVICE | {"volumes": volumes}, Mounts=mounts, config=CONFIG | {"Labels": labels})
    assert (found is None) is is_same


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
    found = list_differences(FakeMachine().as_machine(), file, "todos-mongo", parse_inspect(), None)
    assert found == [("services", "-", "todos-mongo")]


def test_a_range_of_ports_is_not_compared() -> None:
    """The engine chose one of them."""
    assert compared(SERVICE | {"ports": [{"target": 27017, "published": "4000-4009"}]}) is None


@pytest.mark.parametrize("written", ["", "0"])
@pytest.mark.parametrize(
    ("version", "recorded", "is_same"),
    [
        (DOCKER_26, "", True),
        (DOCKER_26, "0", True),
        (DOCKER_26, "45555", False),
        (PODMAN_4, "45555", True),
        (PODMAN_4, "4000", False),
    ],
)
def test_a_port_that_is_left_to_the_engine_is_the_one_that_it_chose(
    written: str, version: Version, recorded: str, *, is_same: bool
) -> None:
    """Podman records a port that it chose as if it had been typed."""
    service = SERVICE | {"ports": [{"target": 27017, "published": written}]}
    host_config = {"PortBindings": {"27017/tcp": [{"HostIp": "", "HostPort": recorded}]}}
    assert (compared(service, version, host_config=host_config) is None) is is_same


def test_a_port_that_was_typed_is_compared_on_podman_too() -> None:
    service = SERVICE | {"ports": [{"target": 27017, "published": "45555"}]}
    host_config = {"PortBindings": {"27017/tcp": [{"HostIp": "", "HostPort": "45556"}]}}
    assert compared(service, PODMAN_4, host_config=host_config) is not None


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


@pytest.mark.parametrize(
    ("changed", "container"),
    [
        ({"image": ""}, {}),
        ({"image": "docker.io/library/mongo"}, {"config": CONFIG | {"Image": "mongo:latest"}}),
        ({"image": "mongo@sha256:1"}, {"config": CONFIG | {"Image": "docker.io/mongo@sha256:1"}}),
        ({"image": "host:5000/x"}, {"config": CONFIG | {"Image": "host:5000/x:latest"}}),
        ({"command": None}, {}),
        ({"command": []}, {}),
        ({"networks": {}}, {}),
        ({"environment": {"FROM_SHELL": None}}, {}),
        ({"ports": [{"target": 27017, "published": "4000", "host_ip": "0.0.0.0"}]}, {}),  # noqa: S104 - compared
        ({"ports": [{"target": 27017, "published": "4000", "host_ip": "::"}]}, {}),
        ({"command": ["--quiet"]}, {}),
    ],
)
def test_what_only_looks_different_is_the_same(changed: dict[str, Any], container: dict[str, Any]) -> None:
    assert compared(SERVICE | changed, **container) is None


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"image": "mongo"}, ("image", "mongo:latest", "mvertes/alpine-mongo:latest")),
        ({"image": "mongo@sha256:2"}, ("image", "mongo@sha256:2", "mvertes/alpine-mongo:latest")),
        ({"ports": []}, ("ports", "-", "4000:27017/tcp")),
        (
            {"ports": [{"target": 1, "published": "2", "protocol": "udp", "host_ip": "192.0.2.7"}]},
            ("ports", "192.0.2.7:2:1/udp", "4000:27017/tcp"),
        ),
        ({"ports": [{"target": 1}]}, ("ports", "1/tcp", "4000:27017/tcp")),
        ({"environment": {"DEBUG": "2"}}, ("environment: DEBUG", "2", "1")),
        ({"environment": {"NEW": "2"}}, ("environment: NEW", "2", "-")),
        ({"command": ["mongod"]}, ("command", "mongod", "--quiet")),
        ({"networks": {"default": None, "front": None}}, ("networks", "front, todos_default", "todos_default")),
        (
            {"volumes": SERVICE["volumes"][:1]},
            ("volumes", "/home/anna/todos/mongo/db:/data/db", "/home/anna/todos/mongo/db:/data/db, volume /spare"),
        ),
    ],
)
def test_a_difference_shows_both_sides(changed: dict[str, Any], found: tuple[str, str, str]) -> None:
    assert compared(SERVICE | changed) == found


def test_a_port_left_to_the_engine_is_compared_by_its_inside() -> None:
    bindings = {"PortBindings": {"27017/tcp": [{"HostIp": "", "HostPort": ""}]}}
    assert compared(SERVICE | {"ports": [{"target": 27017}]}, host_config=bindings) is None


ANONYMOUS = "0123456789abcdef" * 4


def with_image_volume(volume: dict[str, Any], **changed: Any) -> tuple[str, str, str] | None:
    """The image alone asks for `/image`; `volume` is what is mounted there."""
    said = {"services": {"todos-mongo": SERVICE | changed}, "networks": {"default": {"name": "todos_default"}}}
    file = msgspec.json.decode(json.dumps(said), type=ComposeFile)
    made = parse_inspect(
        "x",
        config=CONFIG,
        host_config=HOST_CONFIG,
        networks={"todos_default": {}},
        Mounts=[*MOUNTS, {"Type": "volume", "Destination": "/image"} | volume],
        Path="mongod",
        Args=["--quiet"],
    )
    link = FakeMachine()
    link.images = [fake_image("mongo:1", config={"Volumes": {"/image": {}, "/spare": {}}})]
    found = list_differences(link.as_machine(), file, "todos-mongo", made, find_image(link.as_machine(), "mongo:1"))
    return found[0] if found else None


def test_a_volume_that_the_image_alone_asks_for_is_no_difference() -> None:
    assert with_image_volume({"Name": ANONYMOUS}) is None


@pytest.mark.parametrize("volume", [{"Name": "named"}, {"Name": ANONYMOUS, "Destination": "/other"}])
def test_any_other_volume_is_one(volume: dict[str, Any]) -> None:
    found = with_image_volume(volume)
    assert found
    assert found[0] == "volumes"


def test_a_volume_that_the_file_asks_for_too_must_be_there() -> None:
    more = [*SERVICE["volumes"], {"type": "volume", "target": "/image/"}]
    assert with_image_volume({"Name": ANONYMOUS}, volumes=more) is None
    found = with_image_volume({"Name": ANONYMOUS, "Destination": "/elsewhere"}, volumes=more)
    assert found == (
        "volumes",
        "/home/anna/todos/mongo/db:/data/db, volume /image, volume /spare",
        "/home/anna/todos/mongo/db:/data/db, volume /elsewhere, volume /spare",
    )
