"""Answers that a broken or hostile engine may give: for property tests of probes."""

from __future__ import annotations

import contextlib
import copy
import json
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from grader.errors import ProbeFailed
from grader.machine.question import Answer
from tests.scripted_machine import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP: Final = b"[" * 100_000
BIDI: Final = "\u202e\x1b[31m\x00'\"><&{}"

MALFORMED_ANSWERS: Final = [
    pytest.param(Answer(200, b"", at=NOW), "answer-garbled", id="empty"),
    pytest.param(Answer(200, b"<html>\xff</html>", at=NOW), "answer-garbled", id="a page"),
    pytest.param(Answer(200, b'"\xff"', at=NOW), "answer-garbled", id="no UTF-8"),
    pytest.param(Answer(200, b'"' + b"\\ud800" + b'"', at=NOW), "answer-garbled", id="half a character"),
    pytest.param(Answer(200, DEEP, at=NOW), "answer-garbled", id="lists without end"),
    pytest.param(Answer(200, b'{"a":' * 100_000, at=NOW), "answer-garbled", id="objects without end"),
    pytest.param(Answer(200, b"7", at=NOW), "answer-garbled", id="a number"),
    pytest.param(Answer(200, b"[7]", at=NOW), "answer-garbled", id="a list of numbers"),
    pytest.param(Answer(200, b'["x"]', at=NOW), "answer-garbled", id="a list of words"),
    pytest.param(Answer(200, b"[]", truncated=True, at=NOW), "answer-too-large", id="cut"),
    pytest.param(Answer(409, b'{"message": "paused"}', at=NOW), "answer-unexpected", id="409"),
    pytest.param(Answer(500, b'{"message": "oh \x1b[31m no"}', at=NOW), "answer-unexpected", id="500"),
    pytest.param(Answer(200, b"<", at=NOW), "answer-garbled", id="no JSON"),
]
"""Answers that no probe can read as JSON, and the code of each error."""

_ODD_VALUES: Final[list[Any]] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, -0.0, 1e300, "", "x", "/", "0", "-1", "true",
    "null", "9" * 5000, "٣", BIDI, "é" * 300, "2027-01-15T07:59:00Z", "0001-01-01T00:00:00Z", "9999-99-99T99:99:99Z",
    "[::1]", "::", "127.0.0.1", "80/tcp", "8000-8002", [], {}, [None], [[]], [{}], {"": None}, {"a": []}, ["x"],
]  # fmt: skip

_WORDS: Final = ["", "x", "80/tcp", "bridge", "Id", "Name", "Networks"]

many_examples = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
"""The same examples each time, so that a test fails for whoever broke it."""


def _paths_in(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(node, dict):
        found += [place for key, one in node.items() for place in _paths_in(one, (*path, key))]
    elif isinstance(node, list):
        found += [place for number, one in enumerate(node) for place in _paths_in(one, (*path, number))]
    return found


def _odd_value(chance: Random, depth: int = 0) -> Any:
    kind = chance.randrange(10)
    if kind == 0 and depth < 3:
        return [_odd_value(chance, depth + 1) for _ in range(chance.randrange(3))]
    if kind == 1 and depth < 3:
        return {chance.choice(_WORDS): _odd_value(chance, depth + 1) for _ in range(chance.randrange(3))}
    return copy.deepcopy(chance.choice(_ODD_VALUES))


def _mangle(chance: Random, good: Any) -> Any:
    whole = [copy.deepcopy(good)]
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice(_paths_in(whole)[1:])
        node: Any = whole
        for step in way:
            node = node[step]
        if isinstance(node, dict) and chance.random() < 0.4:
            del node[last]
        else:
            node[last] = _odd_value(chance)
    return whole[0]


def _answer(chance: Random, good: Any) -> Answer:
    body = _mangle(chance, good) if chance.random() < 0.9 else _odd_value(chance)
    status = chance.choice([404, 409, 500]) if chance.random() < 0.1 else 200
    at = None if chance.random() < 0.1 else NOW
    return Answer(status, json.dumps(body).encode(), truncated=chance.random() < 0.05, at=at)


# From one number each, not drawn bit by bit: a hundred times as fast, and a failing example is printed in full.
_random_seeds = st.integers(0, 2**31).map(Random)


def mangle(good: Any) -> st.SearchStrategy[Any]:
    """`good` with one to three of its values replaced or removed."""
    return _random_seeds.map(lambda chance: _mangle(chance, good))


def answers_like(good: Any) -> st.SearchStrategy[Answer]:
    """Answers like `good`, or any JSON; sometimes with another status, cut off, or without a date."""
    return _random_seeds.map(lambda chance: _answer(chance, good))


def assert_fact_or_probe_failed(probe: Callable[[], object]) -> None:
    """Fails if the probe raises anything but `ProbeFailed`: a crash would be reported as a bug of the grader."""
    with contextlib.suppress(ProbeFailed):
        repr(probe())


def assert_probe_failed(code: str, probe: Callable[[], object]) -> ProbeFailed:
    """Fails unless the probe raises `ProbeFailed` with that code."""
    with pytest.raises(ProbeFailed) as caught:
        probe()
    assert caught.value.code == code
    assert all(word.isprintable() for word in caught.value.values.values()), "its values are shown"
    return caught.value
