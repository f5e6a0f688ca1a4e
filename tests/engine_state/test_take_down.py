"""Whatever a script leaves on the engine is gone afterwards, and what was there before is still what it was."""

from __future__ import annotations

import pytest

from grader.engine_state.engine_state import EngineState, require_disposable_engine
from grader.errors import GraderError
from tests.submission.repositories import HONEST_SCRIPT, RepositoryBench

pytestmark = [pytest.mark.live, pytest.mark.long]

LEFT = {
    "containers": "docker run -d --restart always ubuntu sleep 600; docker create ubuntu true",
    "a paused container": "docker run -d --name paused ubuntu sleep 600; docker pause paused",
    "networks": "docker network create left; docker run -d --network left ubuntu sleep 600",
    "volumes": "docker volume create left; docker run -v anonymous:/x -v /y ubuntu true",
    "images": "printf 'FROM ubuntu\\nRUN echo x > /x\\n' | docker build -t left -",
    "images by other names": "docker tag ubuntu evil:1; docker tag ubuntu evil:2",
    "an image in place of another": "printf 'FROM ubuntu\\nRUN echo x > /x\\n' | docker build -t ubuntu -",
    "a swarm": "docker swarm init --advertise-addr 127.0.0.1; docker service create --detach --name s ubuntu sleep 600",
}


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
def test_what_a_script_leaves_is_taken_away(left: str, bench: RepositoryBench) -> None:
    before = bench.engine_state()
    outcome = bench.grade_files({"tp9/up.sh": f"{left}\n"})
    assert outcome.bring_up is not None
    assert outcome.bring_up.succeeded, outcome.bring_up
    assert outcome.taken_down.removed > 0
    assert outcome.taken_down.left == outcome.taken_down.missing == ()
    assert bench.engine_state() == before


def test_an_image_that_a_script_removed_is_said_to_be_missing(bench: RepositoryBench) -> None:
    bench.engine.docker("build", "--tag", "spare", "-", stdin="FROM ubuntu\nRUN echo spare > /spare\n")
    outcome = bench.grade_files({"tp9/up.sh": "docker rmi spare\n"})
    assert "name spare:latest" in outcome.taken_down.missing


def test_the_next_student_finds_the_engine_as_the_first_one_did(bench: RepositoryBench) -> None:
    bench.grade_files({"tp9/up.sh": "; ".join(LEFT.values()) + "\n"})
    assert bench.grade(bench.repository(HONEST_SCRIPT, "next")).result.mark == 20.0  # type: ignore[union-attr]


def test_the_machines_own_engine_is_refused_by_its_address() -> None:
    empty = EngineState(frozenset(), frozenset(), frozenset(), frozenset())
    with pytest.raises(GraderError, match="this machine's own engine"):
        require_disposable_engine(empty, "unix:///var/run/docker.sock", ("/var/run/docker.sock",), disposable=False)
    require_disposable_engine(empty, "unix:///var/run/docker.sock", ("/var/run/docker.sock",), disposable=True)
    require_disposable_engine(empty, "tcp://docker:2376", ("/var/run/docker.sock",), disposable=False)
