"""When something was pushed is what GitLab says, over its API; a commit's own moment is believed only without it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grader.grading.repository import _pushed, grade_one
from grader.reports.result import HandedIn
from grader.scoring.suite import read_suite
from grader.submission.clone import gitlab_pushes
from grader.submission.clone.clone import CloneFailed, clone
from grader.submission.clone.gitlab_pushes import GitlabFailed, gitlab_project, read_gitlab_pushes
from tests.submission.clone.gitlab_server import TOKEN, GitlabServer, gitlab_server, push
from tests.submission.clone.test_clone import commit_at, git
from tests.submission.repositories import COMPOSE, EXERCISE, RepositoryBench, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEADLINE = datetime(2026, 10, 12, 18, tzinfo=UTC)


@pytest.fixture
def gitlab(tmp_path: Path) -> Iterator[GitlabServer]:
    (tmp_path / "served").mkdir()
    with gitlab_server(tmp_path / "served") as server:
        yield server


@pytest.fixture
def backdated(gitlab: GitlabServer, tmp_path: Path) -> tuple[str, str, str]:
    """A repository on the server: its address, a commit that was pushed in time, and one that only says so."""
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet", "--initial-branch=main")
    for path, text in {"tp9/compose.yaml": COMPOSE, "tp9/data/hello": "hello\n"}.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text, encoding="utf-8")
    in_time = commit_at(work, "in time", "2026-10-11T12:00:00+0000")
    late = commit_at(work, "backdated", "2026-10-11T13:00:00+0000")
    git(tmp_path, "clone", "--quiet", "--bare", str(work), "served/e1/tp.git")
    git(tmp_path / "served" / "e1" / "tp.git", "update-server-info")
    gitlab.events += [
        push(late, "2026-10-13T14:00:00.000Z"),
        push(in_time, "2026-10-11T14:05:00.123+02:00"),
        push(late, "2026-10-12T09:00:00.000Z", ref="other"),  # not the branch that counts
        push(late, "2026-10-12T09:00:00.000Z", ref="main", ref_type="tag"),
        push("0" * 40, "2026-10-12T08:00:00.000Z", ref="gone", action="removed") | {"push_data": None},
    ]
    return f"{gitlab.address}/gitlab/e1/tp.git", in_time, late


def test_a_backdated_commit_does_not_count(
    gitlab: GitlabServer, backdated: tuple[str, str, str], tmp_path: Path
) -> None:
    address, in_time, late = backdated
    pushes = read_gitlab_pushes(gitlab_project(address, gitlab.environ), gitlab.environ)
    assert [(push.commit, f"{push.at:%d %H:%M}") for push in pushes] == [(in_time, "11 12:05"), (late, "13 14:00")]
    found = clone(address, tmp_path / "clone", until=DEADLINE, pushes=pushes)
    assert (found.id, found.is_by_server) == (in_time, True)
    without = clone(address, tmp_path / "without", until=DEADLINE)
    assert (without.id, without.is_by_server) == (late, False)
    with pytest.raises(CloneFailed, match="no commit yet"):
        clone(address, tmp_path / "none", until=datetime(2026, 10, 11, tzinfo=UTC), pushes=pushes)


def test_the_token_goes_to_the_api_and_nowhere_else(gitlab: GitlabServer, backdated: tuple[str, str, str]) -> None:
    read_gitlab_pushes(gitlab_project(backdated[0], gitlab.environ), gitlab.environ)
    assert [token for _, token in gitlab.tokens] == [TOKEN, TOKEN]
    assert [path.partition("?")[0] for path, _ in gitlab.tokens] == [
        "/gitlab/api/v4/projects/e1%2Ftp",
        "/gitlab/api/v4/projects/e1%2Ftp/events",
    ]


@pytest.mark.parametrize(
    ("source", "project"),
    [
        ("https://gitlab.iut.example/but2/e1/tp.git", "but2/e1/tp"),
        ("https://oauth2:secret@gitlab.iut.example/e1/tp", "e1/tp"),
        ("ssh://git@gitlab.iut.example:2222/e1/tp.git", "e1/tp"),
        ("git@gitlab.iut.example:e1/tp.git", "e1/tp"),
        ("git@GitLab.iut.example:/e1/tp.git", "e1/tp"),
        ("https://github.com/e1/tp.git", ""),
        ("git@gitlab.iut.example.attacker.net:e1/tp.git", ""),
        ("https://attacker.net/@gitlab.iut.example:e1/tp.git", ""),
        ("/srv/git/e1.git", ""),
    ],
)
def test_only_projects_of_that_server_are_asked_about(source: str, project: str) -> None:
    environ = {"CI_API_V4_URL": "https://gitlab.iut.example/api/v4", "GRADER_GITLAB_TOKEN": TOKEN}
    assert gitlab_project(source, environ) == project
    for name in environ:
        assert gitlab_project(source, environ | {name: ""}) == ""


def test_all_pages_are_read_and_more_than_can_be_read_are_none(gitlab: GitlabServer) -> None:
    """A list with a hole would give somebody's work another moment."""
    moments = [datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=number) for number in range(250)]
    gitlab.events = [push(f"{number:040x}", moment.isoformat()) for number, moment in enumerate(moments)]
    pushes = read_gitlab_pushes("17", gitlab.environ)
    assert [int(push.commit, 16) for push in pushes] == list(range(250))
    assert len(gitlab.tokens) == 4
    gitlab.events *= 4
    assert read_gitlab_pushes("17", gitlab.environ) == []


