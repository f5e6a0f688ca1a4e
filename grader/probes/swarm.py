"""The machine as a node of a swarm. Source: `Swarm` in `GET /info`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ProbeFailed
from grader.machine.text import visible
from grader.probes.engine_json import decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.question import Answer

__all__ = ["SwarmFact", "parse_info", "swarm_of"]


@dataclass(frozen=True)
class SwarmFact:
    state: str
    """`inactive`, `pending`, `active`, `error` or `locked`."""
    is_manager: bool
    error: str


class _RawSwarm(msgspec.Struct, rename="pascal"):
    local_node_state: str = "inactive"
    control_available: bool = False
    error: str = ""


class _RawInfo(msgspec.Struct, rename="pascal"):
    swarm: _RawSwarm | None = None


def swarm_of(machine: Machine) -> SwarmFact:
    """Raises `ProbeFailed` for an engine without swarms: Podman has none."""
    version = machine.link.version()
    if version.product == "Podman":
        raise ProbeFailed("no-swarm", engine=str(version))
    return parse_info(machine.engine("/info"))


def parse_info(answer: Answer) -> SwarmFact:
    raw = decode(answer, _RawInfo, "GET /info").swarm or _RawSwarm()
    return SwarmFact(raw.local_node_state or "inactive", raw.control_available, visible(raw.error))
