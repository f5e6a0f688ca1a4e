"""Files that containers mount are accessed inside the sandbox: nothing of ours can be read or written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.submission.sandbox.sandbox import make_sandbox
from grader.submission.submission import Submission
from grader.submission.transport.files import SubmissionFiles
from grader.submission.workspace import Workspace, new_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with new_workspace() as made:
        yield made


@pytest.fixture
def files(workspace: Workspace) -> Iterator[SubmissionFiles]:
    submission = Submission(shared=str(workspace.shared), private=str(workspace.private), name="work", folder="tp2")
    with SubmissionFiles(submission) as opened:
        yield opened


def test_a_page_is_dropped_read_and_removed(workspace: Workspace, files: SubmissionFiles) -> None:
    """Also if a container's own user has made the folder."""
    site = workspace.working_copy / "site"
    site.mkdir(mode=0o500)
    page = f"{site}/.grader-1-1-x"
    assert files.ask(FileQuestion("write", page, b"hello")) == Answer()
    assert files.ask(FileQuestion("read", page)) == Answer(200, b"hello")
    assert files.ask(FileQuestion("list", str(site))) == Answer(200, b".grader-1-1-x")
    assert files.ask(FileQuestion("remove", page)) == Answer()
    assert list(site.iterdir()) == []


def test_a_path_that_an_engine_tells_leads_to_no_file_of_ours(files: SubmissionFiles, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary")
    for path in (f"{tmp_path}/secret", "/etc/shadow", "/root/.ssh/id_rsa", "/proc/1/environ", "/proc/self/environ"):
        answer = files.ask(FileQuestion("read", path))
        assert not isinstance(answer, Answer) or b"canary" not in answer.body
        assert not isinstance(answer, Answer) or b"TOKEN" not in answer.body


def test_a_link_in_a_folder_leads_nowhere(workspace: Workspace, files: SubmissionFiles, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary")
    (workspace.working_copy / "site").symlink_to(tmp_path)
    assert files.ask(FileQuestion("read", f"{workspace.working_copy}/site/secret")) == Answer(404)
    dropped = files.ask(FileQuestion("write", f"{workspace.working_copy}/site/.grader-1-1-x", b"x"))
    assert dropped == Answer(404)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_what_cannot_be_answered_is_no_access(files: SubmissionFiles) -> None:
    assert isinstance(files.ask(FileQuestion("write", "/tmp/not-one-of-ours", b"x")), NoAnswer)  # noqa: S108
    assert files.ask(FileQuestion("read", "/nowhere")) == Answer(404), "and the next question starts it again"


def test_files_are_read_by_whom_they_belong_to(workspace: Workspace) -> None:
    """A repository may close its files to others: the sandbox of the grading process is the owner's."""
    owner = make_sandbox(workspace.tmp)
    submission = Submission(
        shared=str(workspace.shared), private=str(workspace.private), name="work", folder=".", uid=owner.uid
    )
    assert submission.sandbox().uid == owner.uid
