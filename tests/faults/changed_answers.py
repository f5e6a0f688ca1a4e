"""Answers of a machine with something in them changed: at random, but the same each time for the same seed."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any, Final

import msgspec

from grader.machine.question import Answer, EngineQuestion, NonceQuestion
from grader.machine.recording.format import RecordedExchange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.recording.format import Recording

Path = tuple[str | int, ...]

VALUES: Final[list[Any]] = [
    *(
        None,
        True,
        0,
        -1,
        1e308,
        2**70,
        -(2**70),
        "",
        "x",
        "A" * 100_000,
        "²",
        "٣",
        "/",
        ":",
        "80/tcp/x",
        "/tcp",
        "-1/tcp",
    ),
    *("0001-01-01T00:00:00Z", "9999-99-99T99:99:99Z", "2026-02-30T00:00:00Z", "\0\x1b[31m\u202e", "::1%eth0", "../.."),
    *([], {}, [[]], [None], [1, "a"], {"a": None}, {"80/tcp": None}, {"80/tcp": [None]}),
    {"80/tcp": [{"HostIp": 5, "HostPort": []}]},
    {"80/tcp": [{"HostIp": "nonsense", "HostPort": "99999999999999999999"}]},
    {"x": [{"HostIp": "::", "HostPort": "4000"}]},
]
STATUSES: Final = (0, 100, 204, 301, 400, 401, 404, 409, 500, 503, 999)


def change_answers(recording: Recording, seed: int) -> Recording:
    """One to four of its answers changed."""
    dice = random.Random(seed)  # noqa: S311 - to be the same each time
    exchanges = list(recording.exchanges)
    for _ in range(dice.choice([1, 1, 2, 4])):
        place = dice.randrange(len(exchanges))
        exchanges[place] = _change_exchange(exchanges[place], dice)
    return msgspec.structs.replace(recording, exchanges=exchanges)


def _change_exchange(exchange: RecordedExchange, dice: random.Random) -> RecordedExchange:
    question, answer = exchange.question, exchange.answer
    if not isinstance(answer, Answer) or isinstance(question, NonceQuestion):
        return exchange
    values: dict[str, object] = {}
    told = _change_answer(answer) if isinstance(question, EngineQuestion) and dice.random() < 0.8 else None
    if told is not None:
        for _ in range(dice.choice([1, 1, 2, 5])):
            told = _with_value(told, dice.choice(list(_paths(told))), copy.deepcopy(dice.choice(VALUES)))
        values["body"] = json.dumps(told).encode()
    else:
        body = answer.body
        values |= dice.choice(
            (
                {"body": body[: dice.randrange(len(body) + 1)]},
                {"body": bytes(byte if dice.random() > 0.02 else dice.randrange(256) for byte in body)},
                {"body": dice.randbytes(dice.randrange(200))},
                {"status": dice.choice(STATUSES)},
                {"at": dice.choice([None, 0.0, 1e12, -5.0])},
                {"truncated": True},
            )
        )
    return RecordedExchange(question, msgspec.structs.replace(answer, **values), exchange.at)


def _change_answer(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from _paths(value[key], (*path, key))


def _with_value(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    place = value
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return value
