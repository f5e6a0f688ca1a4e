"""The sources of COPY, ADD and `RUN --mount`: the build context, a stage, or an image."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from grader.submission.policy.dockerfile.variables import UNKNOWN, expand
from grader.submission.policy.dockerfile.words import json_array, split_blank

if TYPE_CHECKING:
    from grader.submission.policy.dockerfile.reader import Instruction
    from grader.submission.policy.dockerfile.values import VariableValues

_REMOTE = re.compile(r"[A-Za-z0-9+.-]+://|[A-Za-z0-9_.-]+@[^/]*:|git@|github\.com/")
_LOCAL = re.compile(r"[^:/]*/")
"""No address starts so, whatever follows."""
_MOUNT_KEYS = frozenset({"type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro"})
_MOUNT_KEYS |= {"readwrite", "rw", "id", "sharing", "size", "mode", "uid", "gid", "required", "env"}


def sources(this: Instruction) -> list[str]:
    """All that a builder may take for a source of COPY or ADD: its words without the last, in either way of writing.

    A line that starts as an array and goes on is one to older builders, and words to later ones: then both are given.
    """
    array, alone = json_array(this.text)
    words = [] if array is not None and alone else split_blank(this.text)[:-1]
    return [*words, *(one for one in (array or [])[:-1] if isinstance(one, str))]


def may_be_remote(source: str, values: VariableValues) -> bool:
    """Whether ADD may fetch `source` from somewhere. Raises `WordError` and `WordLimitError`."""
    found = expand(source, values.value_in_stage)
    known, unknown, _ = found.partition(UNKNOWN)
    if _REMOTE.match(known) or (unknown and not _LOCAL.match(known)):
        return True
    known, unknown, _ = expand(source, values.value_without_buildkit).partition(UNKNOWN)
    return bool(unknown) and any(scheme.startswith(known) for scheme in ("http://", "https://"))


def leaves_context(source: str) -> bool:
    """Whether a path goes above the folder it starts in; a leading `/` is that folder itself."""
    return posixpath.normpath(source.lstrip("/") or ".").split("/", 1)[0] == ".."


def mount_options(value: str) -> dict[str, str] | None:
    """The options of one `--mount`; `None` if builders may read them differently."""
    pairs = [part.partition("=")[::2] for part in value.split(",")]
    options = {key.lower(): text for key, text in pairs}
    once = len(options) == len(pairs)
    plain = not set(value) & set("\"'\\") and not ("src" in options and "source" in options)
    return options if once and plain and set(options) <= _MOUNT_KEYS else None
