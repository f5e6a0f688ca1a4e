"""Why a container cannot see or read a folder that is mounted in it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.containers.expectation import require_container, require_running
from grader.checks.expect import expect
from grader.checks.mounts.visibility import require_fresh_files
from grader.machine.question import Answer, NoAnswer
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, folder, serves

SPEC: dict[str, Any] = {
    "ports": {"web": {"port": 4000, "offset": 0}},
    "containers": {"web": {"name": "web", "image": "nginx", "port": 80}},
    "folders": {"site": {"container": "web", "outside": "~/Docker/site", "inside": "/site"}},
}
SELINUX = {"SecurityOptions": ["name=seccomp,profile=builtin", "name=selinux"]}
SNAP = {"DockerRootDir": "/var/snap/docker/common/var-lib-docker"}


def web(source: str = "/home/anna/Docker/site", mode: str = "", **more: Any) -> FakeContainer:
    mount = {"Type": "bind", "Source": source, "Destination": "/site", "Mode": mode, "RW": True}
    settings: dict[str, Any] = {"ports": {"80/tcp": "4000"}, "mounts": (mount,), "files": {"/site": folder()}} | more
    return fake_container(**settings)


def served(box: FakeContainer, info: dict[str, Any], status: int) -> None:
    machine = FakeMachine(box)
    machine.info = info
    machine.disk[box.raw["Mounts"][0]["Source"]] = b"index.html"
    machine.sites[4000] = serves(box, status=status)
    here = machine.as_machine(**SPEC)
    expect(here.folder("site")).to_be_served_by(here.site("web"))


@pytest.mark.parametrize(
    ("info", "mode", "code"),
    [
        (SELINUX, "", "selinux-label-missing"),
        (SELINUX, "ro", "selinux-label-missing"),
        (SELINUX, "z", "unreadable"),
        (SELINUX, "ro,Z", "unreadable"),
        ({"SecurityOptions": ["name=apparmor"]}, "", "unreadable"),
        ({}, "", "unreadable"),
    ],
)
def test_with_selinux_a_folder_needs_a_label(info: dict[str, Any], mode: str, code: str) -> None:
    with fails_with(code, name="web"):
        served(web(mode=mode), info, 403)


def test_a_database_needs_the_label_too() -> None:
    mount = {"Type": "bind", "Source": "/home/anna/db", "Destination": "/data/db"}
    log = b"Unable to determine status of lock file: Permission denied\n"
    box = fake_container(state="exited", exit_code=100, mounts=(mount,), command=("mongod",), log=log)
    for info, code in ((SELINUX, "selinux-label-missing"), ({}, "data-not-writable")):
        machine = FakeMachine(box)
        machine.info = info
        with fails_with(code, name="web", source="/home/anna/db"):
            require_running(machine.as_machine(**SPEC).container("web"))


@pytest.mark.parametrize(
    ("source", "info", "is_seen"),
    [
        ("/users/anna/Docker/site", SNAP, False),
        ("/home/anna/.hidden/Docker/site", SNAP, False),
        ("/srv/Docker/site", SNAP, False),
        ("/home/anna/Docker/site", SNAP, True),
        ("/users/anna/Docker/site", {}, True),
        ("/users/anna/Docker/site", {"DockerRootDir": "/var/lib/docker"}, True),
    ],
)
def test_docker_as_a_snap_sees_only_homes(source: str, info: dict[str, Any], *, is_seen: bool) -> None:
    """What is written on the machine does not appear in the container."""
    box = web(source, commands={"cat /site/": (1, b"")})
    with fails_with("mount-stale" if is_seen else "snap-cannot-see", name="web"):
        served(box, info, 404)


def test_a_folder_that_a_snap_cannot_make_keeps_the_container_from_starting() -> None:
    error = "error while creating mount source path '/users/anna/x': mkdir /users: read-only file system"
    for info, code in ((SNAP, "snap-cannot-see"), ({}, "container-created")):
        machine = FakeMachine(web("/users/anna/x", state="created", error=error))
        machine.info = info
        with fails_with(code, name="web"):
            require_running(machine.as_machine(**SPEC).container("web"))


def test_a_file_that_a_snap_cannot_see_is_missing_for_that_reason() -> None:
    for source, code in (("/users/anna/Docker/site", "snap-cannot-see"), ("/home/anna/Docker/site", "file-missing")):
        machine = FakeMachine(web(source))
        machine.info = SNAP
        with fails_with(code):
            expect(machine.as_machine(**SPEC).folder("site")).to_contain_file("hello", "hello")


CONFIG = "/home/anna/site.conf"


def configured(on_disk: bytes | None, inside: tuple[int, bytes], kind: str = "bind") -> None:
    mount = {"Type": kind, "Source": CONFIG, "Destination": "/etc/site.conf"}
    machine = FakeMachine(fake_container(mounts=(mount,), commands={"cat /etc/site.conf": inside}))
    machine.disk[CONFIG] = NoAnswer("no-access") if on_disk is None else Answer(200, on_disk)
    here = machine.as_machine(**SPEC)
    require_fresh_files(here, require_container(here.container("web")))


def test_a_file_that_an_editor_replaced_is_still_the_old_one_inside() -> None:
    with fails_with("mounted-file-replaced", name="web", source=CONFIG, inside="/etc/site.conf"):
        configured(b"listen 80;\n", (0, b"listen 8080;\n"))


@pytest.mark.parametrize(
    ("on_disk", "inside", "kind"),
    [
        (b"same\n", (0, b"same\n"), "bind"),
        (b"new\n", (0, b"old\n"), "volume"),
        (b"new\n", (1, b""), "bind"),
        (b"new\n", (127, b""), "bind"),
        (None, (0, b"old\n"), "bind"),
        (b"x" * 70_000, (0, b"old\n"), "bind"),
    ],
)
def test_any_other_file_is_as_it_should_be(on_disk: bytes | None, inside: tuple[int, bytes], kind: str) -> None:
    configured(on_disk, inside, kind)


def test_a_configuration_that_is_not_the_one_on_disk_explains_a_sites_error() -> None:
    mount = {"Type": "bind", "Source": CONFIG, "Destination": "/etc/site.conf"}
    box = web(mounts=(mount,), commands={"cat /etc/site.conf": (0, b"old")})
    machine = FakeMachine(box)
    machine.disk[CONFIG] = b"new"
    machine.sites[4000] = serves(box, status=502)
    with fails_with("mounted-file-replaced"):
        expect(machine.as_machine(**SPEC).site("web")).to_answer()
