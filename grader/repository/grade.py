"""A pushed repository from end to end: read, brought up, graded, taken down, and the engine looked at again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import GraderError
from grader.repository.advice import compose_advice, dockerfile_advice
from grader.repository.area import copy_repository, made_area
from grader.repository.bring_up import BringUp, BringUpLimits, bring_up
from grader.repository.check import check_repository
from grader.repository.commit import commit_of
from grader.repository.engine_state import EngineApi, TakenDown, engine_state, require_throw_away, take_down
from grader.repository.paths import is_ordinary_file
from grader.repository.policy import the_policy
from grader.repository.refusal import Findings, Place, Review
from grader.repository.told import with_bring_up, with_mistakes
from grader.repository.wall import Wall, build_wall
from grader.repository.work import Kind, Work, find_work

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from grader.machine.address import EngineAddress
    from grader.reports.results import Advice, ResultFile
    from grader.repository.area import Area

__all__ = ["Graded", "Handin", "Refused", "grade_repository"]


@dataclass(frozen=True, slots=True)
class Handin:
    """One repository to be graded for one exercise."""

    repository: Path
    exercise: str
    """Such as `tp6`: the folder that is looked for."""
    engine: EngineAddress
    disposable: bool = False
    """The engine and its machine are thrown away: a script may run, and the engine need not be empty."""
    image: str = ""
    """The name for an image that is built from a Dockerfile alone."""
    name: str = ""
    """The repository's, for Compose projects that take their name from their folder."""
    areas: Path | None = None
    """Where copies of the work are made: a folder that the engine sees under the same path."""
    usual_sockets: Collection[str] = ("/var/run/docker.sock", "/run/docker.sock")
    """Where this machine's own engine listens."""
    limits: BringUpLimits | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The policy lets nothing be brought up; no engine was asked anything."""

    review: Review


@dataclass(frozen=True, slots=True)
class Graded:
    result: ResultFile
    came_up: BringUp | None
    """`None` where there was nothing that could be brought up."""
    taken_down: TakenDown


def grade_repository(
    handin: Handin, connect: Callable[[], EngineApi], grade: Callable[[], ResultFile]
) -> Graded | Refused:
    """Grades one repository, whatever is in it.

    `connect` gives the engine's API and is called only once the policy has let the repository through; `grade` looks
    at the engine and gives the result. The engine is taken down however this ends. Raises `GraderError` where nobody
    can be graded (no throw-away engine, no wall, our own process failed), and what the client raises.
    """
    with made_area(handin.areas, handin.name) as area:
        review, work = _read(handin, area)
        if review.refused:
            return Refused(review)
        # Before anything of the student's runs: afterwards the copy is what containers made of it.
        advice = _advice(work, area) if work is not None and review.may_be_brought_up else []
        wall = _wall_for(work)
        came_up: BringUp | None = None
        with closing(connect()) as client:
            before = engine_state(client)
            require_throw_away(before, handin.engine.url, handin.usual_sockets, disposable=handin.disposable)
            try:
                if work is not None and review.may_be_brought_up:
                    came_up = bring_up(work, area, handin.engine, wall=wall, image=handin.image, limits=handin.limits)
                result = grade()
            finally:
                taken_down = take_down(client, before)
        if came_up is not None and work is not None:
            result = with_bring_up(result, (work.folder / work.file).as_posix(), came_up)
        elif review.invalid:
            result = with_mistakes(result, review.invalid)
    result = replace(result, commit=commit_of(handin.repository), advice=advice)
    return Graded(result, came_up, taken_down)


def _read(handin: Handin, area: Area) -> tuple[Review, Work | None]:
    findings = Findings(the_policy().rules)
    copy_repository(handin.repository, area, the_policy(), findings)
    work = find_work(area.work, handin.exercise)
    if work is None:
        findings.invalid("nothing-to-bring-up", Place("."), seen=handin.exercise)
    if findings.found or work is None:
        return findings.review(), work
    return check_repository(area.work, work, area.home, scripts=handin.disposable), work


def _wall_for(work: Work | None) -> Wall | None:
    """Behind a wall wherever one can be built; only a script must be."""
    if work is None:
        return None
    try:
        return build_wall()
    except GraderError:
        if work.kind is Kind.SCRIPT:
            raise
        return None


def _advice(work: Work, area: Area) -> list[Advice]:
    folder = area.work / work.folder
    advice = compose_advice(work, area.work, area.home) if work.kind is Kind.COMPOSE else []
    for path in sorted(folder.rglob("Dockerfile")):
        if is_ordinary_file(path) and path.resolve().is_relative_to(area.work):
            advice += dockerfile_advice(path, path.relative_to(area.work).as_posix(), area.home)
    return advice
