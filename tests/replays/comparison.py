"""Whether two recordings are the same, except for what differs each time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.scoring.scorecard import Scorecard

_MASKS: Final = (
    (re.compile(r"(?<![0-9a-f])(?:sha256:)?[0-9a-f]{64}(?![0-9a-f])"), "<id>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])"), "<id>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])"), "<id>"),
    (re.compile(r"(?<![\w-])(?=[a-z]*\d)[a-z0-9]{25}(?![\w-])"), "<id>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-\d{1,10}-[0-9a-f]{16}"), "<word>"),
    (re.compile(r"[0-9a-f]{16}-\d{1,10}-[0-9a-f]{8}(?![0-9a-f])"), "<word>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?"), "<moment>"),
    (re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"), "<mac>"),
    (re.compile(r"(?<![\d.])(?:10|172|192)(?:\.\d{1,3}){3}(?![\d.])"), "<address>"),
    (
        re.compile(r"(Up|Exited \(\d+\)|Created|Restarting \(\d+\)) [\w ]*(?:second|minute|hour)s?(?: ago)?"),
        r"\1 <age>",
    ),
    (re.compile(r'("(?:Pid|ContainerPid|PID|Index|rx_bytes|StartInterval)": )\d+'), r"\1<count>"),
    (re.compile(r"\d{5,}(\.\d+)?"), "<count>"),
    (re.compile(r"waited \d+ s"), "<waited>"),
)
_DIGITS: Final = re.compile(r"[0-9A-F]*\d[0-9A-F]*")


def question_key(ask: dict[str, Any]) -> str:
    """A question, without ids and random words."""
    return _mask(json.dumps(ask, sort_keys=True))


def masked_answers(exchanges: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Each question with its last answer: how often it was asked before that came depends on how busy a machine is."""
    return {question_key(one["ask"]): _masked_answer(one["say"]) for one in exchanges}


def masked_outcomes(scorecard: Scorecard) -> list[tuple[str, str, str, str]]:
    """The outcome of each check."""
    return [
        (row.spec.name, row.outcome.verdict, row.outcome.code, _mask(json.dumps(row.outcome.values)))
        for row in scorecard
    ]


def _masked_answer(say: dict[str, Any]) -> str:
    """Of a program's output, the set of lines: not how often they occur, in which order, or with which numbers."""
    rest = {key: value for key, value in say.items() if key not in {"at", "body"}}
    body = say.get("body", {})
    match body:
        case {"frames": frames}:
            body = _lines("".join(text for _, text in frames))
        case {"text": text}:
            body = _lines(text)
        case {"lines": values}:
            body = sorted({_mask(json.dumps(value, sort_keys=True)) for value in values})
        case {"json": {"Processes": processes}}:
            body = [row[-1] for row in processes]
    return _mask(json.dumps([rest, _sort_lists(body)], sort_keys=True))


def _lines(text: str) -> list[str]:
    return sorted({_DIGITS.sub("#", _mask(line)) for line in text.splitlines()})


def _sort_lists(value: Any) -> Any:
    """Lists in an order that does not depend on chance: the engine sorts by ids, or by times."""
    if isinstance(value, dict):
        return {_mask(key): _sort_lists(one) for key, one in value.items()}
    if isinstance(value, list):
        return sorted((_sort_lists(one) for one in value), key=lambda one: _mask(json.dumps(one, sort_keys=True)))
    return value


def _mask(text: str) -> str:
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text
