"""Deadlines in a class list: a column `deadline` for all exercises, or `deadline tp2` for one of them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from grader.errors import RosterError
from grader.text.escaping import quoted
from grader.text.folding import fold_case_and_accents

_HEADING: Final = re.compile(r"(?:deadline|due date|extension|echeance|date limite|delai)[ :_-]*([a-z0-9_-]*)")
_DATE: Final = r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)|(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4}))"
_TIME: Final = r"(?:[ tT]+(?:à )?(?P<hour>\d\d?)[:hH](?P<minute>\d\d)?(?::(?P<second>\d\d))?)?"
_MOMENT: Final = re.compile(_DATE + _TIME, re.ASCII)
_END_OF_DAY: Final = dt.time(23, 59, 59)


def deadline_columns(headings: tuple[str, ...]) -> dict[int, str]:
    """The index of each such column, and its exercise; an empty text for all exercises."""
    found = {place: _HEADING.fullmatch(fold_case_and_accents(heading)) for place, heading in enumerate(headings)}
    return {place: match[1] for place, match in found.items() if match}


def parse_moment(text: str) -> dt.datetime:
    """`2026-10-12 18:00` or `12/10/2026 18h00`, in local time; without a time of day, the end of that day."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise RosterError("roster.moment", given=quoted(text))
    year, month, day = (int(found[one] or found[other]) for one, other in (("year", "y"), ("month", "m"), ("day", "d")))
    try:
        hour, minute, second = (int(found[unit] or 0) for unit in ("hour", "minute", "second"))
        time = dt.time(hour, minute, second)
        return dt.datetime.combine(dt.date(year, month, day), time if found["hour"] else _END_OF_DAY)
    except ValueError as error:
        raise RosterError("roster.moment", given=quoted(text)) from error
