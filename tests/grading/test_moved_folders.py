"""What honest students write, on a real engine: mounts inside mounts, their own computer's paths, files as secrets."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.grading.repository import grade_and_write
from grader.scoring.suite import read_suite
from tests.submission.policy.corpus import documents
from tests.submission.repositories import request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.reports.result import ResultFile
    from tests.submission.repositories import RepositoryBench

pytestmark = [pytest.mark.live, pytest.mark.long]

ROOT = Path(__file__).parents[2]
BOX = Path(__file__).parents[1] / "submission" / "exercises" / "tp10"
SERVICE = """\
name: box
services:
  box:
    image: ubuntu
    init: true
    command: sleep 600
    volumes: ["./data:/data"]
"""
DATA = {"tp10/data/k": "k"}


def graded(bench: RepositoryBench, files: Mapping[str, str], exercise: Path = BOX) -> tuple[int, ResultFile]:
    root = bench.repository(files, "e2301234")
    asked = request(root, bench.engine.url, exercise=exercise)
    code = grade_and_write(asked, read_suite(exercise), bench.folder / "results", "en", {})
    return code, bench.result(exercise.name)


def failed(result: ResultFile) -> dict[str, str]:
    """The diagnosis of each check that failed."""
    return {
        check.id: check.diagnosis.code if check.diagnosis else ""
        for check in result.checks
        if check.verdict == "failed"
    }


SHARED = """\
  reader:
    image: ubuntu
    init: true
    volumes: [".:/app", "./conf/a.txt:/a.txt:ro"]
    command: ["bash", "-c", "test -f /app/data/k && test -f /app/data/new && test -f /a.txt && sleep 600"]
    depends_on: {writer: {condition: service_completed_successfully}}
  writer:
    image: ubuntu
    volumes: ["./data:/d"]
    command: touch /d/new
"""
BUILT = SERVICE.replace("image: ubuntu", "build: image")
GRANTED = """\
    secrets: [s]
    configs: [c]
