"""Bytes that a container has received. Source: `GET /containers/{id}/stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grader.machine.question import Answer, EngineQuestion
from grader.probes.engine_json import Int64, decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine


class _RawNetwork(msgspec.Struct):
    rx_bytes: Int64 = 0


class _RawStats(msgspec.Struct):
    networks: dict[str, _RawNetwork] | None = None


def read_received_bytes(machine: Machine, container_id: str) -> int | None:
    """Bytes received on all its networks since its start; `None` if the engine does not count them."""
    query = (("one-shot", "1"), ("stream", "0"))
    answer = machine.ask_uncached(EngineQuestion(f"/containers/{container_id}/stats", query))
    if not isinstance(answer, Answer) or answer.status != 200:
        return None
    networks = decode(answer, _RawStats, "docker stats").networks
    return sum(one.rx_bytes for one in networks.values()) if networks else None
