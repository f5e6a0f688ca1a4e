"""Times shifted to the beginning of every recording, in whatever notation."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH: Final = int(dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC).timestamp())
"""When every recording begins. Whatever is more than an hour older is from the day before."""
_HOUR_S: Final = 3600
_YEAR_S: Final = 366 * 24 * _HOUR_S
_RFC3339: Final = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)([T ])(\d\d):(\d\d):(\d\d)(\.\d+)?(?!\d)")
_NUMBER: Final = re.compile(r"(?<![\d.\-a-fA-F_])(1[6-9]\d{8})(\.\d{1,9}|\d{9}|\d{3})?(?![\d])")
"""Seconds, milliseconds or nanoseconds since 1970."""
_NANOSECONDS: Final = 9
_LOG_FORMATS: Final = (
    (re.compile(r"\d\d/[A-Z][a-z]{2}/\d{4}[: ]\d\d:\d\d:\d\d"), ("%d/%b/%Y:%H:%M:%S", "%d/%b/%Y %H:%M:%S")),
    (re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"), ("%Y/%m/%d %H:%M:%S",)),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d"), ("%a, %d %b %Y %H:%M:%S",)),
)
"""Times as servers write them into their logs and pages."""


def shift_times(document: list[dict[str, Any]], began: int) -> list[dict[str, Any]]:
    """The exchanges of a recording that began at `began`, as if it had begun at `EPOCH`."""
    by = _shift(began)
    return [
        {"ask": _shift_value(one["ask"], by), "at": one["at"], "say": _shift_value(one["say"], by)} for one in document
    ]


def _shift(began: int) -> Callable[[float], int]:
    """How many seconds a time is shifted by."""

    def by(seconds: float) -> int:
        if abs(seconds - began) > _YEAR_S:
            return 0
        if seconds < began - _HOUR_S:
            return EPOCH - 24 * _HOUR_S - int(seconds)
        return EPOCH - began

    return by


def _shift_value(value: Any, by: Callable[[float], int]) -> Any:
    match value:
        case dict():
            return {key: _shift_value(one, by) for key, one in value.items()}
        case list():
            return [_shift_value(one, by) for one in value]
        case str():
            return _shift_text(value, by)
        case bool():
            return value
        case int() | float():
            moved = _NUMBER.sub(lambda found: _shift_number(found, by), repr(value))
            return value if moved == repr(value) else json.loads(moved)
        case _:
            return value


def _shift_text(text: str, by: Callable[[float], int]) -> str:
    text = _RFC3339.sub(lambda found: _shift_date(found, by), text)
    text = _NUMBER.sub(lambda found: _shift_number(found, by), text)
    for pattern, formats in _LOG_FORMATS:
        text = pattern.sub(lambda found, formats=formats: _shift_formatted(found[0], formats, by), text)  # type: ignore[misc]
    return text


def _shift_date(found: re.Match[str], by: Callable[[float], int]) -> str:
    year, month, day, between, hour, minute, second, fraction = found.groups()
    try:
        date = dt.datetime(*map(int, (year, month, day, hour, minute, second)), tzinfo=dt.UTC)  # type: ignore[arg-type,misc]
        moved = date + dt.timedelta(seconds=by(date.timestamp()))
    except (ValueError, OverflowError):
        return found[0]
    if moved == date:
        return found[0]
    # Milliseconds are enough, and do not depend on how a time was computed from another.
    return f"{moved:%Y-%m-%d}{between}{moved:%H:%M:%S}{(fraction or '')[:4].rstrip('.')}"


def _shift_number(found: re.Match[str], by: Callable[[float], int]) -> str:
    seconds, rest = int(found[1]), found[2] or ""
    delta = by(seconds)
    if not delta:
        return found[0]
    if rest.startswith("."):
        rest = rest[:4] + "0" * (len(rest) - 4)
    elif len(rest) == _NANOSECONDS:
        rest = rest[:3] + "0" * 6
    return f"{seconds + delta}{rest}"


def _shift_formatted(text: str, formats: tuple[str, ...], by: Callable[[float], int]) -> str:
    for one in formats:
        try:
            date = dt.datetime.strptime(text, one).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
        return f"{date + dt.timedelta(seconds=by(date.timestamp())):{one}}"
    return text
