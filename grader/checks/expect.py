"""`expect(...)`, which every check calls first."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any, TypeVar, overload

import grader.checks
from grader.checks.expectation import Expectation
from grader.checks.failure import judge_each
from grader.machine.subjects import ChangingSubject, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Expectation", "expect"]

ExpectationT = TypeVar("ExpectationT")

# Every module of the folder, so that a new kind of subject needs no line here.
for _module in pkgutil.walk_packages(grader.checks.__path__, "grader.checks."):
    importlib.import_module(_module.name)


@overload
def expect(
    subject: ChangingSubject[ExpectationT], *others: ChangingSubject[ExpectationT], within_s: float = 0
) -> ExpectationT: ...
@overload
def expect(subject: Subject[ExpectationT], *others: Subject[ExpectationT]) -> ExpectationT: ...
def expect(subject: Subject[Any], *others: Subject[Any], within_s: float = 0) -> Any:
    """What can be expected of `subject`, and of each of `others`: a failure names all of them that fail.

    `within_s`: seconds to wait, while something is still starting.
    """
    if within_s and not isinstance(subject, ChangingSubject):
        raise TypeError(f"a {type(subject).__name__} does not change by itself: expect it without within_s")
    expectations = [Expectation.by_name[one.expectation_name](one, within_s) for one in (subject, *others)]
    return _EachExpectation(expectations) if others else expectations[0]


class _EachExpectation:
    """The same expectation of several subjects."""

    def __init__(self, expectations: list[Expectation]) -> None:
        self._expectations = expectations

    def __getattr__(self, name: str) -> Callable[..., None]:
        def judge_all(*args: object, **options: object) -> None:
            judge_each(self._expectations, lambda one: getattr(one, name)(*args, **options))

        return judge_all
