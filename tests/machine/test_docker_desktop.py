"""Folders as Docker Desktop shows them are the folders that students type."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.machine.docker_desktop import (
    comparable_path,
    is_case_insensitive,
    is_opaque_mount_source,
    local_path,
    normalize_mount_source,
    typed_mount_sources,
)

NAMELESS = f"docker-desktop-bind-mounts/Ubuntu/{'0123456789abcdef' * 4}"


@pytest.mark.parametrize(
    ("source", "typed"),
    [
        ("/home/anna/Docker/site", "/home/anna/Docker/site"),
        ("/host_mnt/Users/anna/Docker/site", "/Users/anna/Docker/site"),
        ("/host_mnt/c/Users/anna/Docker/site", "/c/Users/anna/Docker/site"),
        ("/run/desktop/mnt/host/c/Users/anna/Docker/site", "/c/Users/anna/Docker/site"),
        ("/mnt/host/d/Docker/site", "/d/Docker/site"),
        ("C:\\Users\\Anna\\Docker\\site", "/c/Users/Anna/Docker/site"),
        ("\\\\?\\C:\\Users\\Anna\\Docker\\site", "/c/Users/Anna/Docker/site"),
        ("d:/Docker/site", "/d/Docker/site"),
        # On Linux such folders are what they seem.
        ("/mnt/hosting/site", "/mnt/hosting/site"),
        ("/srv/host_mnt/site", "/srv/host_mnt/site"),
        ("c:site", "c:site"),
        ("", ""),
    ],
)
def test_the_one_spelling_of_a_folder(source: str, typed: str) -> None:
    assert normalize_mount_source(source) == typed
    assert normalize_mount_source(typed) == typed


@pytest.mark.parametrize("prefix", ["/run/desktop/mnt/host/wsl/", "/mnt/host/wsl/", "/mnt/wsl/"])
def test_a_folder_of_wsl_has_a_number_for_a_name(prefix: str) -> None:
    """https://github.com/docker/for-win/issues/4812: nothing says which folder it is."""
    source = f"{prefix}{NAMELESS}"
    assert is_opaque_mount_source(normalize_mount_source(source))
    assert local_path(normalize_mount_source(source)) == Path("/mnt/wsl", NAMELESS)
    assert not is_opaque_mount_source(f"{prefix}docker-desktop-bind-mounts/Ubuntu/site")
    assert not is_opaque_mount_source(f"/home{prefix}{NAMELESS}")


@pytest.mark.parametrize(
    ("typed", "here"),
    [("/c/Users/anna/site", "C:/Users/anna/site"), ("/c", "C:/"), ("/cc/site", "/cc/site"), ("/Users/x", "/Users/x")],
)
def test_on_windows_a_drive_is_a_drive(typed: str, here: str) -> None:
    assert local_path(typed, "win32") == Path(here)


def test_elsewhere_a_folder_is_where_it_says(tmp_path: Path) -> None:
    assert local_path(str(tmp_path)) == tmp_path
    assert local_path("/c/Users/anna/site") == Path("/c/Users/anna/site")


@pytest.mark.parametrize(
    ("source", "folds"),
    [
        ("/Users/anna/docker/site", True),
        ("/c/Users/anna/docker/site", True),
        ("/home/anna/docker/site", False),
        ("/usr/share/site", False),
    ],
)
def test_capital_letters_make_no_difference_on_a_desktops_disk(source: str, folds: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_case_insensitive(source) is folds


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("/mnt/c/Users/anna/todos", "/c/Users/anna/todos"),
        ("C:\\Users\\anna\\todos", "/c/Users/anna/todos"),
        ("/run/desktop/mnt/host/c/Users/anna/todos", "/c/Users/anna/todos"),
        ("\\\\wsl.localhost\\Ubuntu\\home\\anna\\todos", "/home/anna/todos"),
        ("\\\\wsl$\\Ubuntu-22.04\\home\\anna\\todos", "/home/anna/todos"),
        ("//wsl$/Ubuntu/home/anna", "/home/anna"),
        ("/mnt/cd/todos", "/mnt/cd/todos"),
        ("/home/anna/todos", "/home/anna/todos"),
    ],
)
def test_the_same_folder_of_wsl_and_of_windows_compares_equal(written: str, same: str) -> None:
    assert comparable_path(written) == same
    assert comparable_path(same) == same


def test_docker_desktops_labels_have_what_was_typed() -> None:
    labels = {
        "desktop.docker.io/binds/0/Source": "/home/anna/todos/mongo/db",
        "desktop.docker.io/binds/0/SourceKind": "wsl2DistroFile",
        "desktop.docker.io/binds/0/Target": "/data/db",
        "desktop.docker.io/wsl-distro": "Ubuntu",
        "other/Source": "/x",
    }
    assert typed_mount_sources(labels) == {"/data/db": "/home/anna/todos/mongo/db"}
