"""Mounts: the one place where a compose file names folders of the machine."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING

from grader.submission.policy.compose.scope import BindMount, Kind, checks_kind
from grader.submission.policy.compose.tables import check_table, entries_below
from grader.submission.policy.paths import is_engine_socket
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place

_VOLUME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_WINDOWS_PATH = re.compile(r"[^\W\d_]:|\\\\")
"""How Compose recognizes one: a single letter before the first colon, or two backslashes."""
_MODES = frozenset({"", "rw", "ro", "z", "Z", "cached", "delegated", "consistent", "nocopy", "rprivate", "private"})
_REFUSED_MODES = frozenset({"shared", "rshared", "slave", "rslave", "exec", "suid", "dev", "U", "O"})
_PARTS_AFTER_SOURCE = 2
_MEMORY_OPTIONS = re.compile(r"(?:(?:size|uid|gid|mode|nr_inodes)=[0-9]+[kmgKMG%]?|ro|rw|noexec|nosuid|nodev)?")
_BIND_OPTIONS = re.compile(r"bind|rbind|ro|rw")


@checks_kind("mounts")
def _mounts(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "mounts", node)
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
    source, *rest = _parts(text)
    if not rest:
        return  # a target alone: an anonymous volume
    if len(rest) > _PARTS_AFTER_SOURCE:
        scope.report_wrong_shape(place, "SOURCE:TARGET:MODE", node)
        return
    if len(source) == 1 and source.isalpha():  # `v:/v`
        scope.findings.invalid("volume-of-one-letter", place, seen=text, letter=source)
        return
    if not _check_target(scope, rest[0], place):
        return
    modes = rest[1].split(",") if len(rest) == _PARTS_AFTER_SOURCE else []
    for mode in sorted(set(modes) - _MODES):
        if mode in _REFUSED_MODES:
            scope.findings.refuse("mount-mode", place, seen=mode)
        else:
            scope.report_unknown_value(place, mode, "ro, rw")
    if source.startswith((".", "/", "~")) or _WINDOWS_PATH.match(source):
        access = [mode for mode in modes if mode in {"ro", "rw"}]  # the last one counts
        _add_bind(scope, source, place, node, writable=access[-1:] != ["ro"])
    elif not _VOLUME.fullmatch(source):
        scope.report_wrong_shape(place, "./FOLDER:TARGET", node)


def _parts(text: str) -> list[str]:
    r"""Source, target and mode; the colon in `C:\Users\zoe:/data` is a part of the path, as in `C:/Users/zoe:/data`."""
    if not _WINDOWS_PATH.match(text):
        return text.split(":")
    source, *others = text[2:].split(":")
    is_path = source.startswith(("/", "\\")) and others and ("\\" in text or others[0].startswith("/"))
    return [text[:2] + source, *others] if is_path else text.split(":")


@checks_kind("mount-target")
def _mount_target(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    text = scope.literal(node, place, "/FOLDER")
    if text is not None:
        _check_target(scope, text, place)


def _check_target(scope: ComposeScope, text: str, place: Place) -> bool:
    """Whether an engine takes the target; otherwise a finding is added."""
    if not text.startswith("/"):
        scope.findings.invalid("mount-target", place, seen=text)
    elif ":" in text:  # Compose hands the engine one text, SOURCE:TARGET:MODE
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted="/FOLDER")
    else:
        return True
    return False


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
        is_read_only = isinstance(read_only, YamlScalar) and read_only.text == "true"
        _add_bind(scope, text, there, mount, writable=not is_read_only)
    elif "/" in text or "\\" in text:
        scope.findings.refuse("value-not-allowed", there, seen=text, wanted="A-Z a-z 0-9 _ . -")
    elif not _VOLUME.fullmatch(text):
        scope.report_unknown_value(there, text, "A-Z a-z 0-9 _ . -")


@checks_kind("volume-options")
def _volume_options(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Options of the driver `local`, which calls mount(8): a folder of the repository, or memory."""
    if not isinstance(node, YamlMapping):
        scope.report_wrong_shape(place, "mapping", node)
        return
    texts = {name: value.text if isinstance(value, YamlScalar) else "?" for name, value in node}
    if any(scope.is_deferred(text) for text in texts.values()):
        return
    kind, options, device = (texts.pop(name, "") for name in ("type", "o", "device"))
    flags = options.split(",")
    if not texts and kind == "tmpfs" and device in {"", "tmpfs"} and all(map(_MEMORY_OPTIONS.fullmatch, flags)):
        return
    is_bind = not texts and kind in {"none", "", "bind"} and {"bind", "rbind"} & set(flags)
    if not is_bind or not device or not all(map(_BIND_OPTIONS.fullmatch, flags)):
        if texts or kind or options or device:
            scope.refuse_key(place)
        return
    if scope.is_resolved and not device.startswith("/") and not scope.is_on_own_computer(device):
        # Compose has not completed it, for want of `driver: local`: an engine would start in a folder of its own.
        scope.findings.invalid("device-relative", place, seen=device)
        return
    device_node = node.get("device")
    there = place.below("device", (device_node.line if device_node else 0) or None)
    _add_bind(scope, device, there, node, writable="ro" not in flags, refuse=lambda _: scope.refuse_key(place))


def _add_bind(
    scope: ComposeScope,
    text: str,
    place: Place,
    mount: YamlNode,
    *,
    writable: bool,
    refuse: Callable[[Place], None] | None = None,
) -> None:
    if is_engine_socket(text):
        scope.findings.refuse("docker-socket", place, seen=text)
        return
    if scope.folders.resolve(text) is None and scope.is_on_own_computer(text):
        scope.binds.append(BindMount(text, writable, place, mount))
        return
    source = scope.locate(text, place, refuse)
    if source is None:
        return
    if ":" in text:  # as in a target: the engine would cut it elsewhere
        scope.findings.refuse("path-odd", place)
    scope.binds.append(BindMount(source, writable, place, mount))


def refuse_replaceable_sources(scope: ComposeScope) -> None:
    """Refuse each bind whose source is reached by a link that a container could replace before it is mounted.

    The engine follows links when it mounts, and by then another container of the project may be running. What it can
    write to is a folder that is mounted writable, with all that is inside. A folder in there is mounted from a copy of
    its own (see `moved_mounts`); a link in there may lead to any place of the repository.
    """
    for outer, inner in permutations(scope.binds, 2):
        if not outer.is_writable or isinstance(outer.source, str) or isinstance(inner.source, str):
            continue
        top = outer.source.real_path
        inside = [link for link in inner.source.links if link.parent.is_relative_to(top)]
        if inside:
            scope.findings.refuse(
                "bind-below-bind",
                inner.place,
                seen=scope.folders.display_path(inside[-1]),
                other=str(outer.place.keys[1] if len(outer.place.keys) > 1 else outer.place),
            )
