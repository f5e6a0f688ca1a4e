"""A file in a container's own layer: added, changed, and kept over a restart."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from grader.machine.question import Answer
from tests.checks.fake_engine_json import FakeContainer, File, fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with, folder, raises_probe_failed
from tests.scripted_machine import NOW

PATH = "/root/hello.txt"
SPEC: dict[str, Any] = {
    "containers": {"box": {"name": "tp1-ubuntu", "image": "ubuntu"}, "b": {"name": "b", "image": "ubuntu"}},
    "files": {"hello": {"container": "box", "path": PATH}},
}


HELLO = File(b"hello\n")


def ubuntu(file: File | None = HELLO, changes: dict[str, int] | None = None, **more: Any) -> FakeContainer:
    settings: dict[str, Any] = {
        "command": ("bash",),
        "config": {"Tty": True, "OpenStdin": True},
        "state": "exited",
    } | more
    files = {PATH: file} if file else {}
    box = fake_container("tp1-ubuntu", image="ubuntu", changes={PATH: 1} if changes is None else changes, **settings)
    box.files = files | box.files
    return box


def file_of(*boxes: FakeContainer) -> Any:
    return expect(FakeMachine(*boxes).as_machine(**SPEC).file("hello"))


# --- added -----------------------------------------------------------------------------------------------------------


def test_a_file_of_its_own_layer_was_added() -> None:
    file_of(ubuntu()).to_be_added()
    link = File(link_target="real")
    file_of(ubuntu(link, {"/root/hello.txt": 1, "/root/real": 1}, files={"/root/real": File(b"x")})).to_be_added()


@pytest.mark.parametrize("changes", [{}, {PATH: 0}, {"/root": 0}])
def test_a_file_of_the_image_was_not_added(changes: dict[str, int]) -> None:
    with fails_with("file-in-image", name="tp1-ubuntu", path=PATH, image="ubuntu"):
        file_of(ubuntu(changes=changes)).to_be_added()


def test_a_link_to_a_file_of_the_image_added_none() -> None:
    with fails_with("file-in-image"):
        file_of(ubuntu(File(link_target="/etc/passwd"), {PATH: 1}, files={"/etc/passwd": File(b"x")})).to_be_added()
    with fails_with("file-in-image"):
        file_of(ubuntu(File(link_target="/etc/new"), {"/etc/new": 1}, files={"/etc/new": File(b"x")})).to_be_added()


@pytest.mark.parametrize(
    ("mount", "source"),
    [
        ({"Type": "bind", "Source": "/home/anna", "Destination": "/root"}, "/home/anna"),
        ({"Type": "volume", "Name": "v", "Source": "", "Destination": PATH}, "v"),
    ],
)
def test_a_file_on_a_mount_is_not_its_own(mount: dict[str, str], source: str) -> None:
    values = {"name": "tp1-ubuntu", "path": PATH, "source": source, "inside": mount["Destination"]}
    with fails_with("file-on-a-mount", **values):
        file_of(ubuntu(mounts=(mount,))).to_be_added()
    with fails_with("file-on-a-mount", **values):
        file_of(ubuntu(changes={PATH: 0}, mounts=(mount,))).to_be_changed()


def test_a_file_that_is_linked_to_a_mount_is_on_it() -> None:
    mount = {"Type": "bind", "Source": "/home/anna", "Destination": "/data"}
    with fails_with("file-on-a-mount", inside="/data"):
        file_of(ubuntu(File(link_target="/data/x"), files={"/data/x": File(b"x")}, mounts=(mount,))).to_be_added()


def test_a_mount_elsewhere_does_no_harm() -> None:
    mount = {"Type": "bind", "Source": "/home/anna", "Destination": "/root/hello"}
    file_of(ubuntu(mounts=(mount,))).to_be_added()


# --- missing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "near"),
    [
        ({}, "file-not-made", None),
        ({PATH: 2}, "file-deleted", None),
        ({"/tmp/hello.txt": 1}, "file-elsewhere", "/tmp/hello.txt"),  # noqa: S108 - a path in the container
        ({"/tmp/hello.txt": 0}, "file-not-made", None),  # noqa: S108
        ({"/root/Helo.txt": 1}, "file-misnamed", "/root/Helo.txt"),
        ({"/root/HELLO.TXT": 1}, "file-misnamed", "/root/HELLO.TXT"),
        ({"/root/Helo.txt": 0}, "file-not-made", None),
        ({"/tmp/Helo.txt": 1}, "file-not-made", None),  # noqa: S108
        ({"/root/x/Helo.txt": 1}, "file-not-made", None),
        ({"/root/other": 1}, "file-not-made", None),
    ],
)
def test_a_file_that_is_not_there_is_told_with_what_was_done(
    changes: dict[str, int], code: str, near: str | None
) -> None:
    values = {"name": "tp1-ubuntu", "path": PATH} | ({"near": near} if near else {})
    with fails_with(code, **values):
        file_of(ubuntu(None, changes)).to_be_added()


def test_a_missing_file_may_be_in_another_container() -> None:
    other = fake_container("x", changes={PATH: 1})
    with fails_with("file-in-another-container", name="tp1-ubuntu", path=PATH, other="x"):
        file_of(ubuntu(None, {}), other).to_be_added()
    with fails_with("file-in-another-container", other="b"):  # also in another one of the exercise
        file_of(ubuntu(None, {}), fake_container("b", changes={PATH: 1})).to_be_added()
    with fails_with("file-not-made"):
        file_of(ubuntu(None, {}), fake_container("x", changes={"/root": 0})).to_be_added()


def test_a_missing_file_may_be_in_memory_only() -> None:
    for inside in ("/root", PATH):
        with fails_with("file-on-tmpfs", name="tp1-ubuntu", path=PATH, inside=inside):
            file_of(ubuntu(None, {}, host={"Tmpfs": {inside: ""}})).to_be_added()
    with fails_with("file-not-made"):
        file_of(ubuntu(None, {}, host={"Tmpfs": {"/tmp": ""}})).to_be_added()  # noqa: S108 - a path in the container


@pytest.mark.parametrize(
    ("created_by", "is_it"),
    [
        ("COPY hello.txt /root/ # buildkit", True),
        ("/bin/sh -c #(nop) COPY file:1 in /root/hello.txt ", True),
        ("RUN /bin/sh -c echo hi > /root/hello.txt # buildkit", True),
        ("COPY other.txt /root/", False),
    ],
)
def test_a_missing_file_may_be_in_an_image(created_by: str, *, is_it: bool) -> None:
    machine = FakeMachine(ubuntu(None, {}))
    machine.images = [
        fake_image("ubuntu:latest", history=[{"CreatedBy": "ADD rootfs"}]),
        fake_image("mine:v2", history=[{"CreatedBy": created_by, "Size": 5}]),
    ]
    with fails_with("file-in-another-image" if is_it else "file-not-made", **({"image": "mine:v2"} if is_it else {})):
        expect(machine.as_machine(**SPEC).file("hello")).to_be_added()


def test_a_missing_file_may_be_on_the_machine_itself() -> None:
    for names, code in ((b".bashrc\nhello.txt", "file-on-the-machine"), (b".bashrc\nhello.text", "file-not-made")):
        machine = FakeMachine(ubuntu(None, {}))
        machine.disk["/root"] = names
        with fails_with(code, name="tp1-ubuntu", path=PATH):
            expect(machine.as_machine(**SPEC).file("hello")).to_be_added()


def test_where_nothing_else_can_be_looked_at_the_file_is_not_there() -> None:
    machine = FakeMachine(ubuntu(None, {}))
    machine.table["/images/json"] = Answer(500)
    with fails_with("file-not-made"):
        expect(machine.as_machine(**SPEC).file("hello")).to_be_added()


@pytest.mark.parametrize(("before", "code"), [(19, "file-in-another-container"), (20, "file-not-made")])
def test_it_is_looked_for_in_twenty_others(before: int, code: str) -> None:
    others = [fake_container(f"x{number}") for number in range(before)]
    with fails_with(code):
        file_of(ubuntu(None, {}), *others, fake_container("last", changes={PATH: 1})).to_be_added()


def test_a_folder_is_no_file() -> None:
    with fails_with("not-a-file", name="tp1-ubuntu", path=PATH):
        file_of(ubuntu(folder("x"))).to_be_added()


def test_a_link_that_leads_nowhere_leads_away() -> None:
    with fails_with("link-leads-away", name="tp1-ubuntu", path=PATH, target="/nowhere"):
        file_of(ubuntu(File(link_target="/nowhere"))).to_be_added()


def test_in_one_that_was_never_started_nothing_was_done() -> None:
    with fails_with("container-created", name="tp1-ubuntu"):
        file_of(ubuntu(None, {PATH: 2}, state="created")).to_be_added()


def test_in_a_shell_without_a_terminal_nothing_was_done() -> None:
    silent: dict[str, Any] = {"config": {}, "ran_s": 0.1}
    with fails_with("no-terminal", name="tp1-ubuntu"):
        file_of(ubuntu(None, {PATH: 2}, **silent)).to_be_added()
    with fails_with("no-terminal"):
        file_of(ubuntu(changes={}, **silent)).to_be_changed()


def test_a_missing_container_has_no_file() -> None:
    with fails_with("container-missing", name="tp1-ubuntu"):
        file_of().to_be_added()


def test_an_engine_that_does_not_copy_is_no_failure() -> None:
    link = FakeMachine(ubuntu())
    link.table["/containers/tp1-ubuntu-id/archive?*"] = Answer(500, b"broken")
    with raises_probe_failed("answer-unexpected"):
        expect(link.as_machine(**SPEC).file("hello")).to_be_added()


# --- changed ---------------------------------------------------------------------------------------------------------


def test_another_version_of_the_images_file_was_changed() -> None:
    file_of(ubuntu(changes={PATH: 0})).to_be_changed()
    file_of(ubuntu(File(link_target="real"), {"/root/real": 0}, files={"/root/real": File(b"x")})).to_be_changed()


@pytest.mark.parametrize(
    ("changes", "code"), [({}, "file-unchanged"), ({PATH: 1}, "file-not-of-image"), ({PATH: 2}, "file-deleted")]
)
def test_a_file_that_was_not_changed_says_what_was_done(changes: dict[str, int], code: str) -> None:
    values = {"name": "tp1-ubuntu", "path": PATH} | ({"image": "ubuntu"} if code == "file-not-of-image" else {})
    with fails_with(code, **values):
        file_of(ubuntu(changes=changes)).to_be_changed()


def test_a_change_may_be_in_another_container() -> None:
    for change, code in ((0, "change-in-another-container"), (1, "file-unchanged"), (2, "file-unchanged")):
        with fails_with(code, name="tp1-ubuntu", path=PATH):
            file_of(ubuntu(changes={}), fake_container("b", changes={PATH: change})).to_be_changed()


def test_a_file_that_is_not_there_was_not_changed() -> None:
    with fails_with("file-not-made"):
        file_of(ubuntu(None, {})).to_be_changed()


# --- kept ------------------------------------------------------------------------------------------------------------


def restarted(
    written_ago_s: float = 100, *, content: bytes = b"hello", output: bytes = b"", **more: Any
) -> FakeContainer:
    """Started 200 s ago, ended 50 s ago, started once more 40 s ago."""
    box = ubuntu(File(content, written_at=NOW - written_ago_s), log=output, **more)
    box.add_event("create", 201)
    box.add_event("start", 200)
    box.add_event("die", 50, exitCode="0")
    box.add_event("start", 40)
    return box


@pytest.mark.parametrize("written_ago_s", [100, 50])
def test_a_file_from_before_the_last_start_was_kept(written_ago_s: float) -> None:
    file_of(restarted(written_ago_s)).to_survive_a_restart()


def test_a_file_that_was_written_since_was_written_late() -> None:
    with fails_with("file-written-late", name="tp1-ubuntu", path=PATH):
        file_of(restarted(49)).to_survive_a_restart()
    with fails_with("file-written-late"):
        file_of(restarted(49, output=b"echo hello > goodbye.txt")).to_survive_a_restart()


def test_a_file_that_was_written_to_once_more_was_changed_late() -> None:
    with fails_with("file-changed-late", name="tp1-ubuntu", path=PATH):
        file_of(restarted(30, output=b"echo hello > hello.txt")).to_survive_a_restart()


def test_an_empty_file_is_empty() -> None:
    with fails_with("file-empty", name="tp1-ubuntu", path=PATH):
        file_of(restarted(content=b" \n")).to_survive_a_restart()


@pytest.mark.parametrize(("state", "code"), [("running", "still-inside"), ("exited", "never-restarted")])
def test_one_that_was_started_once_was_never_restarted(state: str, code: str) -> None:
    box = ubuntu(state=state)
    box.add_event("create", 61)
    box.add_event("start", 60)
    with fails_with(code, name="tp1-ubuntu"):
        file_of(box).to_survive_a_restart()


def test_a_file_that_is_not_there_was_not_kept() -> None:
    with fails_with("file-not-made"):
        file_of(ubuntu(None, {})).to_survive_a_restart()
