"""What Compose says about a file that it rejects: the line, and for the frequent mistakes what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.submission.policy.findings import Place
from grader.submission.policy.lines import with_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.submission.policy.findings import Findings
    from grader.submission.policy.yaml.tree import YamlNode

_RULES: Final = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"refers to undefined (?P<section>network|volume|config|secret) (?P<seen>[^:\s]+)", "undeclared"),
        (r'depends on undefined service "(?P<seen>[^"]+)"', "service-undeclared"),
        (r'cannot extend service .*: service "(?P<seen>[^"]+)" not found', "service-undeclared"),
        (r"has neither an image nor a build context", "nothing-to-run"),
        (r"dependency cycle detected: (?P<seen>.+)", "depends-cycle"),
        (r"invalid interpolation format", "dollar-alone"),
        (r"required variable (?P<seen>\w+) is missing a value", "variable-missing"),
        (r"must be a string", "quotes-missing"),
    )
)
_KEYS: Final = re.compile(r"(?:services|networks|volumes|configs|secrets|name|version)\b(?:[.\[][\w-]+\]?)*")
_SERVICE: Final = re.compile(r"service \"?([\w.-]+)\"? ")
_LINE: Final = re.compile(r"line (\d+)")
_FILE: Final = re.compile(r"(?:validating|failed to parse) (\S+): ")
_MAX_WORDS: Final = 300


def explain_rejection(text: str, first: str, written: Mapping[str, YamlNode], findings: Findings) -> None:
    """Add the mistake that Compose has found. `first` is the file that it was given, `written` has all that it read."""
    file = next((name for name in _FILE.findall(text) if name in written), first)
    words = " ".join(_FILE.sub("", text).split())[:_MAX_WORDS]
    place = _place(words, file, written)
    for pattern, rule in _RULES:
        if match := pattern.search(words):
            values = match.groupdict() | {"words": words}
            if "section" in values:
                values["section"] += "s"
            findings.invalid(rule, place, **values)
            return
    findings.invalid("compose-says", place, seen=words)


def _place(words: str, file: str, written: Mapping[str, YamlNode]) -> Place:
    """The place that Compose speaks of: it names keys, a service, a line, or nothing."""
    if lines := _LINE.findall(words):
        return Place(file, int(lines[-1]))
    if keys := _KEYS.search(words):
        return with_line(Place(file, None, tuple(re.findall(r"[\w-]+", keys[0]))), written)
    if service := _SERVICE.search(words):
        return with_line(Place(file, None, ("services", service[1])), written)
    return Place(file)
