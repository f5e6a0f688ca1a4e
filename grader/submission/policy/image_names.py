"""Parses image names: which registry the engine would pull from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?")


def image_fault(text: str, registries: Collection[str]) -> Literal["image-name", "image-registry"] | None:
    """Return the rule that the image name `text` breaks, or `None`."""
    first, slash, rest = text.partition("/")
    # Docker's own rule: before the first slash, what has a dot, a port or capitals, or is `localhost`, is a server.
    is_server = bool(slash) and (bool(re.search(r"[.:A-Z]", first)) or first == "localhost")
    if not _PATH.fullmatch(rest if is_server else text):
        return "image-name"
    return "image-registry" if is_server and first not in registries else None
