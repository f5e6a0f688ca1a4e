"""What a container gets of its machine: capabilities, limits, settings of the kernel, commands beside its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.submission.policy.compose.scope import Kind, checks_kind, is_empty
from grader.submission.policy.compose.tables import check_table, entries_below
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place

_DEFAULT_CAPABILITIES: Final = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
"""Those of every container that asks for none: https://docs.docker.com/engine/containers/run/."""
_CAPABILITY: Final = re.compile(r"(?:CAP_)?([A-Z_]+)", re.IGNORECASE)
_UNLIMITED: Final = -1
_MOST: Final = {
    "core": _UNLIMITED,  # a dump lies in the container's own disk, which is measured
    "cpu": _UNLIMITED,
    "data": _UNLIMITED,
    "fsize": 1 << 30,
    "locks": _UNLIMITED,
    "memlock": _UNLIMITED,  # counts as the container's own memory
    "msgqueue": 819_200,
    "nofile": 1_048_576,
    "nproc": 65_535,
    "rss": _UNLIMITED,
    "sigpending": 65_535,
    "stack": _UNLIMITED,
}
"""The highest limit of a process by name, as far as one may be set."""
_SYSCTLS: Final = {"net.core.somaxconn": 65_535, "net.ipv4.ip_unprivileged_port_start": 65_535}
"""Settings of the container's own network, and the highest value of each."""
_SERVICE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}(:r[ow])?")


@checks_kind("capabilities")
def _capabilities(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "list", node)
        return
    for _number, one, there in entries_below(node, place):
        text = scope.literal(one, there, "NET_BIND_SERVICE")
        match = _CAPABILITY.fullmatch(text) if text is not None else None
        if text is not None and (match is None or match[1].upper() not in _DEFAULT_CAPABILITIES):
            scope.refuse_key(place)


@checks_kind("ulimits")
def _ulimits(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlMapping):
        scope.report_wrong_shape(place, "nofile: 1024", node)
        return
    for name, value, there in entries_below(node, place):
        numbers = [one for _, one in value] if isinstance(value, YamlMapping) else [value]
        for number in numbers:
            text = scope.literal(number, there, "number")
            if text is None:
                continue
            if not re.fullmatch(r"-?[0-9]{1,18}", text):
                scope.report_wrong_shape(there, "number", number)
            elif not _is_within(int(text), _MOST.get(name, 0)):
                scope.refuse_key(place)


def _is_within(number: int, most: int) -> bool:
    return most == _UNLIMITED or 0 <= number <= most


@checks_kind("sysctls")
def _sysctls(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    pairs = dict[str, str]()
    if isinstance(node, YamlMapping):
        pairs = {name: value.text if isinstance(value, YamlScalar) else "" for name, value in node}
    elif isinstance(node, YamlSequence):
        pairs = dict(one.text.partition("=")[::2] for one in node.items if isinstance(one, YamlScalar))
    for name, value in pairs.items():
        most = _SYSCTLS.get(name, -1)
        if scope.is_deferred(value) and most >= 0:
            continue
        if not (re.fullmatch("[0-9]{1,6}", value) and int(value) <= most):
            scope.refuse_key(place)


@checks_kind("hooks")
def _hooks(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "list", node)
        return
    for _number, hook, there in entries_below(node, place):
        privileged = hook.get("privileged") if isinstance(hook, YamlMapping) else None
        if privileged is not None and not is_empty(privileged):
            scope.refuse_key(place)
        check_table(scope, hook, there, "hook")


@checks_kind("volumes-from")
def _volumes_from(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "list", node)
        return
    for _number, one, there in entries_below(node, place):
        text = scope.literal(one, there, "service")
        if text is not None and not _SERVICE_NAME.fullmatch(text):
            scope.refuse_key(place)


@checks_kind("develop")
def _develop(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Only `docker compose watch` acts on it; a folder outside is refused all the same."""
    watch = node.get("watch") if isinstance(node, YamlMapping) else None
    for _number, one, there in entries_below(watch, place) if isinstance(watch, YamlSequence) else ():
        path = one.get("path") if isinstance(one, YamlMapping) else None
        text = scope.literal(path, there, "folder") if path is not None else None
        if text is not None:
            scope.locate(text, place, scope.refuse_key)
