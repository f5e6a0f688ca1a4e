"""Mounts: the one place where a compose file names folders of the machine."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING

from grader.submission.policy.compose.scope import BindMount, ComposeScope, checks_kind
from grader.submission.policy.compose.values import check_table, entries_below
from grader.submission.policy.paths import is_engine_socket
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from grader.submission.policy.findings import Place

_VOLUME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_WINDOWS_PATH = re.compile(r"[^\W\d_]:|\\\\")
"""How Compose recognizes one: a single letter before the first colon, or two backslashes."""
_MODES = frozenset({"", "rw", "ro", "z", "Z", "cached", "delegated", "consistent", "nocopy"})
_PARTS_AFTER_SOURCE = 2


@checks_kind("mounts")
def _mounts(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "mounts")
        return
    for _number, mount, there in entries_below(node, place):
        if isinstance(mount, YamlMapping):
            check_table(scope, mount, there, "mount")
            _check_long(scope, mount, there)
        else:
            _check_short(scope, mount, there)


def _check_short(scope: ComposeScope, node: YamlNode, place: Place) -> None:
    text = scope.literal(node, place, "SOURCE:TARGET")
    if text is None:
        return
    if _WINDOWS_PATH.match(text):
        _refuse_windows_path(scope, text, place)
        return
    source, *rest = text.split(":")
    if not rest:
        return  # a target alone: an anonymous volume
    if len(rest) > _PARTS_AFTER_SOURCE:
        scope.report_wrong_shape(place, "SOURCE:TARGET:MODE")
        return
    _check_target(scope, rest[0], place)
    modes = rest[1].split(",") if len(rest) == _PARTS_AFTER_SOURCE else []
    for mode in sorted(set(modes) - _MODES):
        scope.findings.refuse("mount-mode", place, seen=mode)
    if source.startswith((".", "/", "~")):
        access = [mode for mode in modes if mode in {"ro", "rw"}]  # the last one counts
        _add_bind(scope, source, place, writable=access[-1:] != ["ro"])
    elif not _VOLUME.fullmatch(source):
        scope.report_wrong_shape(place, "./FOLDER:TARGET")


def _refuse_windows_path(scope: ComposeScope, text: str, place: Place) -> None:
    r"""`C:\Users\zoe:/data` is a folder of the student's machine; `v:/v` looks the same, but means no path."""
    _, _, target = text[2:].partition(":")
    if target.startswith("/") or "\\" in text:
        scope.findings.refuse("path-outside", place, seen=text)
    else:
        scope.findings.invalid("volume-of-one-letter", place, seen=text, letter=text[0])


@checks_kind("mount-target")
def _mount_target(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    text = scope.literal(node, place, "/FOLDER")
    if text is not None:
        _check_target(scope, text, place)


def _check_target(scope: ComposeScope, text: str, place: Place) -> None:
    if not text.startswith("/"):  # no engine takes it
        scope.findings.invalid("mount-target", place, seen=text)
    elif ":" in text:  # Compose hands the engine one text, SOURCE:TARGET:MODE
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted="/FOLDER")


def _check_long(scope: ComposeScope, mount: YamlMapping, place: Place) -> None:
    source, type_, read_only = mount.get("source"), mount.get("type"), mount.get("read_only")
    if not isinstance(type_, YamlScalar):
        scope.report_wrong_shape(place, "type: bind, volume, tmpfs")
        return
    if source is None or type_.text == "tmpfs":
        return
    there = place.below("source", source.line or None)
    text = scope.literal(source, there, "source")
    if text is None:
        return
    if type_.text != "volume":
        _add_bind(scope, text, there, writable=not (isinstance(read_only, YamlScalar) and read_only.text == "true"))
    elif not _VOLUME.fullmatch(text):
        scope.findings.refuse("value-not-allowed", there, seen=text, wanted="A-Z a-z 0-9 _ . -")


def _add_bind(scope: ComposeScope, text: str, place: Place, *, writable: bool) -> None:
    if is_engine_socket(text):
        scope.findings.refuse("docker-socket", place, seen=text)
        return
    source = scope.locate(text, place)
    if source is None:
        return
    if ":" in text:  # as in a target: the engine would cut it elsewhere
        scope.findings.refuse("path-odd", place)
    scope.binds.append(BindMount(source, writable, place))


def refuse_replaceable_sources(scope: ComposeScope) -> None:
    """Refuse each bind whose source a container could replace by a link to the machine before it is mounted.

    The engine follows links when it mounts, and by then another container of the project may be running. What it can
    write to is a folder that is mounted writable, with all that is inside; so no name on the way to another source may
    be looked up in there, neither a folder, nor a link that leads out of it. The same folder mounted twice is fine:
    its own name is in the folder above.
    """
    for outer, inner in permutations(scope.binds, 2):
        inside = [entry for entry in inner.source.entries if entry.parent.is_relative_to(outer.source.real_path)]
        if outer.is_writable and inside:
            scope.findings.refuse(
                "bind-below-bind",
                inner.place,
                seen=scope.folders.display_path(inside[-1]),
                other=str(outer.place.keys[1] if len(outer.place.keys) > 1 else outer.place),
            )
