"""Finds the line of a TOML file that an error of msgspec is about."""

from __future__ import annotations

import re


def line_of_key(text: str, error: str) -> int:
    """The line of msgspec's `$.table.key`, as near as a search finds it; 1 if it is unknown."""
    found = re.search(r"`\$([^`]*)`", error)
    names = re.findall(r"[\w-]+", found.group(1)) if found else []
    line = 1
    lines = text.splitlines()
    for name in names:
        start = line - 1
        for number in range(start, len(lines)):
            if re.search(rf"(^|[\[.\s]){re.escape(name)}(\]|\.|\s*=)", lines[number]):
                line = number + 1
                break
    return line
