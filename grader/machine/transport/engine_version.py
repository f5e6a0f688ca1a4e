"""Product and API of an engine. Apart from its client, which imports the `docker` package."""

from __future__ import annotations

from typing import Any

from grader.text.escaping import escape_control_characters


class EngineVersion:
    """Product and API of an engine, from `GET /version`."""

    def __init__(self, raw: dict[str, Any]) -> None:
        parts = raw.get("Components")
        parts = parts if isinstance(parts, list) else []
        names = [str(part.get("Name", "")) for part in parts if isinstance(part, dict)]
        self.product = "Podman" if any("podman" in name.lower() for name in names) else "Docker"
        self.version = escape_control_characters(str(raw.get("Version", "?")), 60)
        self.api = escape_control_characters(str(raw.get("ApiVersion", "")), 20)
        self.oldest_api = escape_control_characters(str(raw.get("MinAPIVersion") or "1.24"), 20)

    def __str__(self) -> str:
        return f"{self.product} {self.version}"
