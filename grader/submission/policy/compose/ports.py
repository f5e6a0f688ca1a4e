"""Published ports, in Compose's short and long syntax."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from grader.submission.policy.compose.scope import Kind, checks_kind
from grader.submission.policy.compose.tables import check_table, entries_below
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlSequence

if TYPE_CHECKING:
    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place

_RANGE = r"[0-9]{1,5}(?:-[0-9]{1,5})?"
_SHORT = re.compile(
    rf"(?:(?P<ip>\[[^\]]*\]|[^:\[\]]*):)?(?:(?P<host>{_RANGE})?:)?(?P<inside>{_RANGE})(?:/(?P<protocol>[a-z]+))?"
)
_LAST = 65535


@checks_kind("ports")
def _ports(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "ports", node)
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
        scope.report_wrong_shape(place, "MACHINE:CONTAINER", node)
        return
    if match["protocol"] not in {None, "tcp", "udp", "sctp"}:
        scope.report_unknown_value(place, text, "tcp, udp")
    _require_port_numbers(scope, match["inside"], place)
    _check_address(scope, match["ip"] or "", place)
    if match["host"]:
        _check_ports(scope, match["host"], place)


@checks_kind("host-port")
def _host_port(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    text = scope.literal(node, place, "port")
    if text is not None and re.fullmatch(_RANGE, text):
        _check_ports(scope, text, place)
    elif text:
        scope.report_wrong_shape(place, "port")


@checks_kind("host-ip")
def _host_ip(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    text = scope.literal(node, place, "address")
    if text is not None:
        _check_address(scope, text, place)


def _check_address(scope: ComposeScope, text: str, place: Place) -> None:
    if not text:
        return
    try:
        address = ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:  # `localhost`: no engine takes it
        scope.report_unknown_value(place, text, "127.0.0.1, 0.0.0.0")
        return
    if not address.is_loopback and not address.is_unspecified:
        scope.findings.refuse("host-ip", place, seen=text)


def _check_ports(scope: ComposeScope, text: str, place: Place) -> None:
    numbers = _require_port_numbers(scope, text, place)
    if numbers is None:
        return
    first, last = numbers
    if last - first >= scope.policy.limits.ports:
        scope.findings.refuse("too-many-ports", place, seen=str(last - first + 1), limit=str(scope.policy.limits.ports))
        return
    scope.published_ports += last - first + 1
    if any(first <= port <= last for port in scope.policy.engine.reserved_ports):
        scope.findings.refuse("host-port", place, seen=text)


def _require_port_numbers(scope: ComposeScope, text: str, place: Place) -> tuple[int, int] | None:
    """The first and the last port of a range; `None`, with a finding, if no machine has such ports."""
    low, _, high = text.partition("-")
    first, last = int(low), int(high or low)
    if first <= last <= _LAST:
        return first, last
    scope.findings.invalid("no-such-port", place, seen=text)
    return None
