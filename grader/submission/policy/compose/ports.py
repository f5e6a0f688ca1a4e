"""Published ports, in Compose's short and long syntax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.submission.policy.compose.scope import ComposeScope, checks_kind
from grader.submission.policy.compose.values import check_table, entries_below
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlSequence

if TYPE_CHECKING:
    from grader.submission.policy.findings import Place

_RANGE = r"[0-9]{1,5}(?:-[0-9]{1,5})?"
_SHORT = re.compile(
    rf"(?:(?P<ip>\[[^\]]*\]|[^:\[\]]*):)?(?:(?P<host>{_RANGE})?:)?(?P<inside>{_RANGE})(?:/(?P<protocol>[a-z]+))?"
)
_ALLOWED_ADDRESSES = frozenset({"", "0.0.0.0", "127.0.0.1", "::", "::1", "[::]", "[::1]"})  # noqa: S104  # read, not bound
_FIRST_UNPRIVILEGED, _LAST = 1024, 65535


@checks_kind("ports")
def _ports(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "ports")
        return
    for _number, port, there in entries_below(node, place):
        if isinstance(port, YamlMapping):
            check_table(scope, port, there, "port")
        else:
            _check_short(scope, port, there)


def _check_short(scope: ComposeScope, node: YamlNode, place: Place) -> None:
    text = scope.literal(node, place, "MACHINE:CONTAINER")
    if text is None:
        return
    # "4002:7777" has no address, though the pattern's first group could take its first number.
    match = _SHORT.fullmatch(text if text.count(":") > 1 else f":{text}") if ":" in text else _SHORT.fullmatch(text)
    if match is None:
        scope.report_wrong_shape(place, "MACHINE:CONTAINER")
        return
    if match["protocol"] not in {None, "tcp", "udp"}:
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted="tcp, udp")
    _check_address(scope, match["ip"] or "", place)
    if match["host"]:
        _check_ports(scope, match["host"], place)


@checks_kind("host-port")
def _host_port(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    text = scope.literal(node, place, "port")
    if text is not None and re.fullmatch(_RANGE, text):
        _check_ports(scope, text, place)
    elif text:
        scope.report_wrong_shape(place, "port")


@checks_kind("host-ip")
def _host_ip(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    text = scope.literal(node, place, "address")
    if text is not None:
        _check_address(scope, text, place)


def _check_address(scope: ComposeScope, text: str, place: Place) -> None:
    if text not in _ALLOWED_ADDRESSES:
        scope.findings.refuse("host-ip", place, seen=text)


def _check_ports(scope: ComposeScope, text: str, place: Place) -> None:
    low, _, high = text.partition("-")
    first, last = int(low), int(high or low)
    if last - first >= scope.policy.limits.ports:
        scope.findings.refuse("too-many-ports", place, seen=str(last - first + 1), limit=str(scope.policy.limits.ports))
        return
    scope.published_ports += last - first + 1
    engine = scope.policy.engine
    for port in range(first, last + 1):
        usual = port in engine.allowed_low_ports or port == 0 or _FIRST_UNPRIVILEGED <= port <= _LAST
        if not usual or port in engine.reserved_ports:
            scope.findings.refuse("host-port", place, seen=text)
            return
