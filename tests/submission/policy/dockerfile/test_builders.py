"""What Docker's two builders do with the Dockerfiles of the table: those that reach further are refused beforehand."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lab.engine import docker_client
from tests.lab.process import LabError, run
from tests.submission.connection_counter import ConnectionCounter
from tests.submission.policy.dockerfiles import HONEST, HOSTILE, SINK_URL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab import Engine

pytestmark = pytest.mark.live

BUILDERS = {"buildkit": "1", "classic": "0"}


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A folder with the files that the table's Dockerfiles take."""
    folder = tmp_path / "context"
    folder.mkdir()
    for name in ("app.py", "mon fichier.txt", "site.tar", "site-1.tar"):
        (folder / name).write_text("x\n")
    return folder


class Builds:
    def __init__(self, engine: Engine, context: Path, folder: Path, builder: str) -> None:
        self.engine = engine
        self.context = context
        self.folder = folder
        self.env = engine.env() | {"DOCKER_BUILDKIT": BUILDERS[builder]}
        self.docker = self.client()

    def client(self) -> str:
        """A client that can use this builder: one without buildx, and newer than 20.10, cannot use BuildKit."""
        for candidate in ("/usr/bin/docker", docker_client()):
            if candidate and Path(candidate).exists() and self._can_build(candidate):
                return candidate
        raise LabError("no docker client has BuildKit: on Debian, `apt-get install docker.io`, or `docker-buildx`")

    def _can_build(self, client: str) -> bool:
        answer = run(
            [client, "build", "--quiet", "-"], limit_s=30, env=self.env, check=False, stdin="FROM scratch\nLABEL a=b\n"
        )
        return answer.returncode == 0

    def build(self, name: str, data: bytes, sink: ConnectionCounter) -> tuple[bool, str]:
        """Whether the file is built, and what the client writes about it."""
        file = self.folder / name
        file.write_bytes(data.replace(SINK_URL.encode(), sink.address.encode()))
        done = subprocess.run(
            [self.docker, "build", "--quiet", "--network=none", "--file", str(file), str(self.context)],
            env=self.env,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return done.returncode == 0, (done.stdout + done.stderr).decode("utf-8", "replace")

    def reaches(self, name: str, data: bytes) -> bool:
        with ConnectionCounter() as sink:
            self.build(name, data, sink)
            return bool(sink.connections)


@pytest.mark.parametrize("builder", BUILDERS)
def test_each_file_reaches_the_sink_by_the_builders_that_the_table_names(
    builder: str, engine: Engine, images: Callable[..., None], context: Path, tmp_path: Path
) -> None:
    images("alpine")
    builds = Builds(engine, context, tmp_path, builder)
    with ThreadPoolExecutor(6) as pool:
        reached = list(pool.map(lambda one: builds.reaches(one.name, one.data), HOSTILE))
    assert {one.name for one, it_did in zip(HOSTILE, reached, strict=True) if it_did} == {
        one.name for one in HOSTILE if builder in one.reached_by
    }


@pytest.mark.parametrize("builder", BUILDERS)
def test_each_honest_file_is_built_by_the_builders_that_the_table_names(
    builder: str, engine: Engine, images: Callable[..., None], context: Path, tmp_path: Path
) -> None:
    images("alpine")
    builds = Builds(engine, context, tmp_path, builder)
    expected = [one for one in HONEST if builder in one.built_by]
    with ConnectionCounter() as sink, ThreadPoolExecutor(6) as pool:
        built = list(pool.map(lambda one: builds.build(one.name, one.data, sink), expected))
        assert not sink.connections
    assert not [(one.name, text) for one, (it_was, text) in zip(expected, built, strict=True) if not it_was]
