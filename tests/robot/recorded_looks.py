"""What `docker inspect` showed in a recording, in place of an engine."""

from __future__ import annotations

from typing import Any

from tests.replays.stored_recording import read_stored


class RecordedLooks:
    def __init__(self, name: str) -> None:
        bodies = [one["say"].get("body", {}).get("json") for one in read_stored(name).exchanges]
        self._docs = [one for one in bodies if isinstance(one, dict)]

    def container(self, name: str) -> dict[str, Any] | None:
        return next((one for one in self._docs if "HostConfig" in one and one["Name"] == f"/{name}"), None)

    def names(self) -> list[str]:
        return sorted({one["Name"].lstrip("/") for one in self._docs if "HostConfig" in one})

    def image(self, name: str) -> dict[str, Any] | None:
        return next((one for one in self._docs if "RootFS" in one and name in {one["Id"], *one["RepoTags"]}), None)
