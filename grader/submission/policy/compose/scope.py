"""The context that every checker of a compose value gets, and the table of checkers by kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from grader.messages import DEFAULT, catalogue
from grader.submission.policy.env_files.check import is_reserved_variable
from grader.submission.policy.env_files.expansion import variables_in
from grader.submission.policy.findings import Findings, Place
from grader.submission.policy.own_computer import is_of_a_person, is_on_own_computer
from grader.submission.policy.paths import LocatedPath, PathError
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.env_files.reader import Assignment
    from grader.submission.policy.paths import SubmissionFolders
    from grader.submission.policy.policy import Policy

_VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$[A-Za-z_{]")
_NO_BREAK_SPACES = re.compile("[\u00a0\u2007\u202f]")
_TYPOGRAPHIC_QUOTES = re.compile("[\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]")


@dataclass(frozen=True, slots=True)
class BindMount:
    """A folder or file of the machine inside a container."""

    source: LocatedPath | str
    """Where it is in the repository or the empty home; as it is written if it exists on the student's computer only."""
    is_writable: bool
    place: Place
    mount: YamlNode
    """As it is written, for a mount of a service; for a config, a secret or a volume, its own table."""


@dataclass(slots=True)
class ComposeScope:
    """A compose file that is being checked."""

    policy: Policy
    folders: SubmissionFolders
    findings: Findings
    is_resolved: bool
    """Whether this is what Compose itself made of the file: then no variable is left, and what is unknown is refused.
    In the file as written, a bounded value that holds a variable waits for that second reading."""
    is_part: bool = False
    """Whether it is a file that another one names, which need not describe a service."""
    own_variables: frozenset[str] = frozenset()
    """Those that the student's `.env` sets."""
    written_texts: tuple[str, ...] = ()
    """For the second reading, every text of the student's files: they show whether a path was written as absolute."""
    file_secrets: frozenset[str] = frozenset()
    """The secrets that the compose files declare."""
    binds: list[BindMount] = field(default_factory=list)
    published_ports: int = 0
    """Published so far."""
    env_files: list[tuple[Path, tuple[Assignment, ...]]] = field(default_factory=list)
    """What the services' env files assign, once for each time that one is named."""
    other_files: list[OtherFile] = field(default_factory=list)
    """Compose files that this one names."""

    def report_wrong_shape(self, place: Place, wanted: str, seen: YamlNode | None = None) -> None:
        """`wanted`: a key of `[shapes]` in `grader/messages/*/policy.toml`, or what may be written as it is.

        `seen`: what is there, if that may explain the mistake.
        """
        if self.is_resolved:
            self.findings.refuse("not-understood", place, wanted=wanted)
        elif isinstance(seen, YamlScalar) and _NO_BREAK_SPACES.search(seen.text):
            self.findings.invalid("no-break-space", place)
        elif isinstance(seen, YamlScalar) and _TYPOGRAPHIC_QUOTES.search(seen.text):
            self.findings.invalid("typographic-quotes", place, seen=seen.text)
        else:
            self.findings.invalid("wrong-shape", place, wanted=wanted)

    def report_unknown_value(self, place: Place, seen: str, wanted: str) -> None:
        """A value that neither Compose nor an engine knows."""
        rule = "typographic-quotes" if _TYPOGRAPHIC_QUOTES.search(seen) else "value-unknown"
        self.findings.invalid(rule, place, seen=seen, wanted=wanted)

    def refuse_key(self, place: Place, seen: str = "", wanted: str = "") -> None:
        """Refuse the key at `place` for a reason of its own, if it has one; otherwise the value `seen`, or the key."""
        words = catalogue("policy", DEFAULT)["refused"]
        *_, parent, key = ("", *(one for one in place.keys if not one.isdecimal()))
        own = next((name for name in (f"{parent}.{key}", key) if name in words), None)
        if own is not None:
            self.findings.refuse(own, place)
        elif seen:
            self.findings.refuse("value-not-allowed", place, seen=seen, wanted=wanted)
        else:
            self.findings.refuse("key-not-allowed", place)

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

    def locate(self, text: str, place: Place, refuse: Callable[[Place], None] | None = None) -> LocatedPath | None:
        """Return where a path leads; otherwise add a finding and return `None`.

        `refuse` adds the finding for a path that leads out of the repository.
        """
        if "$" in text:  # Compose reads `$$` as `$`, so that the text as written would name another file
            self.findings.refuse("variable-where-literal", place)
            return None
        try:
            return self.folders.locate(text)
        except PathError as fault:
            if is_of_a_person(text) and self._is_written_as_absolute(text):
                self.findings.invalid("path-elsewhere", place, seen=text)
            elif fault.rule == "path-outside" and refuse:
                refuse(place)
            else:
                self.findings.refuse(fault.rule, place, seen=text)
            return None

    def is_on_own_computer(self, text: str) -> bool:
        """Whether `text` names a folder of the student's own computer, where `..` has not led from the repository."""
        return is_on_own_computer(text.replace("$$", "$")) and self._is_written_as_absolute(text)

    def _is_written_as_absolute(self, text: str) -> bool:
        """Whether the first folder of a resolved path begins a text of the student's files, or a default in one."""
        if not self.is_resolved or not text.startswith("/"):
            return True
        first = re.compile(rf"(?:^|[^\w.}}/-]|:-|:?\+|\w-)/{re.escape(text.split('/')[1])}(?![\w.-])")
        return any(first.search(one) for one in self.written_texts)

    def is_deferred(self, text: str) -> bool:
        return not self.is_resolved and _VARIABLE.search(text) is not None


@dataclass(frozen=True, slots=True)
class OtherFile:
    """A compose file that another one names, by `include` or `extends`."""

    path: Path
    folder: Path
    """Where its relative paths start."""


class Kind(NamedTuple):
    """What a value must be: what follows the name of its kind in `policy.toml`, and the words for it."""

    argument: str
    wanted: str

    @property
    def shown(self) -> str:
        return self.wanted or self.argument


Checker = Callable[[ComposeScope, YamlNode, Place, Kind], None]
"""Checks one value."""

checkers_by_kind: dict[str, Checker] = {}


def checks_kind(name: str) -> Callable[[Checker], Checker]:
    def register(checker: Checker) -> Checker:
        checkers_by_kind[name] = checker
        return checker

    return register


def check_value(scope: ComposeScope, node: YamlNode, place: Place, value: str, wanted: str = "") -> None:
    """Check `node` against a `value` of `policy.toml`. Raises `KeyError` for an unknown kind."""
    name, _, argument = value.partition(":")
    checkers_by_kind[name](scope, node, place, Kind(argument, wanted))


def is_empty(node: YamlNode) -> bool:
    """Whether a value asks for nothing: `false`, an empty text, list or mapping, or none at all."""
    match node:
        case YamlScalar():
            return node.is_null or node.text.lower() in {"", "false", "no", "off"}
        case YamlMapping():
            return not node.entries
        case YamlSequence():
            return not node.items
