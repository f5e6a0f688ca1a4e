"""The machine as a node of a swarm. Source: `Swarm` in `GET /info`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ProbeFailed
from grader.probes.engine_json import decode
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.question import Answer


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
    live_restore_enabled: bool = False


def read_swarm(machine: Machine) -> SwarmFact:
    """Raises `ProbeFailed` for an engine without swarms: Podman, and Docker with `live-restore`, which refuses them."""
    version = machine.transport.version()
    if version.product == "Podman":
        raise ProbeFailed("no-swarm", engine=str(version))
    return parse_swarm(machine.engine("/info"))


def parse_swarm(answer: Answer) -> SwarmFact:
    info = decode(answer, _RawInfo, "GET /info")
    raw = info.swarm or _RawSwarm()
    if info.live_restore_enabled and raw.local_node_state in {"", "inactive"}:
        raise ProbeFailed("live-restore")
    return SwarmFact(raw.local_node_state or "inactive", raw.control_available, escape_control_characters(raw.error))
