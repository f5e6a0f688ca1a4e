"""The names of images as students type them, and what is in an image, by every kind of engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.machine.question import Answer
from grader.probes.images.images import (
    ImageFact,
    ImageSummary,
    find_image,
    find_images,
    is_same_image_name,
    list_images,
    repository_of,
)
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import DOCKER_20, DOCKER_29, PODMAN_5, ScriptedAnswers, scripted_machine


@pytest.mark.parametrize(
    "typed",
    ["nginx", "nginx:latest", "nginx:1.27-alpine", "docker.io/library/nginx", "mirror:5000/x/nginx@sha256:00ff"],
)
def test_an_image_is_the_same_by_any_registry_tag_or_digest(typed: str) -> None:
    assert is_same_image_name(typed, "nginx")


@pytest.mark.parametrize("typed", ["mynginx", "nginx/unit", "nginx-unit", "", "sha256:00ff"])
def test_a_name_that_only_holds_it_is_another(typed: str) -> None:
    assert not is_same_image_name(typed, "nginx")


@pytest.mark.parametrize("typed", ["python:alpine", "python:3.12-alpine3.20", "mirror/python:3-alpine"])
def test_a_wanted_tag_may_be_a_part_of_a_longer_one(typed: str) -> None:
    assert is_same_image_name(typed, "python:alpine")


@pytest.mark.parametrize("typed", ["python", "python:3", "python:slim", "python:alpinelike", "alpine:python"])
def test_another_tag_is_another_image_where_one_is_wanted(typed: str) -> None:
    assert not is_same_image_name(typed, "python:alpine")


def test_a_registrys_port_is_no_tag() -> None:
    assert repository_of("mirror:5000/python:alpine") == "mirror:5000/python"


def test_a_name_without_a_tag_is_its_repository() -> None:
    assert repository_of("python") == "python"
    assert repository_of("x/python:3@sha256:00ff") == "x/python"


@many_examples
@given(st.text(), st.text())
def test_no_names_break_it(typed: str, wanted: str) -> None:
    assert is_same_image_name(typed, typed)
    assert is_same_image_name(typed, wanted) in {True, False}


QUESTION = "/images/tp3-app/json"
CONFIG: dict[str, Any] = {
    "Cmd": ["python", "app.py"], "Entrypoint": None, "User": "app", "WorkingDir": "/app",
    "ExposedPorts": {"5000/tcp": {}}, "Env": ["PATH=/usr/bin", "A=b=c"], "Labels": {"a": "b"}, "Volumes": {"/data": {}},
}  # fmt: skip
CLASSIC = {
    "Id": "sha256:00ff", "RepoTags": ["tp3-app:latest"], "RepoDigests": [], "Parent": "sha256:aa", "Comment": "",
    "Created": "2026-11-24T12:13:08Z", "DockerVersion": "20.10.24", "Config": CONFIG, "Size": 50_000_000,
    "Architecture": "amd64",
    "GraphDriver": {"Name": "overlay2"}, "RootFS": {"Type": "layers", "Layers": ["sha256:1"]},
    "Metadata": {"LastTagTime": "2026-11-24T12:13:10Z"},
}  # fmt: skip
CONTAINERD = {
    "Id": "sha256:00ff", "RepoTags": ["tp3-app:latest"], "RepoDigests": ["tp3-app@sha256:00ff"],
    "Created": "2026-11-24T12:13:08Z", "Config": CONFIG, "Size": 50_000_000,
    "Architecture": "amd64", "Descriptor": {"digest": "sha256:00ff"},
    "RootFS": {"Type": "layers", "Layers": ["sha256:1"]}, "Metadata": {"LastTagTime": "2026-11-24T12:13:10Z"},
    "Identity": {"Build": [{}]},
}  # fmt: skip
PODMAN = CLASSIC | {
    "Parent": "",
    "RepoTags": ["localhost/tp3-app:latest"],
    "GraphDriver": {"Name": "overlay", "Data": None},
}


def image(answer: Any) -> ImageFact | None:
    return find_image(scripted_machine({QUESTION: answer}), "tp3-app")


@pytest.mark.parametrize(
    ("raw", "version"),
    [(CLASSIC, DOCKER_20), (CONTAINERD, DOCKER_29), (PODMAN, PODMAN_5)],
    ids=["graph drivers", "containerd", "Podman"],
)
def test_every_engine_tells_the_same_image(raw: dict[str, Any], version: dict[str, Any]) -> None:
    link = ScriptedAnswers({QUESTION: raw}, version)
    fact = find_image(scripted_machine(link), "tp3-app")
    assert fact == ImageFact(
        id="sha256:00ff", tags=tuple(raw["RepoTags"]), layers=("sha256:1",), size=50_000_000,
        command=("python", "app.py"), entrypoint=(), user="app", workdir="/app", exposed=("5000/tcp",),
        env={"PATH": "/usr/bin", "A": "b=c"}, labels={"a": "b"}, volumes=("/data",), digests=tuple(raw["RepoDigests"]),
        parent=raw.get("Parent", ""), created="2026-11-24T12:13:08Z", tagged_at="2026-11-24T12:13:10Z",
        processor="amd64",
    )  # fmt: skip
    assert link.question_keys == [QUESTION]


@pytest.mark.parametrize(
    "more",
    [
        {"Config": None}, {"RootFS": None}, {"RootFS": {"Layers": None}}, {"RepoTags": None}, {"RepoDigests": None},
        {"Metadata": None}, {"Metadata": {}},
        {"Config": dict.fromkeys(["Cmd", "Entrypoint", "ExposedPorts", "Env", "Labels", "Volumes"])},
    ],
)  # fmt: skip
def test_nulls_stand_for_nothing(more: dict[str, Any]) -> None:
    fact = image(CLASSIC | more)
    assert fact
    assert fact.id == "sha256:00ff"


def test_the_least_that_an_engine_may_say_is_enough() -> None:
    fact = image({"Id": "x"})
    assert fact
    assert (fact.layers, fact.tags, fact.size, fact.env, fact.tagged_at) == ((), (), 0, {}, "")


def test_an_entrypoint_is_read() -> None:
    fact = image(CLASSIC | {"Config": {"Entrypoint": ["/docker-entrypoint.sh"]}})
    assert fact
    assert (fact.entrypoint, fact.command) == (("/docker-entrypoint.sh",), ())


def test_one_that_is_not_there_is_none() -> None:
    assert image(Answer(404, b'{"message": "no such image"}')) is None


@pytest.mark.parametrize(("answer", "code"), MALFORMED_ANSWERS)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: image(answer)).values["asked"] == "GET /images/{name}/json"
    assert_probe_failed(code, lambda: list_images(scripted_machine({"/images/json": answer})))


def test_a_list_that_is_not_there_is_refused() -> None:
    assert_probe_failed("answer-unexpected", lambda: list_images(scripted_machine({"/images/json": Answer(404)})))


def test_a_name_is_asked_for_as_one_path() -> None:
    assert find_image(scripted_machine({"/images/mirror:5000/x%3Fy/json": CLASSIC}), "mirror:5000/x?y")


@pytest.mark.parametrize(
    ("own", "base", "is_built"),
    [
        (("1", "2", "3"), ("1", "2"), True),
        (("1",), ("1",), True),
        (("1", "2"), ("2",), False),
        (("1",), ("1", "2"), False),
        (("1",), (), False),
    ],
)
def test_an_image_is_built_on_another_whose_layers_are_its_lowest(
    own: tuple[str, ...], base: tuple[str, ...], is_built: object
) -> None:
    made, other = (image(CLASSIC | {"RootFS": {"Layers": list(layers)}}) for layers in (own, base))
    assert made
    assert other
    assert made.is_built_on(other) is is_built


def test_names_that_are_none_are_left_out() -> None:
    listed = [
        {"Id": "1", "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]},
        {"Id": "2", "RepoTags": None, "RepoDigests": None},
        {"Id": "3", "RepoTags": ["a:1", "b:2"], "RepoDigests": ["a@sha256:1"]},
    ]
    assert list_images(scripted_machine({"/images/json": listed})) == (
        ImageSummary("1", (), ()),
        ImageSummary("2", (), ()),
        ImageSummary("3", ("a:1", "b:2"), ("a@sha256:1",)),
    )


def test_those_of_a_name_are_found_by_tag_and_by_the_digest_of_one_that_lost_it() -> None:
    listed = [
        {"Id": "new", "RepoTags": ["mirror/python:3.12-alpine"], "RepoDigests": []},
        {"Id": "old", "RepoTags": [], "RepoDigests": ["python@sha256:1"]},
        {"Id": "slim", "RepoTags": ["python:slim"], "RepoDigests": ["python@sha256:2"]},
        {"Id": "gone", "RepoTags": ["python:alpine"], "RepoDigests": []},
        {"Id": "other", "RepoTags": ["nginx:alpine"], "RepoDigests": ["nginx@sha256:3"]},
    ]
    table = {f"/images/{one}/json": CLASSIC | {"Id": one} for one in ("new", "old")}
    link = ScriptedAnswers(table | {"/images/json": listed, "/images/gone/json": Answer(404)})
    assert [one.id for one in find_images(scripted_machine(link), "python:alpine")] == ["new", "old"]
    assert link.question_keys == ["/images/json", "/images/new/json", "/images/old/json", "/images/gone/json"]


@many_examples
@given(answers_like(CONTAINERD), answers_like([{"Id": "1", "RepoTags": ["python:alpine"], "RepoDigests": []}]))
def test_any_answer_is_facts_or_a_refusal(one: Answer, several: Answer) -> None:
    assert_fact_or_probe_failed(lambda: image(one))
    assert_fact_or_probe_failed(
        lambda: find_images(scripted_machine({"/images/json": several, "*": one}), "python:alpine")
    )
