"""A check that is broken on purpose is detected by a recording, and restored afterwards."""

from __future__ import annotations

import gc
from pathlib import Path

from grader.checks.http import sites
from tests.lab.mutants import mutants_of
from tests.replays.mutation import run_mutant
from tests.replays.replay import judge_recording, replay_differences
from tests.replays.stored_recording import read_stored

NAME = "tp2/wrong/port-reversed"
SITES = Path(sites.__file__)


def test_a_refusal_that_is_left_out_is_noticed() -> None:
    kept = read_stored(NAME)
    [refusal] = [one for one in mutants_of(SITES.read_text("utf-8")) if "port-reversed" in one.description]
    tried = run_mutant(SITES, refusal, {NAME: kept})
    assert tried
    assert tried.caught_by == NAME
    assert not replay_differences(kept, judge_recording(kept))


def test_what_no_recording_shows_is_not_noticed() -> None:
    kept = read_stored("tp2/reference")
    [refusal] = [one for one in mutants_of(SITES.read_text("utf-8")) if "port-reversed" in one.description]
    tried = run_mutant(SITES, refusal, {"tp2/reference": kept})
    assert tried
    assert not tried.caught_by


def test_functions_that_the_garbage_collector_leaves_alone_are_broken_too() -> None:
    gc.freeze()
    test_a_refusal_that_is_left_out_is_noticed()
