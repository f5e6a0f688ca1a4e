"""The judgement of tp2 broken on purpose, in one place at a time: how much of that its rehearsal notices."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure
from grader.rehearsal.solution import read_solutions
from grader.scoring.suite import read_suite
from tests.desk import ROOT
from tests.lab import LabError, wipe
from tests.lab.mutants import mutants_of
from tests.lab.process import say
from tests.recorded import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.setting import Setting
    from tests.lab.mutants import Mutant

__all__ = ["broken"]

EXERCISE: Final = ROOT / "exercises" / "tp2"
_LIMIT_S: Final = 120


def broken(setting: Setting) -> Iterator[Figure]:
    """Solutions are brought up once, and judged from their recordings by each broken judgement."""
    setting.images()
    wipe(setting.engine)
    suite = read_suite(EXERCISE)
    say("bench: recording every solution of tp2…")
    record(suite, read_solutions(suite), setting.engine, setting.place)
    whole = _judge(setting.place)
    if whole.returncode:
        raise LabError(f"the solutions are not judged as expected even by what is not broken: {whole.stderr}")
    ways = [
        (Path(path), mutant)
        for path, lines in json.loads(whole.stdout).items()
        for mutant in mutants_of(Path(path).read_text(encoding="utf-8"))
        if mutant.line in lines
    ]
    say(f"bench: judging by {len(ways)} broken judgements…")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        caught = list(pool.map(lambda way: _is_caught(setting.place, *way), ways))
    for (path, mutant), is_caught in zip(ways, caught, strict=True):
        if not is_caught:
            say(f"  not noticed: {path.relative_to(ROOT)}:{mutant.line} {mutant.what}")
    in_suite = [is_caught for (path, _), is_caught in zip(ways, caught, strict=True) if EXERCISE in path.parents]
    yield Figure("places of the suite itself broken, one at a time", len(in_suite))
    yield Figure("of these, noticed by the rehearsal", sum(in_suite), aim="all")
    yield Figure("places of its vocabulary broken (a condition, a refusal, a call)", len(ways) - len(in_suite))
    yield Figure(
        "of these, noticed by the rehearsal",
        sum(caught) - sum(in_suite),
        note="most others: right answers of another kind, other engines, words alone",
    )


def _is_caught(recordings: Path, path: Path, mutant: Mutant) -> bool:
    try:
        return _judge(recordings, str(path), str(mutant.number)).returncode != 0
    except subprocess.TimeoutExpired:
        return True  # it waits for ever: that is noticed, too


def _judge(recordings: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.broken_judge", str(EXERCISE), str(recordings), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
