"""The copy of a repository: within its limits, links kept as links, nothing left afterwards."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grader.repository.area import Area, copy_repository, made_area
from grader.repository.policy import Policy, the_policy
from grader.repository.refusal import Findings, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = the_policy()


@pytest.fixture
def area(tmp_path: Path) -> Iterator[Area]:
    with made_area(tmp_path) as made:
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


def copied(repository: Path, area: Area, policy: Policy = POLICY) -> list[Refusal]:
    findings = Findings(policy.rules)
    copy_repository(repository, area, policy, findings)
    return findings.found


def test_files_folders_and_modes_are_copied_and_git_stays_behind(repository: Path, area: Area) -> None:
    assert copied(repository, area) == []
    assert (area.work / "tp6" / "up.sh").stat().st_mode & 0o7777 == 0o755
    assert (area.work / "tp6" / "api").is_dir()
    assert not (area.work / ".git").exists()


def test_links_are_copied_as_links(repository: Path, area: Area) -> None:
    (repository / "etc").symlink_to("/etc")
    assert copied(repository, area) == []
    assert (area.work / "etc").is_symlink()


def test_a_pipe_is_refused_and_not_waited_for(repository: Path, area: Area) -> None:
    os.mkfifo(repository / "compose.yaml")
    assert [refusal.rule for refusal in copied(repository, area)] == ["odd-file"]


@pytest.mark.parametrize(("limit", "value"), [("files", 3), ("bytes", 1000)])
def test_too_much_is_refused(repository: Path, area: Area, limit: str, value: int) -> None:
    (repository / "big").write_bytes(b"x" * 2000)
    small = replace(POLICY, limits=replace(POLICY.limits, **{limit: value}))
    assert [refusal.rule for refusal in copied(repository, area, small)] == ["repository-too-big"]


def test_an_area_inside_the_checkout_is_not_copied_into_itself(repository: Path) -> None:
    (repository / ".grader").mkdir()
    with made_area(repository / ".grader") as area:
        assert copied(repository, area) == []
        assert (area.work / "tp6" / "up.sh").exists()
        assert list((area.work / ".grader").iterdir()) == []


def test_nothing_is_left_of_an_area_even_where_folders_were_closed(tmp_path: Path) -> None:
    with made_area(tmp_path) as area:
        (area.work / "closed" / "below").mkdir(parents=True)
        (area.work / "closed").chmod(0)
        (area.work / "link").symlink_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_folders_in_folders_without_end_are_refused_and_removed(tmp_path: Path) -> None:
    with made_area(tmp_path) as area:
        (tmp_path / "deep").mkdir()
        for root in (tmp_path / "deep", area.home):
            here = os.open(root, os.O_RDONLY)
            for _ in range(1500):
                os.mkdir("d", dir_fd=here)
                above, here = here, os.open("d", os.O_RDONLY, dir_fd=here)
                os.close(above)
            os.close(here)
        findings = Findings(the_policy().rules)
        copy_repository(tmp_path / "deep", area, the_policy(), findings)
        assert [one.rule for one in findings.found] == ["repository-too-big"]
    assert not area.top.parent.exists()
    subprocess.run(["/bin/rm", "-rf", tmp_path / "deep"], check=True)
