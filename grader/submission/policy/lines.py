"""The lines of the student's files that a finding of Compose's, or about what Compose has read, is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.submission.policy.yaml.tree import YamlMapping, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.submission.policy.findings import Place
    from grader.submission.policy.yaml.tree import YamlNode


def with_line(place: Place, written: Mapping[str, YamlNode]) -> Place:
    """Add file and line to a place that is known by its keys only: of all files, the one that has most of the keys."""
    lines = [(len(way), file, way[-1]) for file, tree in written.items() if (way := _lines_towards(tree, place.keys))]
    if not lines:
        return place
    _, file, line = max(lines, key=lambda one: one[0])
    return replace(place, file=file, line=line)


def _lines_towards(tree: YamlNode, keys: tuple[str, ...]) -> list[int]:
    """The line numbers on the way from the top to `keys`, as far as the file has these keys."""
    lines = [tree.line]
    for key in keys:
        below: YamlNode | None = None
        if isinstance(tree, YamlMapping):
            found = next(((name, node) for name, node in tree.entries if name.text == key), None)
            below = found[1] if found else None
            line = found[0].line if found else 0
        elif isinstance(tree, YamlSequence) and key.isdecimal() and int(key) < len(tree.items):
            below = tree.items[int(key)]
            line = below.line
        if below is None:
            break
        tree = below
        lines.append(line)
    return lines
