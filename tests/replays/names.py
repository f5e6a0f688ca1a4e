"""What is recorded, by name: `tp2/reference`, `tp2/wrong/port-reversed`, `tp2/right/earns-every-point-mount`."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.commands.rehearse.solution import read_solutions
from grader.errors import ExerciseError
from grader.exercise.find import find_exercise
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.commands.rehearse.solution import Solution

_RIGHT: Final = "tests/exercises/*right_in_another_way*.py"


@dataclass(frozen=True)
class Selection:
    solutions: tuple[str, ...]
    tests: tuple[str, ...]
    """Node ids of tests of other right answers."""


def solution_name(solution: Solution) -> str:
    """`tp2/wrong/port-reversed`: the folder's path without the common part."""
    exercise = next(parent for parent in solution.folder.parents if parent.name == "solutions").parent
    return f"{exercise.name}/{solution.folder.relative_to(exercise / 'solutions').as_posix()}"


def test_recording_name(exercise: str, node_id: str) -> str:
    """`tp2/right/earns-every-point-mount`."""
    return f"{exercise}/right/{_slug(exercise, node_id)}"


def _slug(exercise: str, node_id: str) -> str:
    function = node_id.partition("::")[2].removeprefix("test_").removeprefix(f"{exercise}_")
    function = function.replace("earns_every_point", "")
    return re.sub("[^a-z0-9]+", "-", function.lower()).strip("-")


def solution_names() -> list[str]:
    """Of all exercises, each exercise's reference first."""
    folders = sorted(path.parent for path in ROOT.glob("exercises/tp*/exercise.toml"))
    return [solution_name(one) for folder in folders for one in read_solutions(read_suite(find_exercise(folder)))]


def solution_hash(name: str) -> str:
    """SHA-256 of what is brought up: the solution's files, except for its expected verdicts, and the material."""
    exercise, _, below = name.partition("/")
    folder = ROOT / "exercises" / exercise
    digest = hashlib.sha256()
    for base in (folder / "solutions" / below, folder / "material"):
        for path in sorted(one for one in base.rglob("*") if one.is_file() and one.name != "expected.toml"):
            if "__pycache__" not in path.parts:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _right_tests() -> list[str]:
    """Node ids of the tests of other right answers, as pytest collects them."""
    files = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(_RIGHT))]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    # pytest prints them relative to the folder of its settings.
    return [f"tests/{line}" for line in done.stdout.splitlines() if "::" in line]


def select_recordings(names: Sequence[str]) -> Selection:
    """The recordings at or below one of `names`; all if it is empty.

    Raises `ExerciseError` for a name that matches nothing.
    """
    solutions, tests = solution_names(), _right_tests()
    if not names:
        return Selection(tuple(solutions), tuple(tests))
    by_name = {name: test for test in tests for name in possible_names(test)}
    unknown = [name for name in names if not any(_is_below(one, name) for one in (*solutions, *by_name))]
    if unknown:
        raise ExerciseError(f"nothing is called {' or '.join(unknown)}; wanted such as tp2/wrong/port-reversed or tp2")
    return Selection(
        tuple(one for one in solutions if any(_is_below(one, name) for name in names)),
        tuple(dict.fromkeys(test for one, test in by_name.items() if any(_is_below(one, name) for name in names))),
    )


def _is_below(name: str, prefix: str) -> bool:
    return f"{name}/".startswith(f"{prefix.rstrip('/')}/")


def possible_names(test: str) -> list[str]:
    """The names that a test's recording may have: its exercise is only certain once the test has graded."""
    file = test.partition("::")[0]
    numbers = re.findall(r"tp(\d)", test) or re.findall(r"\d", file)
    return [test_recording_name(f"tp{number}", test) for number in dict.fromkeys(numbers)]
