"""Computes an upper bound for the length of texts with their variables replaced, without replacing them.

Ten lines of an env file, each of which holds the one before ten times, are 10 GB in the memory of Compose. Each place
where a variable stands in a text is replaced once, so the sum of their longest values is an upper bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from grader.submission.policy.env_files.reader import Assignment

MAX_NESTING: Final = 8
"""Defaults in defaults, as in `${A:-${B:-c}}`: Compose reads the whole text once more for each."""

# Compose's pattern ignores case, and to Go these two are an `s` and a `k`.
_LETTER: Final = "_a-zA-Z\u017f\u212a"
_NAME: Final = re.compile(rf"\$\{{?([{_LETTER}][{_LETTER}0-9]*)")
_BRACES: Final = re.compile(r"\$\{|\}")


def variables_in(text: str) -> list[str]:
    """The variables in `text`, each as often as it occurs; `$$` is a dollar sign."""
    return _NAME.findall(text.replace("$$", " "))


def nesting_depth(text: str) -> int:
    """How deeply `${…}` are nested."""
    depth = deepest = 0
    for brace in _BRACES.findall(text):
        depth = depth + 1 if brace != "}" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


@dataclass(slots=True)
class Expansion:
    """The longest value of each variable, in bytes."""

    longest_values: dict[str, int] = field(default_factory=dict)

    def max_bytes(self, text: str) -> int:
        """The most bytes that `text` can become."""
        # `$$` is looked into as well: an odd number of dollar signs is Compose's to count.
        return len(text.encode("utf-8", "surrogatepass")) + sum(
            self.longest_values.get(name, 0) for name in _NAME.findall(text)
        )

    def assign(self, assignment: Assignment) -> int:
        """Notes what `assignment` makes of its variable; gives the bytes of its value.

        Never less than before, since the environment of the process wins over an env file.
        """
        size = self.max_bytes(assignment.text) if assignment.expands else _bytes(assignment.text)
        self.longest_values[assignment.name] = max(self.longest_values.get(assignment.name, 0), size)
        return size

    def assign_in_any_order(self, assignments: Collection[Assignment], times: int, limit: int) -> int:
        """Notes what the services' env files make of their variables; gives the bytes of them all.

        Which service reads which file after which depends on merges and `extends`. No order can be worse than reading
        all of them one after the other, as many `times` as files are named. It stops beyond `limit`.
        """
        total = sum(self.longest_values.values())
        for _ in range(times):
            before = total
            for assignment in assignments:
                if self.assign(assignment) > limit:
                    break
            total = sum(self.longest_values.values())
            if total > limit or total == before:
                break
        return total


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def scalars(node: YamlNode) -> Iterator[YamlScalar]:
    """Every value below `node`, with aliases followed; keys are never expanded."""
    below: Iterable[YamlNode]
    match node:
        case YamlScalar():
            yield node
            return
        case YamlMapping():
            below = (value for _, value in node)
        case YamlSequence():
            below = node.items
    for one in below:
        yield from scalars(one)
