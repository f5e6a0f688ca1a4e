"""A named volume and a backup of it; each near miss has its diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

from grader.checks.expect import expect
from tests.checks.fake_engine_json import FakeContainer, File, archive_of, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed
from tests.scripted_machine import multiplexed

if TYPE_CHECKING:
    from grader.machine.machine import Machine

ANONYMOUS = "0123456789abcdef" * 4
SPEC: dict[str, Any] = {
    "containers": {"db": {"name": "db"}, "copy": {"name": "copy"}, "backup": {"name": "backup"}},
    "volumes": {
        "data": {"name": "data", "container": "db", "inside": "/data"},
        "restored": {"name": "restored", "container": "copy", "inside": "/data"},
    },
    "backups": {"data": {"container": "backup", "path": "/backup/data.tar"}},
}


def mount(name: str, inside: str = "/data", kind: str = "volume") -> dict[str, Any]:
    volume = {"Name": name} if kind == "volume" else {}
    return {"Type": kind, "Source": f"/var/lib/docker/volumes/{name}/_data", "Destination": inside} | volume


def lab(*boxes: FakeContainer, volumes: tuple[str, ...] = ("data", "restored"), **trees: dict[str, bytes]) -> Machine:
    """`trees`: what `docker cp` finds in `/data` of each container."""
    machine = FakeMachine(*boxes)
    machine.volumes = [{"Name": name} for name in volumes]
    for name, files in trees.items():
        machine.table[f"/containers/{name}-id/archive?path=/data/."] = archive_of(files)
    return machine.as_machine(**SPEC, disposable=True)


def db(*mounts: dict[str, Any], **more: Any) -> FakeContainer:
    return fake_container("db", mounts=mounts, **more)


def test_a_volume_exists_mounted_or_not() -> None:
    expect(lab(volumes=("data",)).volume("data")).to_exist()
    machine = FakeMachine()
    machine.volumes = [{"Name": "shop_data", "Labels": {"com.docker.compose.project": "shop"}}]
    expect(machine.as_machine(**SPEC).volume("data")).to_exist()


@pytest.mark.parametrize(
    ("volumes", "code", "near"),
    [
        ((), "volume-missing", ""),
        (("Data",), "volume-misnamed", "Data"),
        (("dta",), "volume-misnamed", "dta"),
    ],
)
def test_a_volume_of_another_name_is_named(volumes: tuple[str, ...], code: str, near: str) -> None:
    with fails_with(code, volume="data", near=near):
        expect(lab(volumes=volumes).volume("data")).to_exist()


def test_a_volume_is_mounted_in_a_stopped_container_too() -> None:
    expect(lab(db(mount("data"), state="exited")).volume("data")).to_be_mounted()


@pytest.mark.parametrize(
    ("mounts", "code", "values"),
    [
        ((), "volume-not-mounted", {"inside": "/data"}),
        ((mount("other", "/other"),), "volume-not-mounted", {}),
        ((mount("data", "/dta"),), "volume-wrong-inside", {"seen": "/dta"}),
        ((mount("x", kind="bind"),), "bind-not-volume", {"source": "/var/lib/docker/volumes/x/_data"}),
        ((mount(ANONYMOUS),), "volume-anonymous", {}),
        ((mount("datas"),), "volume-other", {"seen": "datas"}),
    ],
)
def test_another_mount_is_named(mounts: tuple[dict[str, Any], ...], code: str, values: dict[str, str]) -> None:
    with fails_with(code, name="db", volume="data", **values):
        expect(lab(db(*mounts)).volume("data")).to_be_mounted()


def test_a_volume_is_used_if_it_has_a_file() -> None:
    expect(lab(db(mount("data")), db={"./a": b"1"}).volume("data")).to_be_used()
    expect(lab(db(mount("data")), db={f"./{number}": b"" for number in range(2001)}).volume("data")).to_be_used()
    with fails_with("volume-empty", name="db", volume="data", inside="/data"):
        expect(lab(db(mount("data")), db={}).volume("data")).to_be_used()


def backup(content: bytes | None, **more: Any) -> FakeContainer:
    files = {} if content is None else {"/backup/data.tar": File(content)}
    return fake_container("backup", files=files, **({"state": "exited"} | more))


WHOLE = {"./a": b"1", "./sub/b": b"2"}


@pytest.mark.parametrize(
    "content",
    [
        archive_of(WHOLE),
        archive_of(WHOLE, "w:gz"),
        archive_of(WHOLE, "w:xz"),
        archive_of(WHOLE, "w:bz2"),
        archive_of({f"var/lib/{name[2:]}": text for name, text in WHOLE.items()}),
        archive_of({f"/data/{name[2:]}": text for name, text in WHOLE.items()}),
    ],
)
def test_a_backup_holds_the_files_in_any_form(content: bytes) -> None:
    machine = lab(db(mount("data")), backup(content), db=WHOLE)
    expect(machine.backup("data")).to_hold_the_files_of(machine.volume("data"))


@pytest.mark.parametrize(
    ("content", "code", "values"),
    [
        (None, "backup-missing", {"name": "backup"}),
        (b"", "backup-empty", {}),
        (archive_of({}), "backup-empty", {}),
        (b"just text " * 200, "backup-not-an-archive", {}),
        (b"\x1f\x8b cut off", "backup-not-an-archive", {}),
        (archive_of({"a": b"1"}), "backup-incomplete", {"file": "sub/b", "volume": "data"}),
        (archive_of({"a": b"1", "xsub/b": b"2"}), "backup-incomplete", {"file": "sub/b"}),
        (archive_of({"a": b"0", "sub/b": b"2"}), "backup-outdated", {"file": "a"}),
    ],
)
def test_a_backup_that_lacks_something_is_named(content: bytes | None, code: str, values: dict[str, str]) -> None:
    machine = lab(db(mount("data")), backup(content), db=WHOLE)
    with fails_with(code, path="/backup/data.tar", **values):
        expect(machine.backup("data")).to_hold_the_files_of(machine.volume("data"))


@pytest.mark.parametrize(
    ("mounts", "volume"),
    [
        ([], ""),
        ([mount("data")], ""),
        ([mount("safe", "/backup")], "safe"),
        ([{"Type": "bind", "Source": "/home/anna", "Destination": "/backup/other"}], ""),
        ([{"Type": "bind", "Source": "/home/anna", "Destination": "/"}, mount("safe", "/backup")], "safe"),
    ],
)
def test_a_backup_that_goes_with_its_container_or_a_volume_is_named(mounts: list[dict[str, str]], volume: str) -> None:
    engine = FakeMachine(backup(archive_of(WHOLE), mounts=mounts))
    engine.table["/volumes/safe"] = {"Driver": "local"}
    machine = engine.as_machine(**SPEC)
    with fails_with("backup-not-on-the-machine", name="backup", path="/backup/data.tar", volume=volume):
        expect(machine.backup("data")).to_be_on_the_machine()


@pytest.mark.parametrize(
    "folder",
    [{"Type": "bind", "Source": "/home/anna/safe", "Destination": "/backup"}, mount("safe", "/backup")],
)
def test_a_backup_in_a_folder_of_the_machine_is_on_it(folder: dict[str, str]) -> None:
    engine = FakeMachine(backup(archive_of(WHOLE), mounts=[folder]))
    engine.table["/volumes/safe"] = {"Driver": "local", "Options": {"o": "bind", "device": "/home/anna/safe"}}
    expect(engine.as_machine(**SPEC).backup("data")).to_be_on_the_machine()


def test_a_backup_that_failed_shows_what_its_command_printed() -> None:
    box = backup(None, exit_code=2, log=b"tar: /bakcup: No such file\n")
    machine = lab(db(mount("data")), box, db=WHOLE)
    with fails_with("backup-failed", exit_code=2, last_line="tar: /bakcup: No such file"):
        expect(machine.backup("data")).to_hold_the_files_of(machine.volume("data"))


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_backup_with_a_photo_is_read_to_its_end(mode: Literal["w", "w:gz"]) -> None:
    whole = {"a.jpg": bytes(9_000_000), "index.html": b"mine"}
    machine = lab(db(mount("data")), backup(archive_of(whole, mode)), db=whole)
    expect(machine.backup("data")).to_hold_the_files_of(machine.volume("data"))


def test_an_archive_that_unpacks_to_more_than_is_read_is_not_judged() -> None:
    machine = lab(db(mount("data")), backup(archive_of({"a": bytes(17_000_000)}, "w:gz")), db=WHOLE)
    with raises_probe_failed("answer-too-large"):
        expect(machine.backup("data")).to_hold_the_files_of(machine.volume("data"))


def copy(*mounts: dict[str, Any]) -> FakeContainer:
    return fake_container("copy", mounts=mounts or (mount("restored"),))


@pytest.mark.parametrize("folder", ["", "data/", "/data/", "var/lib/data/"])
def test_a_backup_with_folders_around_the_files_is_restored_without_them(folder: str) -> None:
    content = archive_of({f"{folder}{name[2:]}": text for name, text in WHOLE.items()})
    machine = lab(copy(), backup(content), copy=WHOLE)
    expect(machine.volume("restored")).to_be_restored_from(machine.backup("data"))


@pytest.mark.parametrize("around", ["", "data/", "opt/work/"])
def test_a_volume_whose_files_are_all_in_one_folder_is_restored_with_it(around: str) -> None:
    whole = {"html/a": b"1", "html/sub/b": b"2"}
    archive = archive_of({around + path: content for path, content in whole.items()})
    machine = lab(copy(), backup(archive), copy={f"./{path}": content for path, content in whole.items()})
    expect(machine.volume("restored")).to_be_restored_from(machine.backup("data"))


def test_the_folder_that_the_volume_was_mounted_on_is_none_of_its_own() -> None:
    around = {f"./data/{path[2:]}": content for path, content in WHOLE.items()}
    machine = lab(copy(), backup(archive_of(around)), copy=around)
    with fails_with("restore-nested", path="a", seen="data/a"):
        expect(machine.volume("restored")).to_be_restored_from(machine.backup("data"))


@pytest.mark.parametrize(
    ("there", "code", "values"),
    [
        ({}, "restore-missing", {"path": "a"}),
        ({"./a": b"1"}, "restore-missing", {"path": "sub/b"}),
        ({"./data/a": b"1", "./data/sub/b": b"2"}, "restore-nested", {"path": "a", "seen": "data/a"}),
        ({"./a": b"0", "./sub/b": b"2"}, "restore-other-content", {"path": "a"}),
    ],
)
def test_what_was_not_restored_is_named(there: dict[str, bytes], code: str, values: dict[str, str]) -> None:
    machine = lab(copy(), backup(archive_of(WHOLE)), copy=there)
    with fails_with(code, volume="restored", inside="/data", **values):
        expect(machine.volume("restored")).to_be_restored_from(machine.backup("data"))


def test_the_volume_of_the_original_is_no_copy() -> None:
    machine = lab(copy(mount("data")), backup(archive_of(WHOLE)), copy=WHOLE)
    with fails_with("volume-other", seen="data", volume="restored"):
        expect(machine.volume("restored")).to_be_restored_from(machine.backup("data"))


@pytest.mark.parametrize("is_kept", [True, False])
def test_what_a_new_container_no_longer_finds_is_lost(*, is_kept: bool) -> None:
    box = db(mount("data"), commands={"sh -c": (0, b"")}, image="nginx")
    machine = FakeMachine(box)
    machine.volumes = [{"Name": "data"}]
    machine.table["/containers/db-id/archive?path=/data/."] = archive_of({"./a": b"1"})
    machine.table["/containers/new-id/archive?path=/data/."] = archive_of({"./a": b"1"} if is_kept else {})
    machine.table["/containers/new-id/logs?*"] = multiplexed(b"")
    subject = machine.as_machine(**SPEC, disposable=True).volume("data")
    if is_kept:
        expect(subject).to_survive_a_new_container()
    else:
        with fails_with("volume-lost", volume="data", path="a"):
            expect(subject).to_survive_a_new_container()
    assert "POST /containers/db-id/stop" in machine.changes_requested()
