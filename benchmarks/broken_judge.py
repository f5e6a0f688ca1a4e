"""`python -m benchmarks.broken_judge EXERCISE RECORDINGS [FILE NUMBER]`: a rehearsal from recordings.

With a file of the grader, or of the suite, that is broken in one way: exit code 1 where a verdict or a diagnosis is not
as `expected.toml` has it. Without: the lines that were run, as JSON.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import tempfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

from tests.desk import ROOT
from tests.lab.mutants import broken_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, FrameType, ModuleType

    from _typeshed import TraceFunction


class _Broken(SourceFileLoader):
    number: int

    def get_code(self, fullname: str) -> CodeType:
        """Never from the cache, nor into it."""
        path = self.get_filename(fullname)
        return compile(broken_source(Path(path).read_text(encoding="utf-8"), self.number), path, "exec")


class _Finder:
    """Before all others, for that one module."""

    def __init__(self, path: Path, number: int) -> None:
        self._path = path
        self._number = number
        self._name = ".".join(path.relative_to(ROOT).with_suffix("").parts)

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        loader = _Broken(name, str(self._path))
        loader.number = self._number
        return importlib.util.spec_from_file_location(name, self._path, loader=loader)


def main(exercise: Path, recordings: Path, file: Path | None = None, number: int = 0) -> int:
    with tempfile.TemporaryDirectory(prefix="grader-broken-") as scratch:
        suite = exercise
        if file and exercise in file.parents:
            suite = Path(scratch, exercise.name)
            shutil.copytree(exercise, suite)
            (suite / file.name).write_text(broken_source(file.read_text(encoding="utf-8"), number), encoding="utf-8")
        elif file:
            sys.meta_path.insert(0, _Finder(file, number))
        ran = _Ran(exercise)
        if file is None:
            sys.settrace(ran.look)
        as_expected = _rehearsed(suite, recordings)
        sys.settrace(None)
    if file is None:
        json.dump({path: sorted(lines) for path, lines in ran.lines.items()}, sys.stdout)
    return 0 if as_expected else 1


class _Ran:
    """The lines of the judgement that are run: those of the checks, and of the suite."""

    def __init__(self, exercise: Path) -> None:
        self._places = (f"{ROOT / 'grader' / 'checks'}/", f"{exercise}/")
        self.lines: dict[str, set[int]] = {}

    def look(self, frame: FrameType, _event: str, _arg: object) -> TraceFunction | None:
        path = frame.f_code.co_filename
        if not path.startswith(self._places) or frame.f_code.co_name == "<module>":
            return None
        self.lines.setdefault(path, set()).add(frame.f_lineno)
        return self.look


def _rehearsed(exercise: Path, recordings: Path) -> bool:
    # Imported here, when what is broken is in place.
    from grader.machine.machine import Machine  # noqa: PLC0415
    from grader.machine.recording import read_recording  # noqa: PLC0415
    from grader.machine.replay import Replay  # noqa: PLC0415
    from grader.rehearsal.solution import differences, read_solutions  # noqa: PLC0415
    from grader.scoring.judging import judge_suite  # noqa: PLC0415
    from grader.scoring.suite import read_suite  # noqa: PLC0415

    suite = read_suite(exercise)
    for solution in read_solutions(suite):
        link = Replay(read_recording(recordings / f"{solution.name}.recording"))
        ledger = judge_suite(suite, Machine(link, suite.sheet, ports=solution.ports))
        if differences(solution, ledger):
            return False
    return True


if __name__ == "__main__":
    exercise, recordings, *broken = sys.argv[1:]
    file, number = (Path(broken[0]), int(broken[1])) if broken else (None, 0)
    sys.exit(main(Path(exercise), Path(recordings), file, number))
