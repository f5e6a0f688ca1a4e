"""Runs in a list: `[a, b, a, b, a, b, c]` is written as `[{"times": 3, "of": [a, b]}, c]`."""

from __future__ import annotations

from typing import Any, Final

_LONGEST: Final = 2
"""Values of a sequence that repeats: a server writes one or two lines per request."""


def repeated(values: list[Any]) -> list[Any]:
    runs: list[Any] = []
    at = 0
    while at < len(values):
        times, length = max(((_times(values, at, length), length) for length in range(1, _LONGEST + 1)), key=_worth)
        part = values[at : at + length]
        runs += [{"times": times, "of": part}] if times > 1 else part
        at += times * length
    return runs


def written_out(runs: list[Any]) -> list[Any]:
    values: list[Any] = []
    for one in runs:
        values += one["of"] * one["times"] if isinstance(one, dict) else [one]
    return values


def _times(values: list[Any], at: int, length: int) -> int:
    part, times = values[at : at + length], 1
    while values[at + times * length : at + (times + 1) * length] == part:
        times += 1
    return times


def _worth(run: tuple[int, int]) -> tuple[int, int]:
    """The number of values saved; of two equal ones, the shorter sequence is better."""
    times, length = run
    return (times - 1) * length, -length
