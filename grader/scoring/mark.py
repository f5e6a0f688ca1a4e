"""The mark of a scorecard."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from grader.scoring.rounding import round_half_up

if TYPE_CHECKING:
    from grader.scoring.scorecard import Scorecard
    from grader.scoring.verdict import Outcome

OUT_OF: Final = 20


@dataclass(frozen=True)
class Mark:
    points: int
    max_points: int
    not_tried_points: int
    """Points of checks that were skipped, deselected or in error: it is unknown whether they were earned."""
    reason: Outcome | None
    """Why there is no mark; `None` if there is one."""

    @property
    def value(self) -> float | None:
        """Out of 20, to two decimals; `None` if the student could not be graded."""
        return None if self.reason else scale_points(self.points, self.max_points, OUT_OF)

    @property
    def is_provisional(self) -> bool:
        return self.reason is None and self.not_tried_points > 0


def scale_points(points: int, max_points: int, out_of: int) -> float:
    """The mark of so many points, to two decimals; half a hundredth goes up."""
    return float(round_half_up(Fraction(points * out_of, max_points)))


def compute_mark(scorecard: Scorecard) -> Mark:
    """Adds up a scorecard.

    There is no mark if the machine was lost, even halfway: what it would have shown is unknown, and the student must
    not be punished for it. Nor is there one if no check could look at anything.
    """
    points = sum(row.points for row in scorecard)
    not_tried = sum(row.spec.points for row in scorecard if row.outcome.verdict in {"skipped", "error"})
    outcomes = [row.outcome for row in scorecard]
    lost = next((outcome for outcome in outcomes if outcome.machine_lost), None)
    judged = any(outcome.verdict in {"passed", "failed"} for outcome in outcomes)
    errors = [outcome for outcome in outcomes if outcome.verdict == "error"]
    reason = lost or (errors[0] if errors and not judged else None)
    return Mark(points, scorecard.max_points, not_tried, reason)
