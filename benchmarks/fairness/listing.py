"""The line of `docker ps` that follows from `docker inspect`."""

from __future__ import annotations

from typing import Any, Final

_STATUS: Final = {
    "running": "Up 5 seconds",
    "paused": "Up 5 seconds (Paused)",
    "created": "Created",
    "restarting": "Restarting ({}) 5 seconds ago",
    "exited": "Exited ({}) 5 seconds ago",
}


def list_fields(doc: dict[str, Any]) -> dict[str, Any]:
    """The fields of the line that an operator may change through `docker inspect`."""
    state = doc["State"]
    status = state.get("Status", "running")
    return {
        "Names": [doc["Name"]],
        "Image": doc["Config"]["Image"],
        "ImageID": doc.get("Image", ""),
        "Labels": doc["Config"].get("Labels"),
        "Mounts": doc.get("Mounts") or [],
        "Ports": _ports(doc),
        "State": status,
        "Status": _STATUS.get(status, status).format(state.get("ExitCode", 0)),
        "HostConfig": {"NetworkMode": doc["HostConfig"].get("NetworkMode", "")},
        "NetworkSettings": {"Networks": doc["NetworkSettings"].get("Networks") or {}},
    }


def _ports(doc: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for inside, bindings in (doc["NetworkSettings"].get("Ports") or {}).items():
        number, _, protocol = inside.partition("/")
        private = {"PrivatePort": int(number), "Type": protocol or "tcp"}
        found += [{"IP": one["HostIp"], "PublicPort": int(one["HostPort"])} | private for one in bindings or []] or [
            private
        ]
    return found
