"""The machine that an engine runs on. Source: `GET /info`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grader.probes.engine_json import decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine


class _RawInfo(msgspec.Struct, rename="pascal"):
    name: str = ""


def read_machine_name(machine: Machine) -> str:
    """The machine's own hostname."""
    return decode(machine.engine("/info"), _RawInfo, "docker info").name
