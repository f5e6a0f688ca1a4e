"""Tables and lists of a compose file: each key is allowed, refused, or unknown to Compose."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from grader.submission.policy.compose.scope import Kind, check_value, checks_kind, is_empty
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place
    from grader.submission.policy.policy import Entry, Policy

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_NAME_CHARACTERS: Final = "A-Z a-z 0-9 _ . -"
_NO_BREAK_SPACES: Final = ("\xa0", "\u202f", "\u2007")


def entries_below(node: YamlMapping | YamlSequence, place: Place) -> Iterator[tuple[str, YamlNode, Place]]:
    """Yield each key (or index) of `node`, its value, and its place."""
    if isinstance(node, YamlMapping):
        for key, value in node.entries:
            yield key.text, value, place.below(key.text, key.line or None)
    else:
        for number, value in enumerate(node.items):
            yield str(number), value, place.below(str(number), value.line or None)


def check_table(scope: ComposeScope, node: YamlNode, place: Place, table: str) -> None:
    """Check each key of a mapping against `[compose.<table>]`."""
    if isinstance(node, YamlScalar) and node.is_null:
        return
    if not isinstance(node, YamlMapping):
        scope.report_wrong_shape(place, "mapping", node)
        return
    entries = scope.policy.compose[table]
    for key, value, there in entries_below(node, place):
        entry = entries.get(key)
        if key.startswith("x-"):
            continue  # a note to Compose; what it is merged into is looked at there
        if entry is None and scope.is_resolved:
            scope.findings.refuse("key-not-allowed", there)
        elif entry is None:
            _report_unknown_key(scope, key, value, there, table)
        elif entry.value == "refused" and not is_empty(value):
            scope.refuse_key(there)
        elif entry.value != "refused" and not (isinstance(value, YamlScalar) and value.is_null):
            _check_either(scope, value, there, entry)


def _check_either(scope: ComposeScope, node: YamlNode, place: Place, entry: Entry) -> None:
    first, slash, second = entry.value.partition(" / ")
    check_value(scope, node, place, second if slash and not isinstance(node, YamlSequence) else first, entry.wanted)


def _report_unknown_key(scope: ComposeScope, key: str, value: YamlNode, place: Place, table: str) -> None:
    """A key that Compose does not know: say what was meant, as far as it can be guessed."""
    known = scope.policy.compose[table]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.8)
    if key[:1] in _NO_BREAK_SPACES:
        scope.findings.invalid("no-break-space", place)
    elif is_service(value) and table == "file":
        scope.findings.invalid("service-outside", place, seen=key)
    elif (parent := _table_below(scope.policy, known, key)) is not None:
        scope.findings.invalid("key-misplaced", place, seen=key, parent=parent)
    elif near:
        scope.findings.invalid("unknown-key", place, near=near[0])
    else:
        scope.findings.invalid("key-unknown", place, seen=key)


def is_service(node: YamlNode) -> bool:
    """Whether it looks like a service: it says what to run."""
    return isinstance(node, YamlMapping) and any(node.get(key) is not None for key in ("image", "build", "extends"))


def _table_below(policy: Policy, known: Mapping[str, Entry], key: str) -> str | None:
    """The key of `known` whose own table has `key`: `deploy` for `replicas`."""
    for parent, entry in known.items():
        kind, _, table = entry.value.rpartition(":")
        has_table = kind.split(":")[-1] in {"table", "named", "services"} or entry.value == "build"
        if has_table and key in policy.compose[table]:
            return parent
    return None


@checks_kind("table")
def _table(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    check_table(scope, node, place, kind.argument)


@checks_kind("name-or")
def _name_or(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    if isinstance(node, YamlScalar):
        check_value(scope, node, place, "name")
    else:
        check_table(scope, node, place, kind.argument)


@checks_kind("named")
def _named(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    if not isinstance(node, YamlMapping):
        scope.report_wrong_shape(place, "named-mappings", node)
        return
    for name, value, there in entries_below(node, place):
        check_name(scope, name, there)
        check_table(scope, value, there, kind.argument)


@checks_kind("list")
def _list(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "list", node)
        return
    for _, value, there in entries_below(node, place):
        check_value(scope, value, there, *kind)


@checks_kind("anything")
def _anything(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Nothing to judge here; see the reason in `policy.toml`."""


@checks_kind("name")
def _name(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    text = scope.literal(node, place, "name")
    if text is not None:
        check_name(scope, text, place)


def check_name(scope: ComposeScope, text: str, place: Place) -> None:
    """Docker takes no other names; one that reads as an option or as a path is refused."""
    if _NAME.fullmatch(text):
        return
    if text[:1] in _NO_BREAK_SPACES:
        scope.findings.invalid("no-break-space", place)
    elif text.startswith("-") or {"/", ":"} & set(text):
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted=_NAME_CHARACTERS)
    else:
        scope.report_unknown_value(place, text, _NAME_CHARACTERS)
