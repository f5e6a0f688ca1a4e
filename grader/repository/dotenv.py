"""`.env` files: the student's own variables, not a way to steer Compose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.repository.paths import is_ordinary_file
from grader.repository.refusal import Findings, Place

if TYPE_CHECKING:
    from pathlib import Path

    from grader.repository.policy import Policy

__all__ = ["check_dotenv"]

# COMPOSE_FILE would have Compose read another file than the one that was checked, DOCKER_HOST ask another engine.
# Looked for anywhere in a line: where a quoted value of several lines ends is for Compose's reader to say, not ours.
_STEERS = re.compile(r"(?<![A-Za-z0-9_])((?:COMPOSE|DOCKER|BUILDKIT|BUILDX)_[A-Z_]+)\s*[=:]")
_HARMLESS = frozenset({"COMPOSE_PROJECT_NAME", "COMPOSE_IGNORE_ORPHANS"})


def check_dotenv(path: Path, name: str, policy: Policy, findings: Findings) -> None:
    """Judges the file at the real path `path`, known to the student as `name`."""
    if not is_ordinary_file(path):
        findings.refuse("not-a-file", Place(name), seen=name)
        return
    limit = policy.limits.env_file_bytes
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        findings.refuse("too-big", Place(name), seen=str(path.stat().st_size), limit=str(limit))
        return
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        for found in _STEERS.findall(line):
            if found not in _HARMLESS:
                findings.refuse("env-file-steers", Place(name, number), seen=found)
