"""Folders that are mounted from copies of their own: laid out within the workspace, and mounted by an override."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError
from grader.submission.container_limits import limits_mounts, write_limits
from grader.submission.hidden_paths import replace_paths
from grader.submission.moved_folders import compose_override, known_paths, lay_out_folders, placed_folders
from grader.submission.policy.changes import ComposeChanges, MovedFolder, MovedMount
from grader.submission.reading import ComposeProject, ComposeService
from grader.submission.sandbox.sandbox import Sandbox
from grader.submission.workspace import Workspace, new_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DB = MovedFolder("repository", "mongo/db", mounts=(MovedMount("mongo", "/data/db"), MovedMount("api", "/app/mongo/db")))
OWN = MovedFolder("own-computer", "/home/zoe/site", mounts=(MovedMount("web", "/site", read_only=True, selinux="z"),))
CONFIG = MovedFolder("repository", "h.cfg", is_file=True, configs=("c",), secrets=("s",))
VOLUME = MovedFolder("home", "d", volumes=("v",))
CHANGES = ComposeChanges((DB, OWN, CONFIG, VOLUME), lower_case_dockerfiles=("api",))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with new_workspace(tmp_path, "todos") as made:
        for top in (made.frozen, made.working_copy):
            (top / "mongo" / "db").mkdir(parents=True)
            (top / "mongo" / "db" / "k").write_text("data")
            (top / "h.cfg").write_text("listen")
            (top / "outside").symlink_to("/etc")
        yield made


def laid_out(workspace: Workspace, *moved: MovedFolder) -> Path:
    """The place of the first of `moved`."""
    lay_out_folders(ComposeChanges(moved), workspace, Sandbox((), None, workspace.tmp))
    return workspace.mounts / "000"


def test_a_folder_of_the_repository_is_copied_with_what_is_in_it(workspace: Workspace) -> None:
    assert (laid_out(workspace, DB) / "k").read_text() == "data"


def test_a_file_of_the_repository_is_copied(workspace: Workspace) -> None:
    assert laid_out(workspace, CONFIG).read_text() == "listen"


def test_a_folder_that_is_not_there_yet_is_made_empty_with_its_mount_point(workspace: Workspace) -> None:
    assert list(laid_out(workspace, MovedFolder("repository", "new/deep")).iterdir()) == []
    assert (workspace.working_copy / "new" / "deep").is_dir()


def test_a_folder_that_must_be_there_is_left_for_the_engine_to_miss(workspace: Workspace) -> None:
    mount = MovedMount("a", "/a", create_host_path=False)
    assert not laid_out(workspace, MovedFolder("repository", "new", mounts=(mount,))).exists()


@pytest.mark.parametrize("is_file", [False, True])
def test_a_folder_of_the_students_own_computer_is_empty(workspace: Workspace, *, is_file: bool) -> None:
    made = laid_out(workspace, MovedFolder("own-computer", "/etc/ssl", is_file))
    assert made.is_file() == is_file
    assert made.is_dir() != is_file
    assert not (made.read_bytes() if is_file else list(made.iterdir()))


@pytest.mark.parametrize(
    "path", ["outside", "outside/ssl", "../frozen/mongo", "../../x", "/etc/passwd", "mongo/../h.cfg"]
)
def test_what_is_not_a_path_of_the_repository_is_not_copied(path: str, workspace: Workspace) -> None:
    """The sandbox would never say so, unless what read the files there has been misled."""
    with pytest.raises(GraderError, match="is not a folder of the repository"):
        laid_out(workspace, MovedFolder("repository", path))
    assert not list(workspace.mounts.iterdir())


def test_the_copies_are_bounded(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.submission.moved_folders._COPIES", 0)
    with pytest.raises(GraderError, match="too large"):
        laid_out(workspace, DB)


def test_compose_mounts_the_copies_where_the_student_has_mounted_the_folders(workspace: Workspace) -> None:
    def bind(number: int, target: str, **more: object) -> dict[str, object]:
        source, made = str(workspace.mounts / f"{number:03}"), {"create_host_path": True}
        return {"type": "bind", "source": source, "target": target, "read_only": False, "bind": made} | more

    assert compose_override(CHANGES, workspace) == {
        "services": {
            "mongo": {"volumes": [bind(0, "/data/db")]},
            "api": {"volumes": [bind(0, "/app/mongo/db")], "build": {"dockerfile": "dockerfile"}},
            "web": {
                "volumes": [bind(1, "/site", read_only=True, bind={"create_host_path": True, "selinux": "z"})],
            },
        },
        "configs": {"c": {"file": str(workspace.mounts / "002")}},
        "secrets": {"s": {"file": str(workspace.mounts / "002")}},
        "volumes": {"v": {"driver_opts": {"device": str(workspace.mounts / "003")}}},
    }


def test_a_dollar_sign_is_one_to_compose(workspace: Workspace) -> None:
    moved = MovedFolder("own-computer", "/home/zoe/x", mounts=(MovedMount("a", "/$x"),))
    override = compose_override(ComposeChanges((moved,)), workspace)
    assert override["services"]["a"]["volumes"][0]["target"] == "/$$x"


def test_without_changes_there_is_nothing_to_merge(workspace: Workspace) -> None:
    assert compose_override(ComposeChanges(), workspace) == {}
    assert placed_folders(None, workspace) == ()


def test_the_changes_are_beside_the_limits(workspace: Workspace) -> None:
    project = ComposeProject(name="todos", services=(ComposeService(name="mongo"), ComposeService(name="web")))
    write_limits(project, workspace, {"MemoryLimit": True}, compose_override(CHANGES, workspace))
    (mount,) = limits_mounts(workspace)
    written = json.loads(mount.source.read_text())
    assert written["configs"] == {"c": {"file": str(workspace.mounts / "002")}}
    assert set(written["services"]["mongo"]) == {"mem_limit", "ulimits", "volumes"}


def test_messages_show_the_paths_that_the_student_knows(workspace: Workspace) -> None:
    shown = known_paths(CHANGES, workspace)
    text = f"{workspace.mounts}/000 {workspace.mounts}/001/x {workspace.working_copy}/mongo {workspace.home}/d"
    assert replace_paths(text, shown) == "mongo/db /home/zoe/site/x mongo ~/d"
    assert replace_paths(f"in {workspace.working_copy}: {workspace.working_copy.parent}/x", shown) == "in .: ../x"
