"""The image of the `Containerfile`: built without a network, without a solution, and as exact as the native grader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import read_solutions
from grader.machine.transport.engine_address import EngineAddress
from grader.reports.result import read_result
from grader.scoring.suite import read_suite
from tests.lab.grader_image import BASE, IMAGE, SOCKET, build_grader_image, give_to_student, grade_in_container
from tests.lab.image_recordings import comparable_recordings, judge_in_container
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.commands.rehearse.solution import Solution
    from tests.lab import Engine, Lab
    from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.long]
MOST_BYTES: Final = 100_000_000
SOLUTIONS: Final = (
    *((exercise, "reference") for exercise in ("tp1", "tp2", "tp3", "tp4", "tp5", "tp6", "tp7")),
    ("tp1", "left-overs"),
    ("tp2", "port-reversed"),
    ("tp2", "mount-mistyped"),
    ("tp6", "file-is-not-what-runs"),
)


@pytest.fixture(scope="module")
def image(shared_engine: Engine, lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    build_grader_image(shared_engine, lab, tmp_path_factory.mktemp("source"))
    yield IMAGE
    shared_engine.docker("rmi", "--force", IMAGE)
    shared_engine.docker("image", "prune", "--force")


def test_it_is_small_and_has_no_solution(engine: Engine, image: str) -> None:
    sizes = [int(engine.docker("inspect", "--format", "{{.Size}}", name).stdout) for name in (image, BASE)]
    assert sizes[0] - sizes[1] < MOST_BYTES
    names = engine.docker("run", "--rm", "--entrypoint", "find", image, "/", "-xdev").stdout.splitlines()
    assert "/exercises/tp6/material/todos/api/Dockerfile" in names
    assert [name for name in names if "/solutions/" in name or name.startswith("/source")] == []


def test_a_run_compiles_nothing(student: StudentShell, image: str) -> None:
    """`docker run --rm` forgets what it compiles, and compiling takes longer than all else before the first verdict."""
    student.do_tp2()
    engine, mount = student.engine, f"{student.engine.url.removeprefix('unix://')}:{SOCKET}"
    options = ["--name", "grader", "--network", "host", "-v", mount]
    done = engine.docker("run", *options, image, "tp2", "--results=out", "--lang=en", check=False)
    assert "results in out" in done.stdout
    changed = engine.docker("diff", "grader").stdout.splitlines()
    assert "A /out/tp2" in changed
    assert [line for line in changed if line.endswith(".pyc")] == []


def test_every_recording_is_judged_in_it_as_natively(engine: Engine, image: str, tmp_path: Path) -> None:
    """On a musl or a slim base the same answers of a machine give the same verdicts; no network is needed for it."""
    judged = list(judge_in_container(engine, tmp_path, comparable_recordings()))
    differs = {one.name: (one.native, one.container) for one in judged if one.container != one.native}
    assert differs == {}
    assert len(judged) > 500


def expected_verdicts(solution: Solution, names: list[str]) -> dict[str, str]:
    expected = solution.expected
    failed = {name: f"failed {code}" for name, code in expected.failed.items()}
    return dict.fromkeys(names, "passed") | dict.fromkeys(expected.blocked, "blocked") | failed


@pytest.mark.parametrize("solution_name", SOLUTIONS, ids="/".join)
def test_its_verdicts_are_those_of_the_native_grader(
    solution_name: tuple[str, str],
    engine: Engine,
    image: str,
    images: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is expected of each solution is what `grader rehearse` proves for the native grader."""
    exercise, name = solution_name
    for variable, value in engine.settings().items():
        monkeypatch.setenv(variable, value)
    suite = read_suite(ROOT / "exercises" / exercise)
    images(*suite.spec.images)
    solution = next(one for one in read_solutions(suite) if one.name == name)
    stage = RehearsalEngine(EngineAddress(engine.url, engine.url))
    try:
        with stage.bring_up(solution, suite) as brought_up:
            work = brought_up.folder / "work"
            give_to_student(work)
            options = ("--lang=en", "--disposable", "--results=out", "--student=zoe")
            done = grade_in_container(engine, brought_up.folder, exercise, *options)
            assert done.exit_code == (0 if solution.is_reference else 1), done.out
            assert done.first_verdict_s is not None
            result = read_result(work / "out" / exercise / "zoe.json")
    finally:
        stage.close()
    code = {row.id: f" {row.diagnosis.code}" for row in result.checks if row.verdict == "failed" and row.diagnosis}
    seen = {row.id: row.verdict + code.get(row.id, "") for row in result.checks}
    assert seen == expected_verdicts(solution, [spec.name for spec in suite.check_specs])
    assert f"{result.points}/20" in done.out, done.out
