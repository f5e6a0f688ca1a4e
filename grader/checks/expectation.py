"""The base of every `…Expectation`: what can be expected of one kind of subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from grader.machine.subjects import Subject


class Expectation:
    """A subclass says which kind it is for: `_subject: Network`. `Network` in turn names the subclass."""

    by_name: ClassVar[dict[str, type[Expectation]]] = {}
    _subject: Subject[Expectation]

    def __init__(self, subject: Subject[Expectation], within_s: float = 0) -> None:
        self._subject = subject
        self._within_s = within_s

    def __init_subclass__(cls) -> None:
        Expectation.by_name[cls.__name__] = cls
