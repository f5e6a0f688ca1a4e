"""The grader itself, and its Python, as they are shown inside the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

import grader
from grader.repository.sandbox import Mount

__all__ = ["program_mounts"]


def program_mounts() -> list[Mount]:
    """Shows this Python and this package, read-only, where they are outside."""
    folders = {Path(sys.base_prefix), Path(sys.prefix), Path(grader.__file__).parent}
    return [Mount(folder, folder) for folder in sorted(folders) if not folder.is_relative_to("/usr")]
