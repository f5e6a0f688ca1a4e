"""All recordings below a folder judged again: what changes, said, and on request written."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ExerciseError, GraderError
from grader.machine.text import visible
from grader.regrade.again import Again, Unreadable, judge_again
from grader.reports.files import write_reports_at
from grader.reports.results import Regrade
from grader.reports.signature import KEY_VARIABLE, SIGNATURE, sign, signing_key
from grader.scoring.suite import suite_hash

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.messages import Language
    from grader.scoring.suite import Suite

__all__ = ["Regraded", "regrade", "signed_folder", "write"]


@dataclass
class Regraded:
    suite: Suite
    sha256: str
    judged: int = 0
    seconds: float = 0.0
    others: list[Again] = field(default_factory=list)
    """Those that come out otherwise, and that the recording tells whole."""
    untold: list[Again] = field(default_factory=list)
    """Those of which the recording does not tell enough for today's suite."""
    unreadable: list[Unreadable] = field(default_factory=list)
    no_results: list[ExerciseError] = field(default_factory=list)
    """Recordings whose result cannot be read: it must not be written over, and is the author's to move away."""


def regrade(folder: Path, suite: Suite) -> Regraded:
    """Judges every recording of the suite's exercise below `folder`, in this process."""
    done = Regraded(suite, suite_hash(suite.folder))
    began = time.monotonic()
    for path in sorted(folder.glob("**/*.recording")):
        try:
            again = judge_again(suite, path, done.sha256)
        except ExerciseError as error:
            done.no_results.append(error)
            continue
        if isinstance(again, Unreadable):
            done.unreadable.append(again)
            continue
        if again is None:
            continue
        done.judged += 1
        if not again.is_whole:
            done.untold.append(again)
        elif again.is_other:
            done.others.append(again)
    done.seconds = time.monotonic() - began
    return done


def signed_folder(folder: Path, environ: Mapping[str, str]) -> tuple[Path, bytes] | None:
    """The folder whose signature covers `folder`, and the key to sign again; `None` where nothing is signed.

    Raises `GraderError` without the key: results that are written must not look as if they had been tampered with.
    """
    place = folder.resolve()
    signed = next((one for one in (place, *place.parents[:2]) if (one / SIGNATURE).is_file()), None)
    key = signing_key(environ)
    if signed is None:
        return None
    if key is None:
        raise GraderError(f"the results in {signed} are signed: set {KEY_VARIABLE}, to sign again what is written")
    return signed, key


def write(regraded: Regraded, reason: str, language: Language, signed: tuple[Path, bytes] | None = None) -> None:
    """Writes what changes in place of the results before, the reason and the mark before kept in them.

    What a recording does not tell whole is left as it was.
    """
    at = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    written: list[Path] = []
    for again in regraded.others:
        before = again.before
        kept = Regrade(
            at=at,
            reason=visible(reason.strip(), 500),
            mark_before=before.mark if before else None,
            suite_before=before.suite.sha256 if before else "",
            grader_before=before.grader if before else "",
        )
        path = again.path.with_suffix(".json")
        write_reports_at(msgspec.structs.replace(again.now, regraded=[*again.now.regraded, kept]), path, language)
        written += [path.resolve(), path.with_suffix(".xml").resolve()]
    if signed:
        sign(*signed, written)
