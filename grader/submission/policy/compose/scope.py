"""The context that every checker of a compose value gets, and the table of checkers by kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.submission.policy.env_files.check import is_reserved_variable
from grader.submission.policy.env_files.expansion import variables_in
from grader.submission.policy.findings import Findings, Place
from grader.submission.policy.paths import LocatedPath, PathError
from grader.submission.policy.yaml.tree import YamlNode, YamlScalar

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.env_files.reader import Assignment
    from grader.submission.policy.paths import SubmissionFolders
    from grader.submission.policy.policy import Policy

_VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$[A-Za-z_{]")


@dataclass(frozen=True, slots=True)
class BindMount:
    """A folder or file of the repository inside a container."""

    source: LocatedPath
    is_writable: bool
    place: Place


@dataclass(slots=True)
class ComposeScope:
    """A compose file that is being checked."""

    policy: Policy
    folders: SubmissionFolders
    findings: Findings
    is_resolved: bool
    """Whether this is what Compose itself made of the file: then no variable is left, and what is unknown is refused.
    In the file as written, a bounded value that holds a variable waits for that second reading."""
    binds: list[BindMount] = field(default_factory=list)
    published_ports: int = 0
    """Published so far."""
    env_files: list[tuple[Path, tuple[Assignment, ...]]] = field(default_factory=list)
    """What the services' env files assign, once for each time that one is named."""

    def report_wrong_shape(self, place: Place, wanted: str) -> None:
        """`wanted`: a key of `[shapes]` in `grader/messages/*/policy.toml`, or what may be written as it is."""
        if self.is_resolved:
            self.findings.refuse("not-understood", place, wanted=wanted)
        else:
            self.findings.invalid("wrong-shape", place, wanted=wanted)

    def text(self, node: YamlNode, place: Place, wanted: str = "text") -> str | None:
        """Return the text of a scalar within the limit; otherwise add a finding and return `None`."""
        if not isinstance(node, YamlScalar) or node.is_null:
            self.report_wrong_shape(place, wanted)
            return None
        if len(node.text) > self.policy.limits.text:
            self.findings.refuse("text-too-long", place, seen=str(len(node.text)), limit=str(self.policy.limits.text))
            return None
        return node.text

    def literal(self, node: YamlNode, place: Place, wanted: str = "text") -> str | None:
        """As `text`, but `None` if the text has a variable: then the second reading decides."""
        text = self.text(node, place, wanted)
        if text is None or not self.is_deferred(text):
            return text
        self.refuse_reserved(text, place)
        return None

    def refuse_reserved(self, text: str, place: Place) -> None:
        """Refuse variables whose value may differ when the submission is brought up."""
        if not self.is_resolved:
            for name in filter(is_reserved_variable, variables_in(text)):
                self.findings.refuse("variable-reserved", place, seen=name)

    def locate(self, text: str, place: Place) -> LocatedPath | None:
        """Return where a path leads; otherwise add a finding and return `None`."""
        if "$" in text:  # Compose reads `$$` as `$`, so that the text as written would name another file
            self.findings.refuse("variable-where-literal", place)
            return None
        try:
            return self.folders.locate(text)
        except PathError as fault:
            self.findings.refuse(fault.rule, place, seen=text)
            return None

    def is_deferred(self, text: str) -> bool:
        return not self.is_resolved and _VARIABLE.search(text) is not None


Checker = Callable[[ComposeScope, YamlNode, Place, str], None]
"""Checks one value; the last argument is what follows `:` in its kind."""

checkers_by_kind: dict[str, Checker] = {}


def checks_kind(name: str) -> Callable[[Checker], Checker]:
    def register(checker: Checker) -> Checker:
        checkers_by_kind[name] = checker
        return checker

    return register


def check_value(scope: ComposeScope, node: YamlNode, place: Place, value: str) -> None:
    """Check `node` against a `value` of `policy.toml`. Raises `KeyError` for an unknown kind."""
    name, _, argument = value.partition(":")
    checkers_by_kind[name](scope, node, place, argument)
