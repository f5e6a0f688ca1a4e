"""Breaks the checks on purpose, in one place at a time, and counts how many of these mutants the recordings detect.

A broken function replaces the original one in this process, so that a mutant costs only the replays that run
its line.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Final

import pytest

from tests.lab.mutants import broken_source, mutants_of
from tests.lab.process import LabError
from tests.replays.replay import judge_recording, load_suite, replay_differences
from tests.replays.stored_recording import read_stored, recorded_names
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from _typeshed import TraceFunction

    from tests.lab.mutants import Mutant
    from tests.replays.stored_recording import StoredRecording

_LIMIT_S: Final = 20
"""Seconds for one replay: one that waits forever is detected, too."""
_TESTS_S: Final = 120


@dataclass(frozen=True)
class MutantResult:
    path: Path
    mutant: Mutant
    caught_by: str
    """The recording with another outcome; empty if there is none."""


@dataclass
class _LineTracer:
    """The lines of the checks that each recording runs."""

    places: tuple[str, ...]
    lines: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    name: str = ""

    def trace(self, frame: FrameType, _event: str, _arg: object) -> TraceFunction | None:
        path = frame.f_code.co_filename
        if not path.startswith(self.places) or frame.f_code.co_name == "<module>":
            return None
        names = self.lines.setdefault((path, frame.f_lineno), [])
        if self.name not in names[-1:]:
            names.append(self.name)
        return self.trace


class _ReplayTimeout(BaseException):
    """No `Exception`, since those are judged."""


def run_mutants(exercise: str, every: int = 1) -> list[MutantResult]:
    """Breaks the suite of `exercise` and the checks that its recordings run: each place, or one in `every`."""
    kept = {name: read_stored(name) for name in recorded_names() if name.startswith(f"{exercise}/")}
    suite = load_suite(exercise)
    ran = _LineTracer((f"{ROOT / 'grader' / 'checks'}/", f"{suite.folder}/"))
    for name, one in kept.items():
        ran.name = name
        sys.settrace(ran.trace)
        scorecard = judge_recording(one)
        sys.settrace(None)
        if replay_differences(one, scorecard):
            raise LabError(f"{name} is not judged as expected even by what is not broken")
    paths = sorted({path for path, _ in ran.lines})
    tried = [
        run_mutant(ROOT / path, mutant, {name: kept[name] for name in ran.lines[path, mutant.line]})
        for path in paths
        for mutant in mutants_of((ROOT / path).read_text(encoding="utf-8"))[::every]
        if (path, mutant.line) in ran.lines
    ]
    return [one for one in tried if one is not None]


def run_mutant(path: Path, mutant: Mutant, by: dict[str, StoredRecording]) -> MutantResult | None:
    """Whether one of the recordings `by` detects it; `None` for a line outside of all imported functions."""
    source = path.read_text(encoding="utf-8")
    with _function_replaced(
        path, compile(broken_source(source, mutant.number), str(path), "exec"), mutant.line
    ) as is_in_place:
        if not is_in_place:
            return None
        return MutantResult(path, mutant, next((name for name, one in by.items() if _is_caught(one)), ""))


def _is_caught(kept: StoredRecording) -> bool:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _ReplayTimeout

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(_LIMIT_S)
    try:
        return bool(replay_differences(kept, judge_recording(kept)))
    except _ReplayTimeout:
        return True
    finally:
        signal.alarm(0)


def is_caught_by_tests(path: Path, mutant: Mutant) -> bool:
    """Whether the module's own tests detect it; in a separate process, so that nothing of it stays."""
    package = ROOT / "grader"
    if not path.is_relative_to(package):
        return False  # a suite's own file: its solutions are its tests
    tests = ROOT / "tests" / path.relative_to(package).with_name(f"test_{path.name}")
    if not tests.is_file():
        return False
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = _tests_with(path, mutant, tests)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def _tests_with(path: Path, mutant: Mutant, tests: Path) -> int:
    signal.alarm(_TESTS_S)  # ends a test that waits forever, which counts as detected
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    source = path.read_text(encoding="utf-8")
    with _function_replaced(path, compile(broken_source(source, mutant.number), str(path), "exec"), mutant.line):
        return int(pytest.main([str(tests), "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]))


@contextmanager
def _function_replaced(path: Path, module: CodeType, line: int) -> Iterator[bool]:
    """Gives the outermost function around `line` its code from `module`; yields whether it was found."""
    functions = [one for one in _functions_of(str(path)) if _holds(one.__code__, line)]
    codes = {code.co_qualname: code for code in _codes(module)}
    whole = [(one, one.__code__) for one in functions if one.__code__.co_qualname in codes]
    for one, code in whole:
        # The statement removed may have been the only use of `super()`: the function still has its cell for that.
        one.__code__ = codes[code.co_qualname].replace(co_freevars=code.co_freevars)
    try:
        yield bool(whole)
    finally:
        for one, code in whole:
            one.__code__ = code


def _functions_of(path: str) -> Iterator[FunctionType]:
    """All functions of the file, including methods, properties and decorated ones."""
    gc.unfreeze()  # `gc.get_objects` leaves out what was frozen
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename == path:
            yield one


def _holds(code: CodeType, line: int) -> bool:
    """Whether `line` is in a function of a module or of a class, the functions in it included."""
    return "<locals>" not in code.co_qualname and line in {
        number for one in (code, *_codes(code)) for _, _, number in one.co_lines() if number
    }


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)
