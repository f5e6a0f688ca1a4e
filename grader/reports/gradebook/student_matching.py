"""Matches the rows of a school's sheet with students: by certain keys first, and never by a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.text.folding import fold_case_and_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WORD = re.compile(r"\w+")
MatchKey = tuple[str, ...]


@dataclass(frozen=True)
class MatchKeys:
    """What identifies a row or a student. Empty texts are unknown."""

    ids: tuple[str, ...] = ()
    email: str = ""
    name: str = ""
    """First and last name, in any order."""
    participant: str = ""
    """Moodle's own number of the student in one assignment."""

    def exact_keys(self) -> Iterator[MatchKey]:
        """The exact id, Moodle's number, or the e-mail address."""
        yield from (("id", one) for one in self.ids if one)
        if self.participant:
            yield "participant", self.participant
        if self.email:
            yield "email", self.email.casefold()

    def likely_keys(self) -> Iterator[MatchKey]:
        """The id without case and accents, or the login at the start of the address."""
        yield from (("id", fold_case_and_accents(one)) for one in self.ids if one)
        if self.email:
            yield "id", fold_case_and_accents(self.email.partition("@")[0])

    def name_keys(self) -> Iterator[MatchKey]:
        """The words of the name, in any order; a single word is not enough."""
        words = WORD.findall(fold_case_and_accents(self.name))
        if len(words) > 1:
            yield ("name", *sorted(words))


@dataclass(frozen=True)
class Matching:
    student_of: dict[int, int]
    """The index of a student by the index of the row."""
    ambiguous: dict[int, str]
    """By the index of a row that was not matched although something fits: why, a key of `unmatched` in the messages."""


def match_students(rows: Sequence[MatchKeys], students: Sequence[MatchKeys]) -> Matching:
    """Matches each row with its student.

    A row that fits two students, and two rows that fit one student, are not matched: a mark for the
    wrong person is worse than none.
    """
    student_of: dict[int, int] = {}
    unclear: dict[int, str] = {}
    for keys_of in (MatchKeys.exact_keys, MatchKeys.likely_keys, MatchKeys.name_keys):
        free = set(range(len(students))) - set(student_of.values())
        left = [row for row in range(len(rows)) if row not in student_of and row not in unclear]
        found = find_candidates(rows, students, left, free, keys_of)
        claims: dict[int, list[int]] = {}
        for row, fits in found.items():
            if len(fits) > 1:
                unclear[row] = "several"
            else:
                claims.setdefault(fits.pop(), []).append(row)
        for student, claimants in claims.items():
            if len(claimants) == 1:
                student_of[claimants[0]] = student
            else:
                unclear.update(dict.fromkeys(claimants, "taken"))
    return Matching(student_of, unclear)


def find_candidates(
    rows: Sequence[MatchKeys],
    students: Sequence[MatchKeys],
    left: Sequence[int],
    free: set[int],
    keys_of: Callable[[MatchKeys], Iterator[MatchKey]],
) -> dict[int, set[int]]:
    """For each row in `left`, the `free` students that it fits; rows that fit nobody are omitted."""
    index: dict[MatchKey, set[int]] = {}
    for student in free:
        for key in keys_of(students[student]):
            index.setdefault(key, set()).add(student)
    fits = {row: set().union(*(index.get(key, set()) for key in keys_of(rows[row]))) for row in left}
    return {row: students for row, students in fits.items() if students}
