"""The names of images as students type them, and what a history tells of a builder."""

from __future__ import annotations

import pytest

from grader.probes.history import HistoryLine
from grader.probes.images import repository_of, same_image_name


@pytest.mark.parametrize(
    "typed",
    ["nginx", "nginx:latest", "nginx:1.27-alpine", "docker.io/library/nginx", "mirror:5000/x/nginx@sha256:00ff"],
)
def test_an_image_is_the_same_by_any_registry_tag_or_digest(typed: str) -> None:
    assert same_image_name(typed, "nginx")


@pytest.mark.parametrize("typed", ["mynginx", "nginx/unit", "nginx-unit", "", "sha256:00ff"])
def test_a_name_that_only_holds_it_is_another(typed: str) -> None:
    assert not same_image_name(typed, "nginx")


@pytest.mark.parametrize("typed", ["python:alpine", "python:3.12-alpine3.20", "mirror/python:3-alpine"])
def test_a_wanted_tag_may_be_a_part_of_a_longer_one(typed: str) -> None:
    assert same_image_name(typed, "python:alpine")


@pytest.mark.parametrize("typed", ["python", "python:3", "python:slim", "python:alpinelike", "alpine:python"])
def test_another_tag_is_another_image_where_one_is_wanted(typed: str) -> None:
    assert not same_image_name(typed, "python:alpine")


def test_a_registrys_port_is_no_tag() -> None:
    assert repository_of("mirror:5000/python:alpine") == "mirror:5000/python"


@pytest.mark.parametrize(
    ("created_by", "comment", "is_so"),
    [
        ("/bin/sh -c #(nop) COPY file:00ff in /app", "", True),
        ("COPY app.py . # buildkit", "buildkit.dockerfile.v0", True),
        ("|1 WHO=me /bin/sh -c echo $WHO", "", True),
        ("", "merge sha256:00ff to sha256:ff00", True),
        ("bash", "", False),
        ("python app.py", "", False),
        ("", "Imported from -", False),
    ],
    ids=["old builder", "BuildKit", "with ARG", "squashed", "commit of a shell", "commit of a program", "import"],
)
def test_a_dockerfiles_lines_are_told_from_those_of_a_commit(created_by: str, comment: str, is_so: bool) -> None:  # noqa: FBT001 - a column of the table
    assert HistoryLine(created_by, comment, 0).is_of_a_dockerfile is is_so
