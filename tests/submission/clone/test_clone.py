"""A repository is cloned as data: none of it runs, no other file is read, and its size is limited."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from grader.submission.clone.clone import CloneFailed, CloneLimits, clone
from grader.submission.clone.commit import commit_of
from grader.submission.sandbox.quota import Quota

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A student's repository with two commits and a submodule."""
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "compose.yaml").write_text("services: {}\n")
    commit(folder, "first")
    (folder / "README.md").write_text("bonjour\n")
    commit(folder, "second")
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=e", "-c", "user.email=e@example.org", "-c", "protocol.file.allow=always"]
    env = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def test_the_newest_commit_alone_is_cloned(origin: Path, tmp_path: Path) -> None:
    target = tmp_path / "clone"
    assert clone(str(origin), target).id == git(origin, "rev-parse", "HEAD")
    assert (target / "README.md").read_text() == "bonjour\n"
    assert git(target, "rev-list", "--count", "HEAD") == "1"
    assert commit_of(target) == git(origin, "rev-parse", "HEAD")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["clone", "origin"], "something was left behind"


def commit_at(folder: Path, message: str, moment: str) -> str:
    """A commit of that moment, as a student's computer may claim."""
    (folder / "compose.yaml").write_text(f"# {message}\n", encoding="utf-8")
    git(folder, "add", "--all")
    env = os.environ | {"GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment}
    command = ["git", "-c", "user.name=e", "-c", "user.email=e@example.org", "commit", "--quiet", "-m", message]
    subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def dated(tmp_path: Path) -> tuple[Path, list[str]]:
    """A repository with a commit on each of three days, at noon UTC."""
    folder = tmp_path / "dated"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder, [commit_at(folder, f"day {day}", f"2026-10-1{day}T12:00:00+0000") for day in (1, 2, 3)]


@pytest.mark.parametrize(("until", "day"), [("12T12:00", 1), ("12T11:59", 0), ("13T11:59", 1), ("20T00:00", 2)])
def test_the_last_commit_before_a_deadline_is_cloned(
    dated: tuple[Path, list[str]], tmp_path: Path, until: str, day: int
) -> None:
    origin, commits = dated
    found = clone(str(origin), tmp_path / "clone", until=datetime.fromisoformat(f"2026-10-{until}:00+00:00"))
    assert (found.id, found.is_by_server) == (commits[day], False)
    assert found.at == datetime(2026, 10, 11 + day, 12, tzinfo=UTC)
    assert (tmp_path / "clone" / "compose.yaml").read_text() == f"# day {day + 1}\n"
    assert commit_of(tmp_path / "clone") == commits[day]


def test_without_a_commit_before_the_deadline_that_is_said(dated: tuple[Path, list[str]], tmp_path: Path) -> None:
    with pytest.raises(CloneFailed, match=r"had no commit yet at the deadline \(2026-10-01 00:00 UTC\)"):
        clone(str(dated[0]), tmp_path / "clone", until=datetime(2026, 10, 1, tzinfo=UTC))


def test_the_log_of_a_server_counts_and_not_what_a_commit_claims(tmp_path: Path) -> None:
    """The second commit was made to look old, and pushed too late."""
    server, work = tmp_path / "server.git", tmp_path / "work"
    server.mkdir()
    git(server, "init", "--quiet", "--bare", "--initial-branch=main")
    git(server, "config", "core.logAllRefUpdates", "always")
    git(tmp_path, "clone", "--quiet", str(server), str(work))
    git(work, "checkout", "--quiet", "-b", "main")
    in_time = commit_at(work, "in time", "2026-10-11T12:00:00+0000")
    git(work, "push", "--quiet", "origin", "main")
    late = commit_at(work, "backdated", "2026-10-11T13:00:00+0000")
    git(work, "push", "--quiet", "origin", "main")
    log = server / "logs" / "refs" / "heads" / "main"
    lines = log.read_text(encoding="utf-8").splitlines()
    moments = (1791720000, 1791900000)  # 2026-10-11 12:00 and 2026-10-13 14:00 UTC, by the server
    stamped = [re.sub(r"> [0-9]+ [+-][0-9]{4}", f"> {at} +0000", line) for line, at in zip(lines, moments, strict=True)]
    log.write_text("\n".join(stamped) + "\n", encoding="utf-8")
    deadline = datetime(2026, 10, 12, 18, tzinfo=UTC)
    found = clone(str(server), tmp_path / "clone", until=deadline)
    assert (found.id, found.is_by_server) == (in_time, True)
    newest = clone(str(server), tmp_path / "newest")
    assert (newest.id, newest.at, newest.is_by_server) == (late, datetime.fromtimestamp(moments[1], UTC), True)
    with pytest.raises(CloneFailed, match="no commit yet"):
        clone(str(server), tmp_path / "none", until=datetime(2026, 10, 11, tzinfo=UTC))


def test_a_log_that_a_student_committed_is_not_that_of_a_server(tmp_path: Path) -> None:
    """The working tree is laid out like a bare repository, whose log says that the late work was pushed in time."""
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet", "--initial-branch=main")
    in_time = commit_at(work, "in time", "2026-10-11T12:00:00+0000")
    late = commit_at(work, "late", "2026-10-13T12:00:00+0000")
    log = work / "logs" / "refs" / "heads" / "main"
    for folder in (work / "objects", work / "refs", log.parent):
        folder.mkdir(parents=True, exist_ok=True)
    (work / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    log.write_text(f"{'0' * 40} {late} e <e@example.org> 1791720000 +0000\tpush\n", encoding="utf-8")
    found = clone(str(work), tmp_path / "clone", until=datetime(2026, 10, 12, 18, tzinfo=UTC))
    assert (found.id, found.is_by_server) == (in_time, False)


def test_no_hook_runs_neither_of_the_origin_nor_of_a_template(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof, template = tmp_path / "ran", tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    for folder in (origin / ".git" / "hooks", template):
        for hook in ("post-checkout", "post-merge", "pre-auto-gc", "reference-transaction", "pre-upload-pack"):
            (folder / hook).write_text(f"#!/bin/sh\ntouch {proof}\n")
            (folder / hook).chmod(0o755)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template.parent))
    clone(str(origin), tmp_path / "clone")
    assert not proof.exists()
    assert not list((tmp_path / "clone" / ".git").glob("hooks/*"))


def test_no_filter_of_our_own_configuration_runs(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proof, config = tmp_path / "ran", tmp_path / "gitconfig"
    config.write_text(f'[filter "x"]\n\tsmudge = touch {proof}; cat\n[core]\n\tfsmonitor = touch {proof}\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "filter.x.smudge")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"touch {proof}; cat")
    (origin / ".gitattributes").write_text("* filter=x\n")
    commit(origin, "filters")
    clone(str(origin), tmp_path / "clone")
    assert not proof.exists()


def test_large_files_stay_the_text_that_stands_for_them(origin: Path, tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9999999999\n"
    (origin / "video.mp4").write_text(pointer)
    (origin / ".gitattributes").write_text("*.mp4 filter=lfs diff=lfs merge=lfs -text\n")
    (origin / ".lfsconfig").write_text("[lfs]\n\turl = http://127.0.0.1:1/\n")
    commit(origin, "lfs")
    clone(str(origin), tmp_path / "clone")
    assert (tmp_path / "clone" / "video.mp4").read_text() == pointer


def test_submodules_are_not_followed(origin: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    (other / "secret").write_text("other student's\n")
    commit(other, "x")
    git(origin, "submodule", "--quiet", "add", str(other), "sub")
    commit(origin, "submodule")
    clone(str(origin), tmp_path / "clone")
    assert list((tmp_path / "clone" / "sub").iterdir()) == []


def test_links_stay_links(origin: Path, tmp_path: Path) -> None:
    (origin / "passwd").symlink_to("/etc/passwd")
    commit(origin, "link")
    clone(str(origin), tmp_path / "clone")
    assert (tmp_path / "clone" / "passwd").is_symlink()


@pytest.mark.parametrize(
    "source",
    [
        "ext::sh -c 'touch {proof}'",
        "--upload-pack=touch {proof}",
        "-u touch {proof}",
        "file:///etc",
        "ssh://-oProxyCommand=touch {proof}/x",
        "user@-oProxyCommand=x:y",
        "fd::17",
        "git://example.org/x",
        "https://example.org/a\nb",
        "nowhere",
        "",
    ],
)
def test_an_address_that_is_none_is_refused_and_runs_nothing(source: str, tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    with pytest.raises(CloneFailed):
        clone(source.format(proof=proof), tmp_path / "clone", limits=CloneLimits(seconds=20))
    assert not proof.exists()
    assert list(tmp_path.iterdir()) == []


def test_too_much_data_is_refused_and_removed(origin: Path, tmp_path: Path) -> None:
    (origin / "big").write_bytes(os.urandom(3_000_000))
    commit(origin, "big")
    with pytest.raises(CloneFailed, match="disk: more than 1 MiB"):
        clone(str(origin), tmp_path / "clone", limits=CloneLimits(quota=Quota(disk_bytes=1 << 20)))
    assert not (tmp_path / "clone").exists()


def test_an_empty_repository_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "origin"
    empty.mkdir()
    git(empty, "init", "--quiet")
    with pytest.raises(CloneFailed, match="no commit"):
        clone(str(empty), tmp_path / "clone")


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(CloneFailed) as raised:
        clone("http://user:hunter2@127.0.0.1:1/x.git", tmp_path / "clone", limits=CloneLimits(seconds=20))
    assert "hunter2" not in str(raised.value)


def test_the_commit_of_a_checkout_is_read_without_its_configuration(origin: Path, tmp_path: Path) -> None:
    head = git(origin, "rev-parse", "HEAD")
    assert commit_of(origin) == head
    git(origin, "pack-refs", "--all")
    assert commit_of(origin) == head
    git(origin, "checkout", "--quiet", "--detach")
    assert commit_of(origin) == head
    (origin / ".git" / "HEAD").write_text("ref: refs/../../secret\n")
    assert commit_of(origin) is None
    assert commit_of(tmp_path) is None
