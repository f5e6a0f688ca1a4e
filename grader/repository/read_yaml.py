"""Reads a YAML file event by event, so that its limits hold before anything large exists in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, TypeVar

import yaml

from grader.repository.tree import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.repository.policy import YamlLimits

__all__ = ["YamlFault", "read_yaml"]

_MERGE = "<<"
# Both are line breaks to YAML 1.1 and text to YAML 1.2: what one reader sees in a comment, the other obeys.
_LINE_BREAKS_OF_OLD = ("\x85", "\u2028", "\u2029")
_Event = TypeVar("_Event", bound=yaml.Event)


class YamlFault(Exception):
    """The file is refused (`offence`) or is not YAML at all (an ordinary mistake)."""

    def __init__(self, rule: str, line: int | None, *, offence: bool = True, **values: str) -> None:
        super().__init__(rule, line, values)
        self.rule, self.line, self.offence, self.values = rule, line, offence, values


def read_yaml(data: bytes, limits: YamlLimits) -> Node:
    """The tree of the one document in `data`. Raises `YamlFault`."""
    if len(data) > limits.bytes:
        raise YamlFault("too-big", None, seen=str(len(data)), limit=str(limits.bytes))
    text = _decoded(data)
    builder = _Builder(limits, yaml.parse(text, Loader=yaml.SafeLoader))
    try:
        return builder.document()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise YamlFault("not-yaml", line, offence=False, problem=str(error.problem)) from error
    except yaml.YAMLError as error:
        raise YamlFault("not-yaml", None, offence=False, problem=str(error)) from error


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")  # Windows editors write the mark; Compose reads past it too
    except UnicodeDecodeError:
        raise YamlFault("not-utf8", None) from None
    for number, line in enumerate(text.split("\n"), start=1):
        if any(break_ in line for break_ in _LINE_BREAKS_OF_OLD) or "\r" in line.removesuffix("\r"):
            raise YamlFault("odd-line-break", number)
    return text


@dataclass(slots=True)
class _Builder:
    limits: YamlLimits
    events: Iterator[yaml.Event]
    anchors: dict[str, Node] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Nodes below each anchor once its own aliases are followed."""
    nodes: int = 0
    aliases: int = 0

    def document(self) -> Node:
        self._next(yaml.StreamStartEvent)
        start = next(self.events)
        if not isinstance(start, yaml.DocumentStartEvent):
            raise YamlFault("empty-file", None, offence=False)
        if start.version or start.tags:
            raise YamlFault("yaml-directive", _line(start))
        root = self._node(next(self.events), 0)
        self._next(yaml.DocumentEndEvent)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise YamlFault("several-documents", _line(after))
        return root

    def _next(self, kind: type[_Event]) -> _Event:
        event = next(self.events)
        assert isinstance(event, kind)  # noqa: S101  # the parser's own grammar
        return event

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), line)
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            raise YamlFault("not-yaml", line, offence=False, problem=type(event).__name__)
        if event.tag is not None:
            raise YamlFault("yaml-tag", line, seen=event.tag)
        if depth > self.limits.depth:
            raise YamlFault("too-deep", line, limit=str(self.limits.depth))
        before = self.nodes
        self._count(1, line)
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(event.value, line, plain=event.style is None)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Sequence(tuple(self._items(depth)), line)
        else:
            node = self._mapping(line, depth)
        if event.anchor is not None:
            if event.anchor in self.anchors:
                raise YamlFault("yaml-anchor-twice", line, seen=event.anchor)
            self.anchors[event.anchor] = node
            self.sizes[event.anchor] = self.nodes - before
        return node

    def _alias(self, anchor: str, line: int) -> Node:
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            raise YamlFault("too-many-aliases", line, limit=str(self.limits.aliases))
        # An anchor is known once its node is complete, so a node that holds itself finds no anchor here.
        if anchor not in self.anchors:
            raise YamlFault("yaml-unknown-alias", line, offence=False, seen=anchor)
        self._count(self.sizes[anchor], line)
        return self.anchors[anchor]

    def _count(self, nodes: int, line: int) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            raise YamlFault("too-many-nodes", line, limit=str(self.limits.nodes))

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _mapping(self, line: int, depth: int) -> Mapping:
        own: dict[str, tuple[Scalar, Node]] = {}
        merged: list[Node] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                raise YamlFault("yaml-odd-key", key.line)
            if key.plain and key.text == _MERGE:
                merged.append(value)
            elif key.text in own:
                raise YamlFault("yaml-key-twice", key.line, seen=key.text)
            else:
                own[key.text] = (key, value)
        if len(merged) > 1:
            raise YamlFault("yaml-key-twice", line, seen=_MERGE)
        for name, entry in _merge(merged, line).items():
            own.setdefault(name, entry)
        return Mapping(tuple(own.values()), line)


def _merge(values: list[Node], line: int) -> dict[str, tuple[Scalar, Node]]:
    """The entries that `<<: *one` or `<<: [*one, *two]` brings: the first to name a key wins."""
    sources = [item for value in values for item in (value.items if isinstance(value, Sequence) else (value,))]
    entries: dict[str, tuple[Scalar, Node]] = {}
    for source in sources:
        if not isinstance(source, Mapping):
            _odd_merge(line)
        for key, node in source.entries:
            entries.setdefault(key.text, (key, node))
    return entries


def _odd_merge(line: int) -> NoReturn:
    raise YamlFault("yaml-odd-merge", line, offence=False)
