"""The grader and its Python, as they are mounted in the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

import grader
from grader.submission.sandbox.sandbox import Mount


def grader_mounts() -> list[Mount]:
    """Shows this Python and this package, read-only, where they are outside."""
    folders = {Path(sys.base_prefix), Path(sys.prefix), Path(grader.__file__).parent}
    return [Mount(folder, folder) for folder in sorted(folders) if not folder.is_relative_to("/usr")]
