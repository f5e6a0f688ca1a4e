"""A figure, and the part of the benchmarks that it belongs to."""

from __future__ import annotations

import datetime as dt
import os

import msgspec


class Figure(msgspec.Struct, frozen=True):
    name: str
    value: float
    unit: str = ""
    target: str = ""
    """The target, in words; empty if there is none."""
    note: str = ""


class Part(msgspec.Struct):
    title: str
    measured_at: str
    load_average: float
    """The machine's load average over a minute when the part began."""
    figures: list[Figure]


def new_part(title: str) -> Part:
    return Part(title, f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC", round(os.getloadavg()[0], 1), [])
