"""How a check is declared: what it is worth, what it needs, and its title and hint by language."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec

from grader.checks.failure import CheckFailed
from grader.checks.polling import eventually
from grader.checks.settling import find_facts
from grader.errors import ExerciseError
from grader.messages import LANGUAGES, REQUIRED, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grader.probes.containers.inspect import ContainerFact

P = ParamSpec("P")
_ATTRIBUTE = "__grader_check__"
_SKILL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class Hint(Words):
    """Where to look, never the command that solves the exercise, by language: `Hint(fr="…", en="…")`."""


@dataclass(frozen=True)
class CheckSpec:
    name: str
    points: int
    needs: tuple[Callable[..., None], ...]
    """Checks that must pass, otherwise this one is not run."""
    explained_by: tuple[Callable[..., None], ...]
    """Checks whose failure is the cause of its own."""
    title: Words
    hint: Hint | None
    disposable: bool
    """True if the check breaks things: it runs only on a machine that is declared disposable."""
    skills: tuple[str, ...]
    """Tags of the skills that the check shows: a course has a mark for each."""
    file: str
    line: int

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def causes(self) -> tuple[tuple[str, Callable[..., None]], ...]:
        """The checks that may block this one, each with the argument of `@check` that names it."""
        needed = (("needs", one) for one in self.needs)
        return (*needed, *(("explained-by", one) for one in self.explained_by))


def check(
    *,
    points: int,
    title: Mapping[str, str] | None = None,
    needs: Sequence[Callable[..., None]] = (),
    explained_by: Sequence[Callable[..., None]] = (),
    hint: Hint | None = None,
    disposable: bool = False,
    within_s: float = 0,
    skills: Sequence[str] = (),
    **titles: str,
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Makes a test function a check worth `points`, titled `fr="…"`, `en="…"`, or `title={"fr": "…", "en": "…"}`.

    `needs`: checks of the same exercise, above this one, that must pass before it is run.
    `explained_by`: checks above this one that need not pass, but that explain its failure if they fail too.
    `within_s`: seconds to wait for all that the check expects, while a container of the exercise is still starting.
    `skills`: tags such as `"AC23.02"`, for the marks of a course by skill.
    Raises `ExerciseError` with `file:line` if something is missing.
    """

    def mark(function: Callable[P, None]) -> Callable[P, None]:
        code = function.__code__
        place = (code.co_filename, code.co_firstlineno)
        causes = (tuple(needs), tuple(explained_by))
        given = {**(title or {}), **titles}
        tags = (skills,) if isinstance(skills, str) else tuple(skills)
        words = {name: given[name] for name in dict.fromkeys((*LANGUAGES, *given)) if name in given}
        spec = CheckSpec(function.__name__, points, *causes, words, hint, disposable, tags, *place)
        _validate(spec)
        checked = _waiting(function, within_s) if within_s else function
        setattr(checked, _ATTRIBUTE, spec)
        return checked

    return mark


def _waiting(function: Callable[P, None], within_s: float) -> Callable[P, None]:
    """The check, tried again while a container that it may depend on is still starting."""

    @functools.wraps(function)
    def check_until_it_passes(*args: P.args, **options: P.kwargs) -> None:
        machine: Any = next(iter((*args, *options.values())))
        asserted: AssertionError | None = None

        def judge() -> None:
            nonlocal asserted
            asserted = None
            try:
                function(*args, **options)
            except CheckFailed:
                raise
            except AssertionError as error:  # a bare `assert`: whose failure it is, is judged by where it was raised
                asserted = error
                raise CheckFailed("assertion") from error

        def depends_on() -> Iterator[ContainerFact]:
            return find_facts(*map(machine.container, machine.spec.containers))

        try:
            eventually(machine, judge, within_s=within_s, depends_on=depends_on)
        except CheckFailed:
            if asserted is not None:
                raise asserted from None
            raise

    return check_until_it_passes


def spec_of(function: object) -> CheckSpec | None:
    """The arguments of `@check`; `None` if the function is not a check."""
    spec = getattr(function, _ATTRIBUTE, None)
    return spec if isinstance(spec, CheckSpec) else None


def _validate(spec: CheckSpec) -> None:
    place = {"where": spec.where, "check": spec.name}
    if not isinstance(spec.points, int) or isinstance(spec.points, bool) or spec.points < 1:
        raise ExerciseError("suite.points", **place, given=repr(spec.points))
    for name in (*spec.title, *(spec.hint or ())):
        if name not in LANGUAGES:
            raise ExerciseError("suite.argument", **place, given=repr(name))
    for language in REQUIRED:
        if not spec.title.get(language, "").strip():
            raise ExerciseError("suite.no-title", **place, language=language)
        if spec.hint is not None and not spec.hint.get(language, "").strip():
            raise ExerciseError("suite.no-hint", **place, language=language)
    _validate_skills(spec)
    for argument, cause in spec.causes:
        if spec_of(cause) is None:
            raise ExerciseError(f"suite.{argument}-no-check", **place, given=repr(getattr(cause, "__name__", cause)))


def _validate_skills(spec: CheckSpec) -> None:
    for skill in spec.skills:
        if not isinstance(skill, str) or not _SKILL.fullmatch(skill):
            raise ExerciseError("suite.skill", where=spec.where, check=spec.name, given=repr(skill))
