"""In a container, a path of the machine is looked up only where the machine's folder is mounted at its own path."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.machine.question import Answer, ComposeQuestion, FileQuestion, NoAnswer
from grader.machine.transport.files import LocalFiles
from grader.machine.transport.own_container import MountedCompose, MountedFiles, parse_shared_folders

if TYPE_CHECKING:
    from pathlib import Path

MOUNTINFO = r"""
712 600 0:59 / / rw,relatime master:231 - overlay overlay rw,lowerdir=/a,upperdir=/b
713 712 0:62 / /proc rw,nosuid - proc proc rw
714 713 0:62 /sys /proc/sys ro,nosuid - proc proc rw
720 712 8:1 /var/lib/docker/containers/0123/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw
721 712 8:1 /home/anna/tp6 /home/anna/tp6 rw,relatime - ext4 /dev/sda1 rw
722 712 8:2 /bob/tp\0406 /home/bob/tp\0406 rw,relatime - ext4 /dev/sda2 rw
723 712 0:30 /@home/carl/tp6 /home/carl/tp6 rw,relatime - btrfs /dev/sda3 rw
724 712 8:1 /home/anna/other /work rw,relatime - ext4 /dev/sda1 rw
725 712 8:1 /home/anna/a /home/anna/aa rw,relatime - ext4 /dev/sda1 rw
726 712 8:3 / /data rw,relatime - ext4 /dev/sdb1 rw
"""


def test_only_a_folder_at_its_own_path_is_the_machines() -> None:
    """On the disk of the system, on one of its own, and in a subvolume; the whole of a disk may be from anywhere."""
    assert parse_shared_folders(MOUNTINFO) == [
        PurePosixPath("/home/anna/tp6"),
        PurePosixPath("/home/bob/tp 6"),
        PurePosixPath("/home/carl/tp6"),
    ]


def test_a_file_below_such_a_folder_is_read_and_no_other(tmp_path: Path) -> None:
    shared, beside = tmp_path / "shared", tmp_path / "beside"
    for folder in (shared, beside):
        folder.mkdir()
        (folder / "page").write_bytes(b"hello")
    (shared / "away").symlink_to(beside)
    files = MountedFiles(LocalFiles(), [PurePosixPath(shared)])
    assert files.ask(FileQuestion("read", f"{shared}/page")) == Answer(200, b"hello")
    assert files.ask(FileQuestion("read", f"{shared}/none")) == Answer(404)
    for path in (f"{beside}/page", f"{shared}/../beside/page", f"{shared}/away/page", "~/page", "page", "/\0", "80"):
        assert files.ask(FileQuestion("read", path)) == NoAnswer("not-at-hand", path)
    assert files.ask(FileQuestion("listener", "80")) == NoAnswer("not-at-hand", "80")


class AnyCompose:
    def ask(self, question: ComposeQuestion) -> Answer:
        return Answer(body=question.folder.encode())


def test_a_project_is_read_if_all_of_its_files_are_below_such_a_folder(tmp_path: Path) -> None:
    compose = MountedCompose(AnyCompose(), [PurePosixPath(tmp_path)])
    inside = ComposeQuestion("config", "todos", str(tmp_path), (f"{tmp_path}/compose.yaml",))
    assert compose.ask(inside) == Answer(body=str(tmp_path).encode())
    for outside in (
        ComposeQuestion("config", "todos", "/", (f"{tmp_path}/compose.yaml",)),
        ComposeQuestion("config", "todos", str(tmp_path), ("/compose.yaml",)),
        ComposeQuestion("config", "todos", str(tmp_path), (f"{tmp_path}/compose.yaml",), ("/.env",)),
    ):
        assert compose.ask(outside) == NoAnswer("elsewhere", outside.folder)
