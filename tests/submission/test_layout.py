"""The submission for an exercise is found by the names in the handouts, and never outside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.submission.layout import BringUpKind, SeveralSubmissions, find_layout, layout_in


def made(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize("folder", ["tp6", "TP6", "tp06", "tp-6", "TP 6", "Tp_6", "tp6-todos", "TP06 - Compose"])
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


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (["tp6/todos/compose.yaml"], "tp6/todos"),
        (["TP-6/essai/compose.yaml", "compose.yaml"], "TP-6/essai"),
        (["tp6/todos/compose.yaml", "tp6/old/compose.yaml"], "tp6/todos"),
        (["tp6/docker/todos/compose.yaml", "tp6/docker/old/compose.yaml"], "tp6/docker/todos"),
        (["tp6/Dockerfile", "tp6/todos/compose.yaml"], "tp6/todos"),
        (["todos/compose.yaml", "wordpress/compose.yaml"], "todos"),
        (["docker/Todos/compose.yaml", "docker/x/up.sh"], "docker/Todos"),
        (["projects/TP6/compose.yaml", "projects/notes/compose.yaml"], "projects/TP6"),
        (["projet/compose.yaml", "Dockerfile"], "projet"),
        (["projet/compose.yaml", "projet/api/compose.yaml", "projet/api/Dockerfile"], "projet"),
        (["app/node_modules/x/compose.yaml", ".github/compose.yaml", "a/b/compose.yaml"], "a/b"),
        (["tp5/compose.yaml", "TP 07 haproxy/compose.yaml", "last/compose.yaml"], "last"),
        (["compose.yaml", "todos/compose.yaml"], "."),
    ],
)
def test_the_work_is_found_where_only_one_folder_can_be_meant(names: list[str], folder: str, tmp_path: Path) -> None:
    work = find_layout(made(tmp_path, *names), "tp6", project="todos")
    assert work is not None
    assert work.folder == Path(folder)


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        (["tp6/one/compose.yaml", "tp6/two/compose.yaml"], ["tp6/one", "tp6/two"]),
        (["TP6/compose.yaml", "tp-6/compose.yaml"], ["TP6", "tp-6"]),
        (["tp6-v1/compose.yaml", "tp6-v2/compose.yaml"], ["tp6-v1", "tp6-v2"]),
        (["one/compose.yaml", "two/up.sh"], ["one", "two"]),
        (["a/todos/compose.yaml", "b/todos/compose.yaml", "c/compose.yaml"], ["a/todos", "b/todos"]),
    ],
)
def test_of_several_folders_none_is_guessed(names: list[str], folders: list[str], tmp_path: Path) -> None:
    with pytest.raises(SeveralSubmissions) as asked:
        find_layout(made(tmp_path, *names), "tp6", project="todos")
    assert sorted(asked.value.folders) == [Path(folder) for folder in folders]


def test_the_work_of_another_exercise_is_never_taken(tmp_path: Path) -> None:
    assert find_layout(made(tmp_path, "tp7/compose.yaml", "TP-5/up.sh", "tp61/compose.yaml"), "tp6") is None


def test_a_dockerfile_alone_counts_where_an_image_is_asked_for(tmp_path: Path) -> None:
    made(tmp_path, "tp3/app/Dockerfile", "compose.yaml")
    work = find_layout(tmp_path, "tp3", builds_image=True)
    assert work is not None
    assert (work.kind, work.folder) == (BringUpKind.DOCKERFILE, Path("tp3/app"))


def test_a_link_to_a_folder_is_followed_for_the_exercise_only(tmp_path: Path) -> None:
    made(tmp_path, "work/compose.yaml")
    (tmp_path / "tp6").symlink_to("work")
    (tmp_path / "other").symlink_to("work")
    work = find_layout(tmp_path, "tp6")
    assert work is not None
    assert work.folder == Path("work")
    (tmp_path / "tp6").unlink()
    work = find_layout(tmp_path, "tp6")
    assert work is not None
    assert work.folder == Path("work")


def test_a_folder_that_is_named_is_the_only_one_that_is_read(tmp_path: Path) -> None:
    made(tmp_path / "repository", "tp6/compose.yaml", "tp6/two/compose.yaml")
    made(tmp_path, "outside/compose.yaml")
    work = layout_in(tmp_path / "repository", "tp6/two")
    assert work is not None
    assert work.folder == Path("tp6/two")
    assert layout_in(tmp_path / "repository", "nowhere") is None
    assert layout_in(tmp_path / "repository", "../outside") is None
