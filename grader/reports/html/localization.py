"""The page's own words in one language, with dates, durations and the lines of messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grader.messages import Texts
from grader.messages.numbers import shown_number
from grader.reports.html.safe_text import block

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class MessageLine:
    label: str
    """What was expected or seen; empty if the line is a sentence."""
    text: str


class PageTexts(Texts):
    """What the templates call `t`."""

    def lines(self, message: Mapping[str, str], max_length: int) -> list[MessageLine]:
        """The lines of a message, made safe to display, with the labels of what was expected and seen."""
        labels = {self("label-expected"), self("label-seen")}
        lines = []
        for text in block(self.pick(message), max_length).split("\n"):
            label, colon, rest = text.partition(":")
            known = label.strip() in labels
            lines.append(MessageLine(label.strip(), rest.strip()) if colon and known else MessageLine("", text))
        return lines

    def number(self, value: float) -> str:
        return shown_number(value, self.language)

    def duration(self, seconds: float) -> str:
        if not 60 <= seconds < 1e6:
            return f"{self.number(round(seconds, 1 if seconds >= 0.1 else 2))} s"
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest:02} s"

    def moment(self, stamp: str) -> str:
        """An ISO 8601 time as a date and a time of day in UTC; any other text as it is."""
        try:
            when = datetime.fromisoformat(stamp).astimezone(UTC)
        except (ValueError, OverflowError):
            return stamp
        month = self.all("months")[when.month - 1]
        return self("moment", day=when.day, month=month, year=when.year, time=f"{when:%H:%M}")
