"""What is taken off a mark for late work."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from grader.scoring.rounding import exact

if TYPE_CHECKING:
    from grader.course_table.deadlines import Deadline


@dataclass(frozen=True)
class Lateness:
    units: int
    """Started days or hours after the deadline; at least 1."""
    per: Literal["day", "hour"]
    penalty: Fraction
    """What is taken off the mark."""
    is_counted: bool
    """False if the work came after everything was closed: its mark is 0."""

    def mark(self, mark: Fraction) -> Fraction:
        """The mark that is left."""
        return max(Fraction(0), mark - self.penalty) if self.is_counted else Fraction(0)


def find_lateness(handed_in: datetime, deadline: Deadline | None) -> Lateness | None:
    """How late work is that was handed in at this moment; `None` if it is in time."""
    if deadline is None or handed_in <= deadline.grace_ends:
        return None
    policy = deadline.policy
    units = _started_units(handed_in, deadline)
    penalty = units * exact(policy.penalty)
    if policy.at_most is not None:
        penalty = min(penalty, exact(policy.at_most))
    is_counted = deadline.ends is None or handed_in <= deadline.ends
    return Lateness(units, policy.per, penalty, is_counted)


def _started_units(handed_in: datetime, deadline: Deadline) -> int:
    """A day ends at the time of day of the deadline, also where the clocks change; an hour has always 60 minutes."""
    late = handed_in - deadline.at
    if deadline.policy.per == "hour":
        return math.ceil(late / timedelta(hours=1))
    days = max(1, late // timedelta(days=1) - 1)
    while (deadline.local + timedelta(days=days)).astimezone(UTC) < handed_in:
        days += 1
    return days
