"""Published ports, in the short and the long way of writing them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.repository.compose_scope import Scope, kind
from grader.repository.compose_values import below, check_table
from grader.repository.tree import Mapping, Node, Sequence

if TYPE_CHECKING:
    from grader.repository.refusal import Place

__all__: list[str] = []

_RANGE = r"[0-9]{1,5}(?:-[0-9]{1,5})?"
_SHORT = re.compile(
    rf"(?:(?P<ip>\[[^\]]*\]|[^:\[\]]*):)?(?:(?P<host>{_RANGE})?:)?(?P<inside>{_RANGE})(?:/(?P<protocol>[a-z]+))?"
)
_ADDRESSES = frozenset({"", "0.0.0.0", "127.0.0.1", "::", "::1", "[::]", "[::1]"})  # noqa: S104  # read, not bound
_FIRST_FREE, _LAST = 1024, 65535


@kind("ports")
def _ports(scope: Scope, node: Node, place: Place, _: str) -> None:
    if not isinstance(node, Sequence):
        scope.wrong_shape(place, "a list of ports")
        return
    for _number, port, there in below(node, place):
        if isinstance(port, Mapping):
            check_table(scope, port, there, "port")
        else:
            _short(scope, port, there)


def _short(scope: Scope, node: Node, place: Place) -> None:
    text = scope.literal(node, place, "MACHINE:CONTAINER")
    if text is None:
        return
    # "4002:7777" has no address, though the pattern's first group could take its first number.
    match = _SHORT.fullmatch(text if text.count(":") > 1 else f":{text}") if ":" in text else _SHORT.fullmatch(text)
    if match is None:
        scope.wrong_shape(place, "MACHINE:CONTAINER")
        return
    if match["protocol"] not in {None, "tcp", "udp"}:
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted="tcp, udp")
    _check_address(scope, match["ip"] or "", place)
    if match["host"]:
        _check_ports(scope, match["host"], place)


@kind("host-port")
def _host_port(scope: Scope, node: Node, place: Place, _: str) -> None:
    text = scope.literal(node, place, "a port")
    if text is not None and re.fullmatch(_RANGE, text):
        _check_ports(scope, text, place)
    elif text:
        scope.wrong_shape(place, "a port")


@kind("host-ip")
def _host_ip(scope: Scope, node: Node, place: Place, _: str) -> None:
    text = scope.literal(node, place, "an address")
    if text is not None:
        _check_address(scope, text, place)


def _check_address(scope: Scope, text: str, place: Place) -> None:
    if text not in _ADDRESSES:
        scope.findings.refuse("host-ip", place, seen=text)


def _check_ports(scope: Scope, text: str, place: Place) -> None:
    low, _, high = text.partition("-")
    first, last = int(low), int(high or low)
    if last - first >= scope.policy.limits.ports:
        scope.findings.refuse("too-many-ports", place, seen=str(last - first + 1), limit=str(scope.policy.limits.ports))
        return
    scope.ports += last - first + 1
    engine = scope.policy.engine
    for port in range(first, last + 1):
        usual = port in engine.low_ports or port == 0 or _FIRST_FREE <= port <= _LAST
        if not usual or port in engine.kept_ports:
            scope.findings.refuse("host-port", place, seen=text)
            return
