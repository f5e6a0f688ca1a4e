"""The changes in a container's own layer. Source: `GET /containers/{id}/changes`, as `docker diff` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from grader.probes.engine_json import decode, require_status

if TYPE_CHECKING:
    from grader.machine.machine import Machine

Change = Literal["changed", "added", "deleted"]
_CHANGES: tuple[Change, ...] = ("changed", "added", "deleted")


class _RawChange(msgspec.Struct):
    Path: str
    Kind: int


def read_changes(machine: Machine, container_id: str) -> dict[str, Change]:
    """Each path that differs from the image, and how. Mounts are not included."""
    answer = machine.engine(f"/containers/{container_id}/changes")
    require_status(answer, "docker diff", 200)
    # The engine returns `null` if nothing changed.
    raw = [] if answer.body.strip() == b"null" else decode(answer, list[_RawChange], "docker diff")
    return {one.Path: _CHANGES[one.Kind] for one in raw if 0 <= one.Kind < len(_CHANGES)}
