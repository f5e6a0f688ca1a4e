"""Advice is shown, costs nothing, and never takes its settings from the student."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.submission.layout import find_layout
from grader.submission.policy.advice import compose_advice, dockerfile_advice
from grader.submission.policy.compose.model import ComposeModel, read_compose_model

if TYPE_CHECKING:
    from pathlib import Path


def test_hadolint_names_rule_and_line_and_reads_no_configuration_of_the_repository(tmp_path: Path) -> None:
    work, empty = tmp_path / "work", tmp_path / "empty"
    work.mkdir()
    empty.mkdir()
    (work / "Dockerfile").write_text("FROM ubuntu\nRUN apt-get install curl\n")
    (work / ".hadolint.yaml").write_text("ignored: [DL3006, DL3014]\n")
    found = dockerfile_advice(work / "Dockerfile", "tp3/Dockerfile", empty)
    assert {("DL3006", 1), ("DL3014", 2)} <= {(one.code, one.line) for one in found}
    assert {one.file for one in found} == {"tp3/Dockerfile"}


def test_a_file_that_hadolint_cannot_read_gives_no_advice_and_no_failure(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"\xff\x00 FROM <<< \n" * 100)
    assert isinstance(dockerfile_advice(tmp_path / "Dockerfile", "Dockerfile", tmp_path), list)


def test_compose_remarks_on_an_obsolete_key_and_on_a_variable_without_value(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("version: '3'\nservices: {web: {image: 'nginx:${VERSION}'}}\n")
    work = find_layout(tmp_path, "tp6")
    assert work is not None
    model = read_compose_model(work, tmp_path, tmp_path)
    assert isinstance(model, ComposeModel)
    said = " ".join(one.text for one in compose_advice(model, work))
    assert "VERSION" in said
    assert "obsolete" in said
