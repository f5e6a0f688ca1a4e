"""The suite of an exercise: its spec and its checks, read from its folder without pytest."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING

from grader.errors import ExerciseError, GraderError
from grader.exercise.messages import read_exercise_messages
from grader.exercise.spec import ExerciseSpec, read_exercise_spec
from grader.messages import Wording
from grader.scoring.check import CheckSpec, spec_of
from grader.scoring.failure_codes import require_known_failures
from grader.scoring.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import CodeType, ModuleType

    from grader.machine.machine import Machine
    from grader.messages import Style, Words
    from grader.scoring.verdict import Outcome


@dataclass(frozen=True)
class Suite:
    folder: Path
    spec: ExerciseSpec
    checks: tuple[Callable[[Machine], None], ...]
    """The check functions, ordered by file and line."""
    messages: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)
    """The exercise's own diagnoses, by code and field."""

    def __post_init__(self) -> None:
        require_known_failures(self.folder, self.messages)

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def check_specs(self) -> tuple[CheckSpec, ...]:
        return tuple(spec for check in self.checks if (spec := spec_of(check)))

    def scorecard(self, outcome: Outcome | None = None) -> Scorecard:
        """A row for each check, with `outcome` for all of them if one is given. Raises `ExerciseError`."""
        style: Style = "compose" if self.spec.compose else ""
        scorecard = Scorecard(
            self.check_specs, self.spec.points, str(self.folder / "exercise.toml"), Wording(style, self.messages)
        )
        for row in scorecard:
            row.outcome = outcome or row.outcome
        return scorecard


def read_suite(folder: Path) -> Suite:
    """The suite in `folder`. Raises `ExerciseError` for an author's mistake."""
    folder = folder.resolve()
    spec = read_exercise_spec(folder)
    checks: list[Callable[[Machine], None]] = []
    for path in sorted(folder.glob("test_*.py")):
        module = _import_module(path)
        own = [value for value in vars(module).values() if callable(value) and spec_of(value) is not None]
        checks += [value for value in own if getattr(value, "__module__", "") == module.__name__]
    suite = Suite(folder, spec, tuple(checks), read_exercise_messages(folder))
    suite.scorecard()  # finds an author's mistakes before any machine is contacted
    return suite


def suite_hash(folder: Path) -> str:
    """SHA-256 of everything that decides a verdict: the exercise spec and the checks."""
    digest = hashlib.sha256()
    for path in sorted([folder / "exercise.toml", *folder.glob("*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


class _UncachedLoader(SourceFileLoader):
    """Bypasses Python's bytecode cache, which compares only a file's size and modification time in seconds.

    With a stale cache, marks would come from another suite than the one whose hash is in the results.
    """

    def get_code(self, _fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _import_module(path: Path) -> ModuleType:
    name = f"grader_suite_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_UncachedLoader(name, str(path)))
    if spec is None or spec.loader is None:
        raise ExerciseError("suite.unreadable", path=path, detail="importlib")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except GraderError:
        raise
    except Exception as error:
        raise unreadable_suite(path, error) from error
    return module


def unreadable_suite(place: object, error: BaseException) -> ExerciseError:
    """The error for a file of checks that cannot be imported."""
    return ExerciseError("suite.unreadable", path=place, detail=f"{type(error).__name__}: {error}")
