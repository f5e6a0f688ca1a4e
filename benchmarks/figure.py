"""A figure, and the part of the benchmarks that it belongs to."""

from __future__ import annotations

import datetime as dt
import os

import msgspec

__all__ = ["Figure", "Part", "begin"]


class Figure(msgspec.Struct, frozen=True):
    name: str
    value: float
    unit: str = ""
    aim: str = ""
    """The target, in words; empty if there is none."""
    note: str = ""


class Part(msgspec.Struct):
    title: str
    at: str
    load: float
    """The machine's load average over a minute when the part began."""
    figures: list[Figure]


def begin(title: str) -> Part:
    return Part(title, f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC", round(os.getloadavg()[0], 1), [])
