"""Reads a YAML file event by event, so that limits apply before anything large is in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, TypeVar

import yaml

from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.submission.policy.policy import YamlLimits

_MERGE = "<<"
# Both are line breaks to YAML 1.1 and text to YAML 1.2: what one reader sees in a comment, the other obeys.
_YAML_1_1_LINE_BREAKS = ("\x85", "\u2028", "\u2029")
_NO_SPACE = re.compile("[ -]*[\t\u00a0\u2007\u202f]")
"""In the indentation of a line, or after a dash."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_RESET = "!reset"
_TAGS = frozenset(
    {_RESET, "!override", *(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null"))}
)
"""Compose's own, and those that say again what a value is. A value under `!reset` is checked as if it stayed."""
_Event = TypeVar("_Event", bound=yaml.Event)


class YamlFileError(Exception):
    """The file is refused (`offence`) or is not YAML at all (an ordinary mistake)."""

    def __init__(self, rule: str, line: int | None, *, offence: bool = True, **values: str) -> None:
        super().__init__(rule, line, values)
        self.rule, self.line, self.is_offence, self.values = rule, line, offence, values


def read_yaml(data: bytes, limits: YamlLimits) -> YamlNode:
    """The tree of the one document in `data`. Raises `YamlFileError`."""
    if len(data) > limits.bytes:
        raise YamlFileError("too-big", None, seen=str(len(data)), limit=str(limits.bytes))
    text = _decoded(data)
    builder = _Builder(limits, yaml.parse(text, Loader=yaml.SafeLoader))
    try:
        return builder.document()
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text) from error
    except yaml.YAMLError as error:
        raise YamlFileError("not-yaml", None, offence=False, problem=str(error)) from error


def _explained(error: yaml.MarkedYAMLError, text: str) -> YamlFileError:
    """What is wrong with a text that is not YAML: often a character that looks like a space."""
    if error.problem_mark is None:
        return YamlFileError("not-yaml", None, offence=False, problem=str(error.problem))
    last = error.problem_mark.line + 1
    lines = text.split("\n")
    for number in (last, last - 1):  # a reader may notice it in the next line only
        if match := _NO_SPACE.match(lines[number - 1] if 0 < number <= len(lines) else ""):
            rule = "yaml-tab" if match[0].endswith("\t") else "no-break-space"
            return YamlFileError(rule, number, offence=False)
    return YamlFileError("not-yaml", last, offence=False, problem=str(error.problem))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _decoded(data: bytes) -> str:
    """As Compose decodes it: UTF-8, or UTF-16 with its byte order mark, which Windows editors write."""
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlFileError("not-utf8", data.count(b"\n", 0, error.start) + 1, offence=False) from None
    for number, line in enumerate(text.split("\n"), start=1):
        if any(break_ in line for break_ in _YAML_1_1_LINE_BREAKS) or "\r" in line.removesuffix("\r"):
            raise YamlFileError("odd-line-break", number)
    return text


@dataclass(slots=True)
class _Builder:
    limits: YamlLimits
    events: Iterator[yaml.Event]
    anchors: dict[str, YamlNode] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Nodes below each anchor once its own aliases are followed."""
    nodes: int = 0
    aliases: int = 0

    def document(self) -> YamlNode:
        self._next(yaml.StreamStartEvent)
        start = next(self.events)
        if not isinstance(start, yaml.DocumentStartEvent):
            raise YamlFileError("empty-file", None, offence=False)
        if start.version or start.tags:
            raise YamlFileError("yaml-directive", _line(start))
        root = self._node(next(self.events), 0)
        self._next(yaml.DocumentEndEvent)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            second = next(self.events)
            is_empty = isinstance(second, yaml.ScalarEvent) and not second.value  # a last `---`, which Compose rejects
            raise YamlFileError("several-documents", _line(after), offence=not is_empty)
        return root

    def _next(self, kind: type[_Event]) -> _Event:
        event = next(self.events)
        assert isinstance(event, kind)  # the parser's own grammar
        return event

    def _node(self, event: yaml.Event, depth: int) -> YamlNode:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), line)
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            raise YamlFileError("not-yaml", line, offence=False, problem=type(event).__name__)
        if event.tag is not None and event.tag not in _TAGS:
            raise YamlFileError("yaml-tag", line, seen=event.tag)
        if depth > self.limits.depth:
            raise YamlFileError("too-deep", line, limit=str(self.limits.depth))
        before = self.nodes
        self._count(1, line)
        node: YamlNode
        if isinstance(event, yaml.ScalarEvent):
            is_plain = event.style is None or (event.tag == _RESET and not event.value)
            node = YamlScalar(event.value, line, plain=is_plain)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = YamlSequence(tuple(self._items(depth)), line)
        else:
            node = self._mapping(line, depth)
        if event.anchor is not None:
            if event.anchor in self.anchors:
                raise YamlFileError("yaml-anchor-twice", line, seen=event.anchor)
            self.anchors[event.anchor] = node
            self.sizes[event.anchor] = self.nodes - before
        return node

    def _alias(self, anchor: str, line: int) -> YamlNode:
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            raise YamlFileError("too-many-aliases", line, limit=str(self.limits.aliases))
        # An anchor is known once its node is complete, so a node that holds itself finds no anchor here.
        if anchor not in self.anchors:
            raise YamlFileError("yaml-unknown-alias", line, offence=False, seen=anchor)
        self._count(self.sizes[anchor], line)
        return self.anchors[anchor]

    def _count(self, nodes: int, line: int) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            raise YamlFileError("too-many-nodes", line, limit=str(self.limits.nodes))

    def _items(self, depth: int) -> Iterator[YamlNode]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _mapping(self, line: int, depth: int) -> YamlMapping:
        own: dict[str, tuple[YamlScalar, YamlNode]] = {}
        merged: list[YamlNode] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if not isinstance(key, YamlScalar):
                raise YamlFileError("yaml-odd-key", key.line, offence=False)
            if key.plain and key.text == _MERGE:
                merged.append(value)
            elif key.text in own:
                raise YamlFileError("yaml-key-twice", key.line, offence=False, seen=key.text)
            else:
                own[key.text] = (key, value)
        if len(merged) > 1:
            raise YamlFileError("yaml-key-twice", line, offence=False, seen=_MERGE)
        for name, entry in _merge(merged, line).items():
            own.setdefault(name, entry)
        return YamlMapping(tuple(own.values()), line)


def _merge(values: list[YamlNode], line: int) -> dict[str, tuple[YamlScalar, YamlNode]]:
    """The entries that `<<: *one` or `<<: [*one, *two]` brings: the first to name a key wins."""
    sources = [item for value in values for item in (value.items if isinstance(value, YamlSequence) else (value,))]
    entries: dict[str, tuple[YamlScalar, YamlNode]] = {}
    for source in sources:
        if not isinstance(source, YamlMapping):
            _refuse_merge(line)
        for key, node in source.entries:
            entries.setdefault(key.text, (key, node))
    return entries


def _refuse_merge(line: int) -> NoReturn:
    raise YamlFileError("yaml-odd-merge", line, offence=False)
