"""When the grading itself changes the machine: answers from before no longer hold, later ones not yet."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from benchmarks.fairness.state import Json

Key = TypeVar("Key")


def copy_queues(queues: Mapping[Key, deque[Json]]) -> dict[Key, deque[Json]]:
    """The same recorded answers in queues of their own, from which they can be taken."""
    return defaultdict(deque, {key: deque(queue) for key, queue in queues.items()})


class Changes:
    def __init__(self, exchanges: Iterable[Json]) -> None:
        self._moments = sorted(float(one["at"]) for one in exchanges if _is_change(one["ask"]))
        self._last = 0.0

    @property
    def first(self) -> float:
        """When the machine was first changed."""
        return min(self._moments, default=math.inf)

    @property
    def next_moment(self) -> float:
        """When the machine is changed next."""
        return next((moment for moment in self._moments if moment > self._last), math.inf)

    def note(self, exchange: Json) -> None:
        """Notes that a question was asked: it may be one that changes the machine."""
        if _is_change(exchange["ask"]):
            self._last = float(exchange["at"])

    def next_of(self, queue: deque[Json], *, is_used_up: bool = False) -> Json:
        """The next answer since the last change and before the next; the last one stays, unless each is used once."""
        until = self.next_moment
        while len(queue) > 1 and queue[0]["at"] < self._last:
            queue.popleft()
        has_more = len(queue) > 1 and queue[1]["at"] <= until
        return queue.popleft() if has_more or is_used_up else queue[0]


def _is_change(ask: Json) -> bool:
    if ask["type"] == "compose":
        return ask["verb"] in {"up", "down"}
    return ask["type"] == "engine" and ask.get("method", "GET") != "GET" and "/exec" not in ask["path"]
