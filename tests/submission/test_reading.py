"""The output of the sandboxed reader is validated before it is used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grader.submission.layout import BringUpKind, SubmissionLayout
from grader.submission.policy.changes import ComposeChanges, MovedFolder, MovedMount
from grader.submission.policy.findings import Review
from grader.submission.reading import (
    Reading,
    ReadingFailed,
    ReadingRequest,
    decode_reading,
    encode_reading,
    file_hash,
    read_submission,
)
from grader.submission.sandbox.sandbox import make_sandbox
from grader.submission.workspace import Workspace, new_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

TODOS = """\
name: todos
services:
  mongo: {image: mongo, pids_limit: 100}
  app: {image: nginx, ports: ["4002:7777"], deploy: {resources: {limits: {memory: 64M}}}, environment: ["X=${Y}"]}
"""


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with new_workspace() as made:
        yield made


TP6 = ReadingRequest(exercise="tp6", project="todos", scripts=True)


def read(workspace: Workspace, files: dict[str, bytes], asked: ReadingRequest = TP6) -> Reading:
    for path, data in files.items():
        (workspace.frozen / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace.frozen / path).write_bytes(data)
    sandbox = make_sandbox(workspace.tmp)
    sandbox.chown_to_sandbox(workspace.frozen)
    return read_submission(sandbox, workspace, asked)


def test_work_review_project_and_advice_are_handed_over(workspace: Workspace) -> None:
    reading = read(workspace, {"tp6/compose.yaml": TODOS.encode(), "tp6/api/Dockerfile": b"FROM ubuntu\n"})
    assert reading.layout == SubmissionLayout(BringUpKind.COMPOSE, Path("tp6"), "compose.yaml")
    assert reading.review == Review(changes=ComposeChanges())
    assert reading.project is not None
    assert reading.project.name == "todos"
    bounded = {
        one.name: (one.limits_memory, one.limits_processes, one.limits_file_size) for one in reading.project.services
    }
    assert bounded == {"mongo": (False, True, False), "app": (True, False, False)}
    assert {"DL3006", ""} <= {one.code for one in reading.advice}


def test_what_must_be_changed_leaves_the_sandbox(workspace: Workspace) -> None:
    compose = (
        b"services: {a: {build: x, networks: [n], volumes: ['.:/a', './d:/d', '/home/zoe/d:/e']}}\n"
        b"networks: {n: {external: true}}\n"
    )
    reading = read(workspace, {"tp6/compose.yaml": compose, "tp6/x/dockerfile": b"FROM ubuntu\n", "tp6/d/k": b""})
    assert reading.review.changes == ComposeChanges(
        moved=(
            MovedFolder("repository", "tp6/d", mounts=(MovedMount("a", "/a/d"), MovedMount("a", "/d"))),
            MovedFolder("own-computer", "/home/zoe/d", mounts=(MovedMount("a", "/e"),)),
        ),
        lower_case_dockerfiles=("a",),
        external_networks=("n",),
    )


def test_a_refusal_names_file_line_and_rule(workspace: Workspace) -> None:
    reading = read(workspace, {"tp6/compose.yaml": b"services:\n  a: {image: nginx, privileged: true}\n"})
    assert [(one.rule, str(one.place)) for one in reading.review.refused] == [("privileged", "tp6/compose.yaml:2")]
    assert reading.advice == []


def test_nothing_to_bring_up_is_a_mistake(workspace: Workspace) -> None:
    reading = read(workspace, {"README.md": b"bonjour\n"})
    assert [one.rule for one in reading.review.invalid] == ["nothing-to-bring-up"]


def test_a_file_that_is_no_text_is_read_all_the_same(workspace: Workspace) -> None:
    reading = read(workspace, {"tp6/up.sh": b"\xff\x00\n", "tp6/x/Dockerfile": b"\xff\x00 FROM <<<\n" * 50})
    assert reading.layout == SubmissionLayout(BringUpKind.SCRIPT, Path("tp6"), "up.sh")


NAMELESS = TODOS.removeprefix("name: todos\n")


@pytest.mark.parametrize("folder", ["tp6", "TP-6", "tp6/todos", "todos", "projet/docker", "."])
def test_a_project_that_no_file_names_has_the_exercises_name_wherever_it_stands(
    folder: str, workspace: Workspace
) -> None:
    reading = read(workspace, {f"{folder}/compose.yaml": NAMELESS.encode()})
    assert reading.layout is not None
    assert (reading.layout.folder, reading.layout.project_name) == (Path(folder), "todos")
    assert reading.project is not None
    assert reading.project.name == "todos"


@pytest.mark.parametrize("place", ["compose.yaml", "compose.override.yaml"])
def test_the_name_in_a_file_counts_also_if_it_is_wrong(place: str, workspace: Workspace) -> None:
    files = {"tp6/compose.yaml": NAMELESS, "tp6/compose.override.yaml": "services: {}\n"}
    files[f"tp6/{place}"] = f"name: essai\n{files[f'tp6/{place}']}"
    reading = read(workspace, {path: text.encode() for path, text in files.items()})
    assert reading.layout is not None
    assert reading.project is not None
    assert (reading.layout.project_name, reading.project.name) == ("", "essai")


@pytest.mark.parametrize(
    ("files", "given"),
    [
        ({"up.sh": "", "compose.yaml": NAMELESS}, "todos"),
        ({"up.sh": "", "compose.yaml": f"name: essai\n{NAMELESS}"}, ""),
        ({"up.sh": ""}, ""),
    ],
    ids=["no-name", "its-own-name", "no-compose-file"],
)
def test_a_script_is_given_the_name_that_the_file_beside_it_leaves_open(
    files: dict[str, str], given: str, workspace: Workspace
) -> None:
    reading = read(workspace, {f"tp6/{path}": text.encode() for path, text in files.items()})
    assert reading.layout is not None
    assert reading.layout.project_name == given


def test_folders_that_could_all_be_meant_are_named_and_none_is_read(workspace: Workspace) -> None:
    bad = b"services:\n  a: {image: nginx, privileged: true}\n"
    reading = read(workspace, {"tp6/one/compose.yaml": bad, "tp6/two/compose.yaml": bad})
    assert (reading.layout, reading.candidates, reading.review) == (None, ("tp6/one", "tp6/two"), Review())
    chosen = read(workspace, {}, msgspec.structs.replace(TP6, folder="tp6/two"))
    assert chosen.layout is not None
    assert chosen.layout.folder == Path("tp6/two")
    assert [str(one.place) for one in chosen.review.refused] == ["tp6/two/compose.yaml:2"]


def test_no_advice_is_given_on_a_dockerfile_that_the_teacher_handed_out(workspace: Workspace, tmp_path: Path) -> None:
    given = tmp_path / "Dockerfile"
    given.write_text("FROM ubuntu\nRUN cd /tmp\n")
    files = {
        "tp6/compose.yaml": TODOS,
        "tp6/api/Dockerfile": "FROM ubuntu \r\nRUN cd /tmp\r\n\r\n",
        "tp6/app/Dockerfile": "FROM ubuntu\nRUN cd /\n",
    }
    asked = msgspec.structs.replace(TP6, handed_out=(file_hash(given),))
    reading = read(workspace, {path: text.encode() for path, text in files.items()}, asked)
    assert {one.file for one in reading.advice if one.tool == "hadolint"} == {"tp6/app/Dockerfile"}


@pytest.mark.parametrize(
    "work",
    [
        {"kind": "compose", "folder": "../other", "file": "compose.yaml"},
        {"kind": "compose", "folder": "/etc", "file": "compose.yaml"},
        {"kind": "compose", "folder": "tp6", "file": "../compose.yaml"},
        {"kind": "script", "folder": "tp6", "file": "-c"},
        {"kind": "dockerfile", "folder": "tp6", "file": "compose.yaml"},
        {"kind": "compose", "folder": "tp6", "file": "compose.yaml", "override": "/etc/passwd"},
        {"kind": "compose", "folder": "tp6", "file": "compose.yaml", "project_name": "of-another"},
    ],
)
def test_work_that_cannot_have_been_found_is_not_believed(work: dict[str, Any]) -> None:
    with pytest.raises(ReadingFailed, match=f"{work['kind']} {work['file']}"):
        decode_reading(msgspec.json.encode({"layout": work, "review": {}}), TP6)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"review": 1}', b'{"review": {}, "mark": 20}', b"\xff"])
def test_what_is_no_reading_is_not_believed(data: bytes) -> None:
    with pytest.raises(ReadingFailed, match="could not be read"):
        decode_reading(data, TP6)


def test_a_reading_is_the_same_again_once_it_was_handed_over() -> None:
    reading = Reading(
        layout=SubmissionLayout(BringUpKind.COMPOSE, Path("tp6"), "compose.yaml", "compose.override.yaml"),
        review=Review(),
    )
    assert decode_reading(encode_reading(reading), TP6) == reading
