"""The simple kinds of value: texts, numbers, sizes, words of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.submission.policy.compose.scope import Kind, check_value, checks_kind, is_empty
from grader.submission.policy.compose.tables import entries_below
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place

_DURATION: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h))+|0")
_DURATION_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_SIZE: Final = re.compile(r"([0-9]{1,15})(?:\.[0-9]+)? ?(?:([kmgt])i?b?|b)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
RESERVED_LABEL: Final = "com.docker."
_RUNTIMES_OWN: Final = re.compile(r"(?:run|io|cdi|module|nvidia)\.|org\.systemd\.|com\.(?:docker|github\.containers)\.")
"""Annotations by which a runtime is told what to do: those of crun, runc, Kata, Podman, containerd."""


@checks_kind("text")
def _text(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    scope.text(node, place)


@checks_kind("document")
def _document(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlScalar):
        scope.report_wrong_shape(place, "text")


@checks_kind("words")
def _words(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if isinstance(node, YamlSequence):
        for _number, value, there in entries_below(node, place):
            scope.text(value, there)
    else:
        scope.text(node, place, "text-or-list")


@checks_kind("pairs")
def _pairs(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if isinstance(node, YamlScalar):
        scope.report_wrong_shape(place, "assignments")
        return
    for _name, value, there in entries_below(node, place):
        if isinstance(value, YamlScalar) and value.is_null:
            continue  # a name alone: its value would come from the environment, which is empty
        if isinstance(value, YamlSequence) and isinstance(node, YamlMapping):  # a host with several addresses
            check_value(scope, value, there, "list:text")
        else:
            scope.text(value, there)


@checks_kind("labels")
def _labels(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    _pairs(scope, node, place, kind)
    for label, there in _names_of_pairs(node, place):
        if label.startswith(RESERVED_LABEL):
            scope.findings.refuse("label-reserved", there)
        elif scope.is_deferred(label):
            scope.findings.refuse("variable-where-literal", there)


@checks_kind("annotations")
def _annotations(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    _pairs(scope, node, place, kind)
    for name, there in _names_of_pairs(node, place):
        if _RUNTIMES_OWN.match(name):
            scope.refuse_key(place)
        elif scope.is_deferred(name):
            scope.findings.refuse("variable-where-literal", there)


def _names_of_pairs(node: YamlNode, place: Place) -> list[tuple[str, Place]]:
    if isinstance(node, YamlMapping):
        return [(name, there) for name, _, there in entries_below(node, place)]
    if isinstance(node, YamlSequence):
        return [
            (value.text.partition("=")[0], there)
            for _, value, there in entries_below(node, place)
            if isinstance(value, YamlScalar)
        ]
    return []


@checks_kind("flag")
def _flag(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    _check_match(scope, node, place, Kind(r"(?i:true|false|yes|no|on|off)", "true, false"))


@checks_kind("never")
def _never(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not is_empty(node):
        scope.refuse_key(place)


@checks_kind("number")
def _number(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    low, _, high = kind.argument.partition("..")
    text = scope.literal(node, place, f"{low}…{high}")
    if text is None:
        return
    if not re.fullmatch(r"-?[0-9]{1,12}", text):
        scope.report_wrong_shape(place, f"{low}…{high}", node)
    elif not int(low) <= int(text) <= int(high):
        scope.refuse_key(place, text, f"{low}…{high}")


@checks_kind("size")
def _size(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    text = scope.literal(node, place, "64m, 1g")
    if text is None:
        return
    size = parse_size(text)
    if size is None:
        scope.report_unknown_value(place, text, "64m, 1g")
    elif size > int(kind.argument):
        scope.refuse_key(place, text, f"≤ {kind.argument}")


def parse_size(text: str) -> int | None:
    """The bytes that `64m` or `1gb` stands for, rounded down; `None` if it is no size."""
    match = _SIZE.fullmatch(text)
    return int(match[1]) * _UNITS[(match[2] or "").lower()] if match else None


@checks_kind("duration")
def _duration(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    _check_match(scope, node, place, Kind(_DURATION.pattern, "10s, 1m30s"))


@checks_kind("seconds")
def _seconds(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    text = scope.literal(node, place, "10s")
    if text is None:
        return
    if not _DURATION.fullmatch(text):
        scope.report_unknown_value(place, text, "10s, 1m30s")
    elif sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(text)) > int(kind.argument):
        scope.refuse_key(place, text, f"≤ {kind.argument}s")


@checks_kind("one-of")
def _one_of(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    allowed, _, refused = kind.argument.partition(";")
    wanted = kind.wanted or allowed.replace("|", ", ")
    text = scope.literal(node, place, wanted)
    if text is None or text in allowed.split("|"):
        return
    if text in refused.split("|"):
        scope.refuse_key(place, text, wanted)
    else:
        scope.report_unknown_value(place, text, wanted)


@checks_kind("only")
def _only(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    text = None if is_empty(node) else scope.literal(node, place, kind.shown)
    if text is not None and text not in kind.argument.split("|"):
        scope.refuse_key(place, text, kind.wanted or kind.argument.replace("|", ", "))


@checks_kind("match")
def _match(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    _check_match(scope, node, place, kind)


def _check_match(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    text = scope.literal(node, place, kind.shown)
    if text is not None and not re.fullmatch(kind.argument, text):
        scope.report_unknown_value(place, text, kind.shown)


@checks_kind("only-match")
def _only_match(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    text = scope.literal(node, place, kind.shown)
    if text is not None and not re.fullmatch(kind.argument, text):
        scope.refuse_key(place, text, kind.shown)


@checks_kind("platform")
def _platform(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    _check_match(scope, node, place, Kind(r"[a-z0-9]+(/[a-z0-9]+){0,2}", "linux/amd64"))


@checks_kind("project-name")
def _project_name(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Compose makes `todos` of `Todos`: the name is judged as Compose has made it."""
    text = scope.literal(node, place, "name")
    if text is not None and scope.is_resolved:
        _check_match(scope, node, place, Kind(r"[a-z0-9][a-z0-9_-]{0,62}", "a-z 0-9 _ -"))
