"""`expect(...)`, which every check calls first."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, TypeVar, overload

import grader.checks
from grader.checks.expectation import Expectation
from grader.machine.subjects import ChangingSubject, Subject

__all__ = ["Expectation", "expect"]

ExpectationT = TypeVar("ExpectationT")

# Every module of the folder, so that a new kind of subject needs no line here.
for _module in pkgutil.walk_packages(grader.checks.__path__, "grader.checks."):
    importlib.import_module(_module.name)


@overload
def expect(subject: ChangingSubject[ExpectationT], *, within_s: float = 0) -> ExpectationT: ...
@overload
def expect(subject: Subject[ExpectationT]) -> ExpectationT: ...
def expect(subject: Subject[Any], *, within_s: float = 0) -> Any:
    """What can be expected of `subject`. `within_s`: seconds to wait, while something is still starting."""
    if within_s and not isinstance(subject, ChangingSubject):
        raise TypeError(f"a {type(subject).__name__} does not change by itself: expect it without within_s")
    return Expectation.by_name[subject.expectation_name](subject, within_s)
