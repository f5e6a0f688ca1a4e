"""The copy of a repository: within its limits, links kept as links, nothing left afterwards."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grader.programs.temporary_folder import empty_folder
from grader.submission.policy.findings import Findings, Refusal
from grader.submission.policy.policy import Policy, read_policy
from grader.submission.workspace import Workspace, copy_tree, new_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = read_policy()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with new_workspace(tmp_path) as made:
        yield made


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "tp6" / "api").mkdir(parents=True)
    (folder / "tp6" / "up.sh").write_text("#!/bin/sh\n")
    (folder / "tp6" / "up.sh").chmod(0o6755)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("token\n")
    return folder


def copied(repository: Path, workspace: Workspace, policy: Policy = POLICY) -> list[Refusal]:
    findings = Findings()
    copy_tree(repository, workspace.working_copy, policy.limits, findings, without=workspace.shared.parent)
    return findings.found


def test_files_folders_and_modes_are_copied_and_git_stays_behind(repository: Path, workspace: Workspace) -> None:
    assert copied(repository, workspace) == []
    assert (workspace.working_copy / "tp6" / "up.sh").stat().st_mode & 0o7777 == 0o755
    assert (workspace.working_copy / "tp6" / "api").is_dir()
    assert not (workspace.working_copy / ".git").exists()


def test_links_are_copied_as_links(repository: Path, workspace: Workspace) -> None:
    (repository / "etc").symlink_to("/etc")
    assert copied(repository, workspace) == []
    assert (workspace.working_copy / "etc").is_symlink()


def test_a_pipe_is_refused_and_not_waited_for(repository: Path, workspace: Workspace) -> None:
    os.mkfifo(repository / "compose.yaml")
    assert [refusal.rule for refusal in copied(repository, workspace)] == ["odd-file"]


@pytest.mark.parametrize(("limit", "value"), [("files", 3), ("bytes", 1000)])
def test_too_much_is_refused(repository: Path, workspace: Workspace, limit: str, value: int) -> None:
    (repository / "big").write_bytes(b"x" * 2000)
    small = replace(POLICY, limits=replace(POLICY.limits, **{limit: value}))
    assert [refusal.rule for refusal in copied(repository, workspace, small)] == ["repository-too-big"]


def test_a_workspace_inside_the_checkout_is_not_copied_into_itself(repository: Path) -> None:
    (repository / ".grader").mkdir()
    with new_workspace(repository / ".grader") as workspace:
        assert copied(repository, workspace) == []
        assert (workspace.working_copy / "tp6" / "up.sh").exists()
        assert list((workspace.working_copy / ".grader").iterdir()) == []


def test_nothing_is_left_of_a_workspace_even_where_folders_were_closed(tmp_path: Path) -> None:
    with new_workspace(tmp_path) as workspace:
        (workspace.working_copy / "closed" / "below").mkdir(parents=True)
        (workspace.working_copy / "closed").chmod(0)
        (workspace.working_copy / "link").symlink_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_folders_in_folders_without_end_are_refused_and_removed(tmp_path: Path) -> None:
    with new_workspace(tmp_path) as workspace:
        (tmp_path / "deep").mkdir()
        for root in (tmp_path / "deep", workspace.home):
            here = os.open(root, os.O_RDONLY)
            for _ in range(1500):
                os.mkdir("d", dir_fd=here)
                above, here = here, os.open("d", os.O_RDONLY, dir_fd=here)
                os.close(above)
            os.close(here)
        findings = Findings()
        copy_tree(tmp_path / "deep", workspace.working_copy, read_policy().limits, findings)
        assert [one.rule for one in findings.found] == ["repository-too-big"]
    assert not workspace.shared.parent.exists()
    subprocess.run(["/bin/rm", "-rf", tmp_path / "deep"], check=True)


def test_a_link_is_not_followed_by_whoever_cleans_up(tmp_path: Path) -> None:
    """Its target keeps its rights and its content, even if this user is not root."""
    ours = tmp_path / "ours"
    (ours / "below").mkdir(parents=True)
    (ours / "file").write_text("kept\n")
    ours.chmod(0o555)
    (tmp_path / "workspaces").mkdir()
    with new_workspace(tmp_path / "workspaces") as workspace:
        (workspace.working_copy / "link").symlink_to(ours)
        (workspace.working_copy / "closed").mkdir()
        (workspace.working_copy / "closed" / "link").symlink_to(ours)
        (workspace.working_copy / "closed").chmod(0)
    assert list((tmp_path / "workspaces").iterdir()) == []
    assert (ours.stat().st_mode & 0o777, (ours / "file").read_text()) == (0o555, "kept\n")


def test_a_name_that_is_not_utf_8_is_copied(repository: Path, workspace: Workspace) -> None:
    (repository / "tp6" / "\udcff").mkdir()
    (repository / "tp6" / "\udcff" / "x").write_text("x")
    assert copied(repository, workspace) == []
    assert (workspace.working_copy / "tp6" / "\udcff" / "x").read_text() == "x"


def test_a_path_that_is_too_long_is_refused(repository: Path, workspace: Workspace) -> None:
    here = os.open(repository, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 200, dir_fd=here)
        above, here = here, os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(above)
    os.close(here)
    assert [refusal.rule for refusal in copied(repository, workspace)] == ["repository-too-big"]


def test_a_folder_that_becomes_a_link_while_it_is_copied_is_not_followed(
    repository: Path, workspace: Workspace, tmp_path: Path
) -> None:
    """A container exchanges it again and again, while what a script has made is frozen."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "secret").write_text("canary\n")
    folder = repository / "tp6" / "api"
    (folder / "x").write_text("x")
    over = threading.Event()

    def exchange() -> None:
        while not over.is_set():
            folder.rename(repository / "aside")
            folder.symlink_to(tmp_path / "ours")
            folder.unlink()
            (repository / "aside").rename(folder)

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        for _ in range(200):
            findings = Findings()
            with suppress(OSError):
                copy_tree(repository, workspace.working_copy, POLICY.limits, findings)
            assert not list(workspace.working_copy.rglob("secret"))
            empty_folder(workspace.working_copy)
    finally:
        over.set()
        thread.join()
