"""Moments as people write them in a language."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from grader.messages import Texts

if TYPE_CHECKING:
    from grader.messages import Language


def shown_moment(stamp: str, language: Language) -> str:
    """The date and time of day of an ISO 8601 moment, in its own time zone; any other text as it is."""
    try:
        when = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    values = {unit: getattr(when, unit) for unit in ("year", "month", "day", "hour", "minute")}
    return Texts("common", language)("date-time", **values)
