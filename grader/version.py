"""The version of the grader, as results and `--version` write it."""

from __future__ import annotations

VERSION = "2026.1"
