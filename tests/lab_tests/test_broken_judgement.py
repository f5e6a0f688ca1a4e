"""A check that is broken on purpose is noticed by a recording, and is whole again afterwards."""

from __future__ import annotations

from pathlib import Path

from grader.checks import sites
from tests.lab.mutants import mutants_of
from tests.replays.broken import try_mutant
from tests.replays.files import read_kept
from tests.replays.judged import judged, wrong_in

NAME = "tp2/wrong/port-reversed"
SITES = Path(sites.__file__)


def test_a_refusal_that_is_left_out_is_noticed() -> None:
    kept = read_kept(NAME)
    [refusal] = [one for one in mutants_of(SITES.read_text("utf-8")) if "port-reversed" in one.what]
    tried = try_mutant(SITES, refusal, {NAME: kept})
    assert tried
    assert tried.caught_by == NAME
    assert not wrong_in(kept, judged(kept))


def test_what_no_recording_shows_is_not_noticed() -> None:
    kept = read_kept("tp2/reference")
    [refusal] = [one for one in mutants_of(SITES.read_text("utf-8")) if "port-reversed" in one.what]
    tried = try_mutant(SITES, refusal, {"tp2/reference": kept})
    assert tried
    assert not tried.caught_by
