"""What labels tell of a project, and what `docker compose config` says of its files."""

from __future__ import annotations

import msgspec
import pytest

from grader.probes.compose import ComposeFile, last_words, origin_of
from tests.probes.inspected import inspected

LABEL = "com.docker.compose."


def labels(**values: str) -> dict[str, dict[str, str]]:
    return {"Labels": {LABEL + name.replace("__", "."): value for name, value in values.items()}}


def test_labels_of_compose_v2_tell_the_files_by_their_whole_paths() -> None:
    origin = origin_of(
        inspected(
            config=labels(
                project="todos",
                project__working_dir="/home/anna/todos",
                project__config_files="/home/anna/todos/compose.yaml,/home/anna/todos/more.yaml",
                project__environment_file="/home/anna/todos/.env",
                version="2.39.1",
            )
        )
    )
    assert origin is not None
    assert origin.files == ("/home/anna/todos/compose.yaml", "/home/anna/todos/more.yaml")
    assert origin.env_files == ("/home/anna/todos/.env",)


@pytest.mark.parametrize(
    ("folder", "file"),
    [("/home/anna/todos", "/home/anna/todos/docker-compose.yml"), ("C:\\todos", "C:\\todos\\docker-compose.yml")],
)
def test_labels_of_compose_v1_tell_them_below_the_folder(folder: str, file: str) -> None:
    origin = origin_of(
        inspected(config=labels(project__working_dir=folder, project__config_files="docker-compose.yml"))
    )
    assert origin is not None
    assert origin.files == (file,)


def test_a_container_that_compose_did_not_make_has_no_origin() -> None:
    assert origin_of(inspected(config=labels(project="todos"))) is None


def test_the_networks_of_a_service_are_told_by_the_names_that_the_engine_knows() -> None:
    file = msgspec.json.decode(
        b"""{"name": "todos",
        "networks": {
            "default": {"name": "todos_default", "ipam": {}}, "front": {"name": "todos-net", "external": true}},
        "services": {"todos-app": {"command": null, "networks": {"default": null, "front": {"aliases": ["x"]}},
            "ports": [{"mode": "ingress", "target": 7777, "published": "4002", "protocol": "tcp"}]}}}""",
        type=ComposeFile,
    )
    assert file.network_names(file.services["todos-app"]) == {"todos_default", "todos-net"}


def test_composes_last_words_are_its_last_line_made_visible() -> None:
    assert last_words(b"warning\n\n  yaml: line 3: \x1b[31mdid not find\n\n") == "yaml: line 3: \\x1b[31mdid not find"
    assert last_words(b"") == ""
