"""buildx is found where people have it, and one that would break every build is not used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from grader.submission.sandbox import programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only folder with plugins: there is none beside this Python, on `PATH` or of the system."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(programs, "_PLUGIN_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    programs.find_buildx.cache_clear()
    (tmp_path / "cli-plugins").mkdir()
    yield tmp_path / "cli-plugins"
    programs.find_buildx.cache_clear()


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ("github.com/docker/buildx v0.29.1 a1b2c3", "0.29.1"),
        ("github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4", "0.29.1"),
        ("github.com/docker/buildx v0.17.0 a1b2c3", "0.17.0"),
        ("github.com/docker/buildx v1.0.0-rc1 a1b2c3", "1.0.0"),
        ("github.com/docker/buildx v0.13.1 a1b2c3", ""),
        ("command not found", ""),
    ],
)
def test_a_buildx_that_is_too_old_for_compose_is_none(says: str, version: str, plugins: Path, tmp_path: Path) -> None:
    assert programs.find_buildx() is None
    programs.find_buildx.cache_clear()
    (plugins / "docker-buildx").write_text(f"#!/bin/sh\necho '{says}'\n")
    (plugins / "docker-buildx").chmod(0o755)
    assert programs.buildx_version() == version
    environment = programs.client_environment(tmp_path, tmp_path)
    assert environment["DOCKER_BUILDKIT"] == ("1" if version else "0")


def test_the_client_of_builds_starts_no_git_and_fetches_no_token(plugins: Path, tmp_path: Path) -> None:
    (plugins / "docker-buildx").write_text("#!/bin/sh\necho github.com/docker/buildx v0.29.1 a1b2c3\n")
    (plugins / "docker-buildx").chmod(0o755)
    environment = programs.client_environment(tmp_path, tmp_path)
    assert (environment["BUILDX_GIT_INFO"], environment["GIT_DIR"]) == ("0", "/nonexistent")
    assert environment["BUILDKIT_NO_CLIENT_TOKEN"] == "1"  # noqa: S105 - a switch