secrets: {s: {file: ./s.txt}}
configs: {c: {content: "inline"}}
"""
HONEST = {
    "a code folder around the data": (SERVICE.replace('"./data:/data"', '".:/app", "./data:/data"'), DATA),
    "one folder seen by several services": (SERVICE + SHARED, {**DATA, "tp10/conf/a.txt": "a"}),
    "a folder that is not there yet below one that is read-only": (
        SERVICE.replace('"./data:/data"', '".:/ro:ro", ".:/rw", "./data:/data", "./new/er:/new"'),
        DATA,
    ),
    "a secret and a config": (SERVICE + GRANTED, {**DATA, "tp10/s.txt": "s"}),
    "a secret inside a mounted folder": (
        SERVICE.replace('"./data:/data"', '".:/app", "./data:/data"') + GRANTED,
        {**DATA, "tp10/s.txt": "s"},
    ),
    "a low port": (SERVICE + '    ports: ["81:80"]\n', DATA),
    "a Dockerfile in lower case": (BUILT, {**DATA, "tp10/image/dockerfile": "FROM ubuntu\n"}),
    "one's own registry": (
        BUILT.replace("build: image", "build: image\n    image: registry.example.invalid:5000/zoe/box"),
        {**DATA, "tp10/image/Dockerfile": "FROM ubuntu\n"},
    ),
    "a default capability": (SERVICE + "    cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE]\n", DATA),
    "a volume bound to a folder": (
        SERVICE.replace('"./data:/data"', '"v1:/data"')
        + "volumes: {v1: {driver: local, driver_opts: {type: none, o: bind, device: ./data}}}\n",
        DATA,
    ),
    "a volume bound to a folder inside a mounted one": (
        SERVICE.replace('"./data:/data"', '".:/app", "v1:/data"')
        + "volumes: {v1: {driver: local, driver_opts: {type: none, o: bind, device: ./data}}}\n",
        DATA,
    ),
}


@pytest.mark.parametrize(("compose", "files"), HONEST.values(), ids=HONEST)
def test_honest_work_earns_all_its_points(compose: str, files: dict[str, str], bench: RepositoryBench) -> None:
    before = bench.engine_state()
    code, result = graded(bench, {"tp10/compose.yaml": compose, **files})
    assert (code, result.points) == (0, 20), failed(result)
    assert bench.engine_state() == before


@pytest.mark.parametrize("source", ["/home/zoe/box/data", "C:\\Users\\zoe\\box\\data", "~/box/data"])
def test_a_folder_of_ones_own_computer_costs_what_is_asked_of_it(source: str, bench: RepositoryBench) -> None:
    compose = SERVICE.replace('"./data:/data"', f"'{source}:/data'")
    code, result = graded(bench, {"tp10/compose.yaml": compose, **DATA})
    assert failed(result) == {"test_folder_is_mounted": "mount-on-own-computer"}
    assert (code, result.points) == (1, 15)
    message = next(check.message for check in result.checks if check.verdict == "failed")
    assert message is not None
    assert "exists only on your computer" in message["en"]
    assert source.replace("C:", "/c").replace("\\", "/") in message["fr"]


def test_the_lectures_own_file_earns_what_it_deserves(bench: RepositoryBench, images: Callable[..., None]) -> None:
    """It mounts `/home/zoe/todos/mongo/db`: what the handout asks of that folder is lost, and nothing else."""
    images("mvertes/alpine-mongo", "python:alpine")
    lecture = next(one for one in documents("honest") if one.name == "the-lecture-with-its-absolute-path")
    root = bench.repository({"tp6/docker-compose.yml": f"name: todos\n{lecture.text}"}, "e2301234")
    for part in ("api", "app"):
        shutil.copytree(ROOT / "exercises" / "material" / "todos" / part, root / "tp6" / part)
    code, result = graded(bench, {}, ROOT / "exercises" / "tp6")
    assert failed(result) == {"test_data_is_in_the_folder": "mount-on-own-computer"}
    assert {check.id for check in result.checks if check.verdict == "blocked"} == {"test_todo_survives_down_and_up"}
    assert (code, result.points) == (1, 15)


MISSING = {
    "network": ("    networks: [n]\nnetworks: {n: {external: true}}\n", "declared as external, but could not be found"),
    "config": ("    configs: [c]\nconfigs: {c: {external: true}}\n", "unsupported external config"),
    "variable": ("    secrets: [s]\nsecrets: {s: {environment: MOT_DE_PASSE}}\n", "MOT_DE_PASSE"),
}


@pytest.mark.parametrize(("rest", "words"), MISSING.values(), ids=MISSING)
def test_what_compose_misses_is_a_mistake_in_its_own_words(rest: str, words: str, bench: RepositoryBench) -> None:
    code, result = graded(bench, {"tp10/compose.yaml": SERVICE + rest, **DATA})
    first = result.checks[0]
    assert code == 1
    assert first.diagnosis is not None
    assert first.diagnosis.code == "bring-up-failed"
    assert any(words in line for line in first.evidence), first.evidence


def test_no_message_has_a_path_of_this_computer(bench: RepositoryBench) -> None:
    mount = "{type: bind, source: ./missing, target: /m, bind: {create_host_path: false}}"
    compose = SERVICE.replace('"./data:/data"', f'".:/app", {mount}')
    _, result = graded(bench, {"tp10/compose.yaml": compose, **DATA})
    shown = str(result.checks)
    assert "bind source path does not exist: tp10/missing" in shown
    assert "/grader-" not in shown
    assert "mounts/0" not in shown


@pytest.mark.parametrize("kind", ["network", "volume"])
def test_what_somebody_else_has_left_on_the_engine_is_refused(kind: str, bench: RepositoryBench) -> None:
    bench.engine.docker(kind, "create", "theirs")
    section = f"{kind}s: {{theirs: {{external: true}}}}\n"
    use = "    networks: [theirs]\n" if kind == "network" else ""
    compose = SERVICE.replace('"./data:/data"', '"theirs:/data"') if kind == "volume" else SERVICE
    code, result = graded(bench, {"tp10/compose.yaml": compose + use + section, **DATA})
    assert code == 7
    assert result.reason is not None
    assert f"[external-{kind}]" in result.reason["en"]
