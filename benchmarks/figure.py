"""A figure, a table of figures, and the part of the benchmarks that they belong to."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable


class Figure(msgspec.Struct, frozen=True):
    name: str
    value: float
    unit: str = ""
    target: str = ""
    """The target, in words; empty if there is none."""
    note: str = ""


class Table(msgspec.Struct, frozen=True):
    head: list[str]
    rows: list[list[str]]


class Part(msgspec.Struct):
    title: str
    measured_at: str
    load_average: float
    """The machine's load average over a minute when the part began."""
    figures: list[Figure]
    tables: list[Table] = []

    def extend(self, measured: Iterable[Figure | Table]) -> None:
        for one in measured:
            if isinstance(one, Table):
                self.tables.append(one)
            else:
                self.figures.append(one)


def new_part(title: str) -> Part:
    return Part(title, f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC", round(os.getloadavg()[0], 1), [])
