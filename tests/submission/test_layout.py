"""The submission for an exercise is found by the names in the handouts, and never outside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.submission.layout import BringUpKind, find_layout


def made(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize("folder", ["tp6", "TP6", "tp06", "tp-6", "TP 6", "Tp_6"])
def test_the_folder_is_found_however_students_spell_it(folder: str, tmp_path: Path) -> None:
    work = find_layout(made(tmp_path, f"{folder}/compose.yaml", "tp61/compose.yaml"), "tp6")
    assert work is not None
    assert work.folder == Path(folder)


def test_the_exact_name_wins_over_another_spelling(tmp_path: Path) -> None:
    work = find_layout(made(tmp_path, "TP6/compose.yaml", "tp6/compose.yaml"), "tp6")
    assert work is not None
    assert work.folder == Path("tp6")


@pytest.mark.parametrize(
    ("names", "kind", "file"),
    [
        (("up.sh", "compose.yaml", "Dockerfile"), BringUpKind.SCRIPT, "up.sh"),
        (("docker-compose.yml", "compose.yml", "Dockerfile"), BringUpKind.COMPOSE, "compose.yml"),
        (("docker-compose.yaml", "docker-compose.yml"), BringUpKind.COMPOSE, "docker-compose.yml"),
        (("docker-compose.yml",), BringUpKind.COMPOSE, "docker-compose.yml"),
        (("Dockerfile", "README.md"), BringUpKind.DOCKERFILE, "Dockerfile"),
    ],
)
def test_what_comes_first_in_a_folder(names: tuple[str, ...], kind: BringUpKind, file: str, tmp_path: Path) -> None:
    work = find_layout(made(tmp_path, *names), "tp6")
    assert work is not None
    assert (work.kind, work.file, work.folder) == (kind, file, Path())


def test_an_override_that_compose_would_merge_is_part_of_the_work(tmp_path: Path) -> None:
    work = find_layout(made(tmp_path, "compose.yaml", "compose.override.yaml"), "tp6")
    assert work is not None
    assert work.compose_files == ("compose.yaml", "compose.override.yaml")


def test_an_empty_folder_of_the_exercise_leaves_the_top_of_the_repository(tmp_path: Path) -> None:
    work = find_layout(made(tmp_path, "tp6/notes.txt", "compose.yaml"), "tp6")
    assert work is not None
    assert work.folder == Path()


def test_a_folder_that_leads_out_of_the_repository_is_not_the_work(tmp_path: Path) -> None:
    made(tmp_path / "outside", "up.sh")
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "tp6").symlink_to(tmp_path / "outside")
    assert find_layout(repository, "tp6") is None


def test_nothing_there_is_no_work(tmp_path: Path) -> None:
    assert find_layout(made(tmp_path, "README.md", "up.sh.txt"), "tp6") is None
