"""`docker inspect` of a container, as far as tests need it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from grader.machine.question import Answer
from grader.probes.containers.inspect import ContainerFact, parse_container

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = 1_800_000_000.0


def parse_inspect(
    name: str = "todos-api",
    *,
    config: dict[str, Any] | None = None,
    host_config: dict[str, Any] | None = None,
    networks: Mapping[str, Any] | None = None,
    **more: Any,
) -> ContainerFact:
    raw = {
        "Id": f"{name}-id",
        "Name": f"/{name}",
        "State": {"Status": "running", "StartedAt": "2027-01-15T07:59:00.123456789Z"},
        "Config": config or {},
        "HostConfig": host_config or {},
        "NetworkSettings": {"Networks": networks or {}},
    }
    return parse_container(Answer(body=json.dumps(raw | more).encode(), at=NOW))
