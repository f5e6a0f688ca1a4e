"""Mounts: the one place where a compose file names folders of the machine."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING

from grader.repository.compose_scope import Bind, Scope, kind
from grader.repository.compose_values import below, check_table
from grader.repository.paths import is_engine_socket
from grader.repository.tree import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from grader.repository.refusal import Place

__all__ = ["check_nesting"]

_VOLUME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_MODES = frozenset({"", "rw", "ro", "z", "Z", "cached", "delegated", "consistent", "nocopy"})
_SOURCE_AND_TARGET = 2


@kind("mounts")
def _mounts(scope: Scope, node: Node, place: Place, _: str) -> None:
    if not isinstance(node, Sequence):
        scope.wrong_shape(place, "a list of mounts")
        return
    for _number, mount, there in below(node, place):
        if isinstance(mount, Mapping):
            check_table(scope, mount, there, "mount")
            _long(scope, mount, there)
        else:
            _short(scope, mount, there)


def _short(scope: Scope, node: Node, place: Place) -> None:
    text = scope.literal(node, place, "SOURCE:TARGET")
    if text is None:
        return
    if re.match(r"[A-Za-z]:[\\/]", text):  # C:\Users\…, copied from a student's own machine
        scope.findings.refuse("path-outside", place, seen=text)
        return
    source, *rest = text.split(":")
    if not rest:
        return  # a target alone: an anonymous volume
    if len(rest) > _SOURCE_AND_TARGET:
        scope.wrong_shape(place, "SOURCE:TARGET:MODE")
        return
    modes = set(rest[1].split(",")) if len(rest) == _SOURCE_AND_TARGET else set[str]()
    for mode in sorted(modes - _MODES):
        scope.findings.refuse("mount-mode", place, seen=mode)
    if source.startswith((".", "/", "~")):
        _bind(scope, source, place, writable="ro" not in modes)
    elif not _VOLUME.fullmatch(source):
        scope.wrong_shape(place, "./FOLDER:TARGET")


def _long(scope: Scope, mount: Mapping, place: Place) -> None:
    source, type_, read_only = mount.get("source"), mount.get("type"), mount.get("read_only")
    if not isinstance(type_, Scalar):
        scope.wrong_shape(place, "type: bind, volume, tmpfs")
        return
    if source is None or type_.text == "tmpfs":
        return
    there = place.below("source", source.line or None)
    text = scope.literal(source, there, "a source")
    if text is None:
        return
    if type_.text != "volume":
        _bind(scope, text, there, writable=not (isinstance(read_only, Scalar) and read_only.text == "true"))
    elif not _VOLUME.fullmatch(text):
        scope.findings.refuse("value-not-allowed", there, seen=text, wanted="A-Z a-z 0-9 _ . -")


def _bind(scope: Scope, text: str, place: Place, *, writable: bool) -> None:
    if is_engine_socket(text):
        scope.findings.refuse("docker-socket", place, seen=text)
        return
    source = scope.folders.resolve(text)
    if source is None:
        scope.findings.refuse("path-outside", place, seen=text)
    else:
        scope.binds.append(Bind(source, writable, place))


def check_nesting(scope: Scope) -> None:
    """Refuses a bind whose source lies below another one that a container may write to.

    The engine follows links when it mounts, and by then a container may have put one there: what was inside the
    repository when it was read would be anywhere on the machine when it is mounted.
    """
    for outer, inner in permutations(scope.binds, 2):
        if outer.writable and inner.source != outer.source and inner.source.is_relative_to(outer.source):
            scope.findings.refuse(
                "bind-below-bind",
                inner.place,
                seen=scope.folders.shown(inner.source),
                other=str(outer.place.keys[1] if len(outer.place.keys) > 1 else outer.place),
            )
