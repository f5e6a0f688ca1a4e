"""The page's own words in one language: sentences, counts, numbers, dates. What a check says comes from its result."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, TypeAlias

from grader.reports.html.safe_text import block

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.reports.result import Words

Lang: TypeAlias = Literal["fr", "en"]
Catalogue: TypeAlias = "Mapping[str, str | list[str]]"
"""A sentence, or its singular and plural, or the twelve months."""


@dataclass(frozen=True)
class MessageLine:
    label: str
    """What was expected or seen; empty where the line is a sentence."""
    text: str


@dataclass(frozen=True)
class Wording:
    lang: Lang
    catalogue: Catalogue

    def __call__(self, key: str, **values: object) -> str:
        """The sentence `key` with its `{values}` filled in. Raises `KeyError` where the catalogue has none."""
        sentence = self.catalogue[key]
        if not isinstance(sentence, str):
            raise KeyError(key)
        return sentence.format(**values)

    def count(self, key: str, n: int) -> str:
        """`n` things, in the singular or the plural: French says “0 étudiant”, English “0 students”."""
        forms = self.catalogue[key]
        if isinstance(forms, str):
            raise KeyError(key)
        one, many = forms
        return (one if n == 1 or (n == 0 and self.lang == "fr") else many).format(n=n)

    def pick(self, words: Words) -> str:
        return words.fr if self.lang == "fr" else words.en

    def lines(self, message: Words, cap: int) -> list[MessageLine]:
        """A message made fit to be looked at, by its lines: what was expected and seen, told from the sentences."""
        labels = {self("expected"), self("seen")}
        lines = []
        for text in block(self.pick(message), cap).split("\n"):
            label, colon, rest = text.partition(":")
            known = label.strip() in labels
            lines.append(MessageLine(label.strip(), rest.strip()) if colon and known else MessageLine("", text))
        return lines

    def number(self, value: float) -> str:
        """At most two decimals, none that says nothing."""
        if abs(value) >= 1e9:
            return f"{value:.1e}"
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.lang == "fr" else text

    def duration(self, seconds: float) -> str:
        if not 60 <= seconds < 1e6:
            return f"{self.number(round(seconds, 1 if seconds >= 0.1 else 2))} s"
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest:02} s"

    def moment(self, stamp: str) -> str:
        """An ISO 8601 time as a date and a time of day in UTC; as it is, where it is not one."""
        try:
            when = datetime.fromisoformat(stamp).astimezone(UTC)
        except (ValueError, OverflowError):
            return stamp
        month = self.catalogue["months"][when.month - 1]
        return self("moment", day=when.day, month=month, year=when.year, time=f"{when:%H:%M}")


@cache
def catalogue(lang: Lang) -> Catalogue:
    return tomllib.loads(files(__package__).joinpath("words", f"{lang}.toml").read_text("utf-8"))


def wording(lang: Lang) -> Wording:
    return Wording(lang, catalogue(lang))
