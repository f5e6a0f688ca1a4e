"""What a student builds does not pass for one of the course's images, on a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.submission.repositories import COMPOSE, HONEST_COMPOSE, HONEST_SCRIPT, SCRIPT, RepositoryBench, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.live, pytest.mark.long]

BUILT = COMPOSE.replace("image: ubuntu", "build: .\n    image: {name}")
OTHER_BASE = "FROM alpine\nRUN echo x > /x\n"
DATA = {"tp9/data/hello": "hello\n"}


def built(name: str, base: str = OTHER_BASE) -> dict[str, str]:
    return {"tp9/compose.yaml": BUILT.format(name=name), "tp9/Dockerfile": base, **DATA}


REPLACED = {
    "build and image": built("ubuntu"),
    "with a tag": built("ubuntu:latest"),
    "with a tag of its own": built("ubuntu:24.04"),
    "with a registry": built("docker.io/library/ubuntu"),
    "in a script, tagged": {"tp9/up.sh": f"docker tag alpine ubuntu\n{SCRIPT}"},
    "in a script, built": {
        "tp9/up.sh": f"printf 'FROM alpine\\nRUN echo x > /x\\n' | docker build -t ubuntu -\n{SCRIPT}",
    },
    "in a script, imported": {
        "tp9/up.sh": f"docker create --name c alpine\ndocker export c | docker import - ubuntu\n{SCRIPT}",
    },
    "by a Dockerfile alone": {"tp9/Dockerfile": OTHER_BASE},
}

FAIR = {
    "the image itself": HONEST_COMPOSE,
    "the image itself, in a script": HONEST_SCRIPT,
    "another image built on it, by its name": built("ubuntu", "FROM ubuntu\nRUN echo x > /x\n"),
    "another image built on it, by a name of its own": built("zoe/box", "FROM ubuntu\nRUN echo x > /x\n"),
    "another image built on it, without a name": {
        **built("x", "FROM ubuntu\n"),
        "tp9/compose.yaml": COMPOSE.replace("image: ubuntu", "build: ."),
    },
}


@pytest.fixture
def bench(bench: RepositoryBench, images: Callable[..., None]) -> RepositoryBench:
    images("ubuntu", "alpine")
    return bench


@pytest.mark.parametrize("files", REPLACED.values(), ids=REPLACED)
def test_another_image_under_the_courses_name_earns_nothing(files: dict[str, str], bench: RepositoryBench) -> None:
    before = bench.engine_state()
    code, result = bench.run_repo(bench.repository(files))
    assert (code, result.points) == (1, 0), verdicts(result)
    first = result.checks[0]
    assert first.diagnosis is not None
    assert first.diagnosis.code == "bring-up-image-replaced"
    assert "ubuntu" in first.diagnosis.values["images"]
    assert first.message is not None
    assert "what was built took the name of one of the course's images" in first.message["en"]
    assert "ce qui a été construit a pris le nom d'une image du cours" in first.message["fr"]
    assert bench.engine_state() == before


@pytest.mark.parametrize("files", FAIR.values(), ids=FAIR)
def test_the_courses_image_and_what_is_built_on_it_keep_their_points(
    files: dict[str, str], bench: RepositoryBench
) -> None:
    before = bench.engine_state()
    code, result = bench.run_repo(bench.repository(files))
    assert (code, result.mark) == (0, 20.0), result
    assert bench.engine_state() == before


def test_an_engine_without_the_courses_image_is_not_given_another_one(bench: RepositoryBench) -> None:
    bench.engine.docker("rmi", "ubuntu")
    code, result = bench.run_repo(bench.repository(built("ubuntu")))
    assert (code, result.points) == (1, 0), verdicts(result)
