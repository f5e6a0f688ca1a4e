"""Which row of a school's own sheet is which student: by what is sure first, and never by a guess between two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.roster.folding import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Keys", "Matching", "match"]

WORD = re.compile(r"\w+")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Keys:
    """What is known of a row or of a student, to find the one by the other. Empty texts are not known."""

    ids: tuple[str, ...] = ()
    email: str = ""
    name: str = ""
    """Whole, first and last name in any order."""

    def sure(self) -> Iterator[Key]:
        """An id as it is written, or an e-mail address."""
        yield from (("id", one) for one in self.ids if one)
        if self.email:
            yield "email", self.email.casefold()

    def likely(self) -> Iterator[Key]:
        """An id whatever its case and accents, or the login that an address starts with."""
        yield from (("id", folded(one)) for one in self.ids if one)
        if self.email:
            yield "id", folded(self.email.partition("@")[0])

    def by_name(self) -> Iterator[Key]:
        """The words of a name, in any order; a single word is too little to go by."""
        words = WORD.findall(folded(self.name))
        if len(words) > 1:
            yield ("name", *sorted(words))


@dataclass(frozen=True)
class Matching:
    student_of: dict[int, int]
    """For the index of a row, the index of its student."""
    unclear: dict[int, str]
    """For the index of a row that was left alone although something fits, why."""


def match(rows: Sequence[Keys], students: Sequence[Keys]) -> Matching:
    """Each row with the one student it must be.

    A row that fits two students, or two rows that fit one student, are left alone: a mark that goes to the
    wrong person is worse than one that goes to nobody.
    """
    student_of: dict[int, int] = {}
    unclear: dict[int, str] = {}
    for keys_of in (Keys.sure, Keys.likely, Keys.by_name):
        free = set(range(len(students))) - set(student_of.values())
        left = [row for row in range(len(rows)) if row not in student_of and row not in unclear]
        found = reached(rows, students, left, free, keys_of)
        claims: dict[int, list[int]] = {}
        for row, fits in found.items():
            if len(fits) > 1:
                unclear[row] = "fits several students"
            else:
                claims.setdefault(fits.pop(), []).append(row)
        for student, claimants in claims.items():
            if len(claimants) == 1:
                student_of[claimants[0]] = student
            else:
                unclear.update(dict.fromkeys(claimants, "fits a student that another row fits too"))
    return Matching(student_of, unclear)


def reached(
    rows: Sequence[Keys],
    students: Sequence[Keys],
    left: Sequence[int],
    free: set[int],
    keys_of: Callable[[Keys], Iterator[Key]],
) -> dict[int, set[int]]:
    """For each row that is `left` and fits anyone, all the `free` students it fits."""
    index: dict[Key, set[int]] = {}
    for student in free:
        for key in keys_of(students[student]):
            index.setdefault(key, set()).add(student)
    fits = {row: set().union(*(index.get(key, set()) for key in keys_of(rows[row]))) for row in left}
    return {row: students for row, students in fits.items() if students}
