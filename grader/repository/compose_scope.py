"""What every checker of a compose value is given, and the table that finds checkers by kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.repository.dotenv import is_reserved
from grader.repository.expansion import names_in
from grader.repository.paths import Located, PathFault
from grader.repository.refusal import Findings, Place
from grader.repository.tree import Node, Scalar

if TYPE_CHECKING:
    from pathlib import Path

    from grader.repository.dotenv_reader import Assignment
    from grader.repository.paths import Folders
    from grader.repository.policy import Policy

__all__ = ["Bind", "Checker", "Scope", "check", "kind", "kinds"]

_VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$[A-Za-z_{]")


@dataclass(frozen=True, slots=True)
class Bind:
    """A folder or file of the repository inside a container."""

    source: Located
    writable: bool
    place: Place


@dataclass(slots=True)
class Scope:
    """One compose file being checked."""

    policy: Policy
    folders: Folders
    findings: Findings
    resolved: bool
    """Whether this is what Compose itself made of the file: then no variable is left, and what is unknown is refused.
    In the file as written, a bounded value that holds a variable waits for that second reading."""
    binds: list[Bind] = field(default_factory=list)
    ports: int = 0
    """Published so far."""
    env_files: list[tuple[Path, tuple[Assignment, ...]]] = field(default_factory=list)
    """What the services' env files assign, once for each time that one is named."""

    def wrong_shape(self, place: Place, wanted: str) -> None:
        if self.resolved:
            self.findings.refuse("not-understood", place, seen=wanted)
        else:
            self.findings.invalid("wrong-shape", place, wanted=wanted)

    def text(self, node: Node, place: Place, wanted: str = "a text") -> str | None:
        """The text of a scalar within its limit; says what is wrong and gives `None` otherwise."""
        if not isinstance(node, Scalar) or node.is_null:
            self.wrong_shape(place, wanted)
            return None
        if len(node.text) > self.policy.limits.text:
            self.findings.refuse("text-too-long", place, seen=str(len(node.text)), limit=str(self.policy.limits.text))
            return None
        return node.text

    def literal(self, node: Node, place: Place, wanted: str = "a text") -> str | None:
        """As `text`, and `None` where a variable stands in it and the second reading will know better."""
        text = self.text(node, place, wanted)
        if text is None or not self.waits(text):
            return text
        self.refuse_reserved(text, place)
        return None

    def refuse_reserved(self, text: str, place: Place) -> None:
        """Refuses variables whose value may be another one when the work is brought up."""
        if not self.resolved:
            for name in filter(is_reserved, names_in(text)):
                self.findings.refuse("variable-reserved", place, seen=name)

    def locate(self, text: str, place: Place) -> Located | None:
        """Where a path leads; says why it may not be used and gives `None` otherwise."""
        if "$" in text:  # Compose reads `$$` as `$`, so that what stands here would name another file
            self.findings.refuse("variable-where-literal", place)
            return None
        try:
            return self.folders.locate(text)
        except PathFault as fault:
            self.findings.refuse(fault.rule, place, seen=text)
            return None

    def waits(self, text: str) -> bool:
        return not self.resolved and _VARIABLE.search(text) is not None


Checker = Callable[[Scope, Node, Place, str], None]
"""Judges one value; the last argument is what stands after `:` in its kind."""

kinds: dict[str, Checker] = {}


def kind(name: str) -> Callable[[Checker], Checker]:
    def register(checker: Checker) -> Checker:
        kinds[name] = checker
        return checker

    return register


def check(scope: Scope, node: Node, place: Place, value: str) -> None:
    """Judges `node` by a `value` of `policy.toml`. Raises `KeyError` for a kind that does not exist."""
    name, _, argument = value.partition(":")
    kinds[name](scope, node, place, argument)
