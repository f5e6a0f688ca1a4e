"""What a rootless engine lacks is said before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.grading.job_engine import engine_limitation, engine_warning
from grader.roster.ports import parse_ports
from grader.scoring.suite import read_suite
from grader.submission.job_engine import requirements
from grader.submission.job_engine.podman import lay_out_podman, podman_command, storage_driver
from tests.student_shell import ROOT


@pytest.fixture
def first_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "ip_unprivileged_port_start"
    file.write_text("1024\n")
    monkeypatch.setattr(requirements, "_FIRST_PORT", file)
    return file


def limitation(exercise: str, kind: requirements.EngineKind, ports: str = "") -> str:
    spec = read_suite(ROOT / "exercises" / exercise).spec
    found = engine_limitation(kind, spec, parse_ports(ports) if ports else None)
    return found.code if found else ""


def test_podman_has_no_swarm_and_docker_has(first_port: Path) -> None:
    first_port.write_text("0")
    assert limitation("tp8", "podman") == "no-swarm"
    assert limitation("tp8", "docker") == ""


def test_a_low_port_is_published_only_where_the_kernel_lets_ordinary_users(first_port: Path) -> None:
    assert limitation("tp7", "docker") == "port-privileged"
    assert limitation("tp7", "docker", "41200-41209") == ""
    first_port.write_text("80")
    assert limitation("tp7", "docker") == ""


@pytest.mark.parametrize("exercise", ["tp1", "tp2", "tp3", "tp4", "tp5", "tp6"])
def test_the_other_exercises_need_no_rights(exercise: str, first_port: Path) -> None:
    assert limitation(exercise, "podman") == ""


@pytest.mark.parametrize(
    ("kind", "warned"),
    [
        ("podman", {"tp4": "engine.no-host-gateway", "tp7": "engine.no-docker-dns"}),
        ("docker", {"tp4": "engine.no-host-gateway"}),
    ],
)
def test_only_what_an_engine_may_keep_from_working_has_a_warning(
    kind: requirements.EngineKind, warned: dict[str, str]
) -> None:
    found = {}
    for number in range(1, 9):
        spec = read_suite(ROOT / "exercises" / f"tp{number}").spec
        if warning := engine_warning(kind, spec):
            found[f"tp{number}"] = warning.code
    assert found == warned


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "find_engine_program", lambda name: None if name == "newuidmap" else f"/{name}")
    with pytest.raises(GraderError) as raised:
        requirements.require_rootless("podman")
    assert raised.value.message("en") == "the program newuidmap is missing; it comes with uidmap"


def test_root_and_a_user_without_ids_or_a_tunnel_are_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "find_engine_program", lambda name: f"/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(GraderError, match="run the grader as an ordinary user"):
        requirements.require_rootless("docker")
    monkeypatch.setattr("os.geteuid", lambda: 65534)
    monkeypatch.setattr(requirements, "_TUN", Path("/dev/null"))
    with pytest.raises(GraderError, match="usermod --add-subuids"):
        requirements.require_rootless("docker")
    monkeypatch.setattr(requirements, "_TUN", Path("/dev/no/tun"))
    with pytest.raises(GraderError, match="--device /dev/no/tun"):
        requirements.require_rootless("docker")


def test_everything_of_podman_is_in_its_folder(tmp_path: Path) -> None:
    variables = lay_out_podman(tmp_path, ["http://mirror.example.org:5000"])
    assert {value for name, value in variables.items() if not name.startswith("_")} <= {
        str(path) for path in tmp_path.iterdir()
    }
    registries = (tmp_path / "registries.conf").read_text()
    assert 'location = "mirror.example.org:5000"\ninsecure = true' in registries
    assert str(tmp_path) in (tmp_path / "storage.conf").read_text()
    assert podman_command(tmp_path / "s")[-1] == f"unix://{tmp_path}/s"


@pytest.mark.parametrize(
    ("file_system", "release", "fuse", "driver"),
    [
        ("ext2/ext3", "6.1.0-13-amd64", None, "overlay"),
        ("btrfs", "6.12-rc1", None, "overlay"),
        ("xfs", "5.13.0", "/usr/bin/fuse-overlayfs", "overlay"),
        ("overlayfs", "6.1.0-13-amd64", "/usr/bin/fuse-overlayfs", "fuse-overlayfs"),
        ("overlayfs", "6.1.0-13-amd64", None, "vfs"),  # the temporary folder of a container without /dev/fuse
        ("ext2/ext3", "5.10.0-28-amd64", None, "vfs"),
    ],
)
def test_podman_has_the_fastest_storage_that_works_there(
    file_system: str, release: str, fuse: str | None, driver: str
) -> None:
    lines = storage_driver(file_system, release, fuse)
    assert driver in lines
    assert ("mount_program" in lines) == (driver == "fuse-overlayfs")


@pytest.mark.parametrize(("kind", "most"), [("podman", 95), ("docker", 63)])
def test_a_folder_whose_sockets_have_too_long_names_is_refused_before_anything_starts(
    kind: requirements.EngineKind, most: int
) -> None:
    requirements.require_short_path(kind, Path("/" + "é" * ((most - 1) // 2) + "x" * ((most - 1) % 2)))
    with pytest.raises(GraderError, match="--areas"):
        requirements.require_short_path(kind, Path("/" + "x" * most))