def test_one_push_of_many_branches_leaves_the_moments_unknown(gitlab: GitlabServer) -> None:
    many = push("", "2026-10-12T12:00:00Z", ref_count=4, commit_to=None, ref=None)
    gitlab.events = [push("a" * 40, "2026-10-11T12:00:00Z"), many]
    assert read_gitlab_pushes("17", gitlab.environ) == []


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (401, b"{}", "HTTP 401; GRADER_GITLAB_TOKEN needs the scope read_api"),
        (404, b"{}", "HTTP 404"),
        (302, b"", "HTTP 302"),
        (200, b"<html>", "malformed"),
        (200, b"[" * 200_000, "does not say"),
        (200, b" " * (5 * 2**20), "does not say"),
        (200, b'[{"created_at": "yesterday"}]', "does not say"),
    ],
)
def test_an_answer_that_is_none_is_said_and_the_token_follows_no_redirect(
    gitlab: GitlabServer, status: int, body: bytes, why: str
) -> None:
    gitlab.status, gitlab.body, gitlab.location = status, body, "/elsewhere"
    with pytest.raises(GitlabFailed) as raised:
        read_gitlab_pushes("17", gitlab.environ)
    assert why in raised.value.message("en")
    assert len(gitlab.tokens) == 1


def test_a_server_that_does_not_answer_holds_nobody(gitlab: GitlabServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gitlab_pushes, "_WITHIN_S", 0.5)
    gitlab.hold = threading.Event()
    try:
        with pytest.raises(GitlabFailed):
            read_gitlab_pushes("17", gitlab.environ)
    finally:
        gitlab.hold.set()


def test_a_job_that_no_push_started_asks_when_its_commit_was_pushed(
    gitlab: GitlabServer, capsys: pytest.CaptureFixture[str]
) -> None:
    gitlab.events = [push("a" * 40, "2026-10-11T12:00:00Z"), push("b" * 40, "2026-10-13T12:00:00Z")]
    job = {**gitlab.environ, "CI_PROJECT_ID": "17", "CI_COMMIT_SHA": "a" * 40, "CI_PIPELINE_SOURCE": "schedule"}
    job["CI_PIPELINE_CREATED_AT"] = "2026-10-20T02:00:00Z"
    assert _pushed(job, "a" * 40) == HandedIn(at="2026-10-11T12:00:00Z", by="server")
    assert _pushed(job, "b" * 40) is None, "not the job's commit"
    assert _pushed({**job, "GRADER_GITLAB_TOKEN": ""}, "a" * 40) is None
    assert _pushed({**job, "CI_PIPELINE_SOURCE": "push"}, "a" * 40) == HandedIn(at="2026-10-20T02:00:00Z", by="server")
    assert capsys.readouterr().err == ""
    gitlab.status = 403
    assert _pushed({**job, "GRADER_LANG": "en"}, "a" * 40) is None
    assert capsys.readouterr().err == (
        "grader: 17: GitLab does not say when it was pushed: HTTP 403; "
        "GRADER_GITLAB_TOKEN needs the scope read_api and access to the project\n"
    )


@pytest.mark.live
def test_what_was_pushed_by_the_deadline_is_graded_with_the_servers_moment(
    bench: RepositoryBench, gitlab: GitlabServer, backdated: tuple[str, str, str]
) -> None:
    address, in_time, late = backdated
    asked = replace(request(address, bench.engine.url), until=DEADLINE)
    done = grade_one(read_suite(EXERCISE), asked, gitlab.environ)
    assert (done.result.mark, done.result.commit) == (20, in_time)
    assert done.result.handed_in == HandedIn(at="2026-10-11T12:05:00Z", by="server")
    gitlab.status = 500
    done = grade_one(read_suite(EXERCISE), asked, gitlab.environ)
    assert (done.result.mark, done.result.commit) == (20, late)
    assert done.result.handed_in == HandedIn(at="2026-10-11T13:00:00Z", by="commit")
