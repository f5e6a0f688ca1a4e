"""How a check is declared: what it is worth, what it needs, and its words in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec

from grader.errors import ExerciseError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

P = ParamSpec("P")
_ATTRIBUTE = "__grader_check__"


@dataclass(frozen=True)
class Hint:
    """Where to look, never the command that solves the exercise."""

    fr: str
    en: str


@dataclass(frozen=True)
class CheckSpec:
    name: str
    points: int
    needs: tuple[Callable[..., None], ...]
    """Checks without which it is not even tried."""
    explained_by: tuple[Callable[..., None], ...]
    """Checks whose failure is the cause of its own."""
    fr: str
    en: str
    hint: Hint | None
    disposable: bool
    """True where the check must break things: it runs only on a machine that is declared disposable."""
    file: str
    line: int

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def causes(self) -> tuple[tuple[str, Callable[..., None]], ...]:
        """The checks that may block this one, each after the words that say how."""
        needed = (("needs", one) for one in self.needs)
        return (*needed, *(("is explained by", one) for one in self.explained_by))


def check(
    *,
    points: int,
    fr: str,
    en: str,
    needs: Sequence[Callable[..., None]] = (),
    explained_by: Sequence[Callable[..., None]] = (),
    hint: Hint | None = None,
    disposable: bool = False,
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Makes a test function a check worth `points`, titled `fr` and `en`.

    `needs`: checks of the same exercise, written above this one, without which it cannot pass for the same cause.
    `explained_by`: such without which it can pass, but whose failure, if it fails too, is the cause of it.
    Raises `ExerciseError` with `file:line` where something is missing.
    """

    def mark(function: Callable[P, None]) -> Callable[P, None]:
        code = function.__code__
        place = (code.co_filename, code.co_firstlineno)
        causes = (tuple(needs), tuple(explained_by))
        spec = CheckSpec(function.__name__, points, *causes, fr, en, hint, disposable, *place)
        _validate(spec)
        setattr(function, _ATTRIBUTE, spec)
        return function

    return mark


def spec_of(function: object) -> CheckSpec | None:
    """What `@check` said of a function; `None` where it is no check."""
    spec = getattr(function, _ATTRIBUTE, None)
    return spec if isinstance(spec, CheckSpec) else None


def _validate(spec: CheckSpec) -> None:
    if not isinstance(spec.points, int) or isinstance(spec.points, bool) or spec.points < 1:
        raise ExerciseError(f"{spec.where}: {spec.name} is worth {spec.points!r}, wanted whole points, at least 1")
    for language, title in (("fr", spec.fr), ("en", spec.en)):
        if not title.strip():
            raise ExerciseError(f"{spec.where}: {spec.name} has no {language}= title, wanted one in each language")
    if spec.hint and not (spec.hint.fr.strip() and spec.hint.en.strip()):
        raise ExerciseError(f"{spec.where}: the hint of {spec.name} is empty, wanted it in French and in English")
    for word, cause in spec.causes:
        if spec_of(cause) is None:
            shown = getattr(cause, "__name__", cause)
            raise ExerciseError(f"{spec.where}: {spec.name} {word} {shown!r}, wanted a check (a function with @check)")
