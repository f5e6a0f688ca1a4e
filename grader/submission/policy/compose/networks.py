"""Networks of a compose file: none may reach that of the machine, or another project's."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from grader.machine.built_in_networks import BUILT_IN_NETWORKS, SWARM_NETWORKS
from grader.submission.policy.compose.scope import Kind, check_value, checks_kind
from grader.submission.policy.compose.tables import entries_below
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place

_LARGEST_SUBNET: Final = {4: 16, 6: 48}
_RESERVED_NETWORKS: Final = BUILT_IN_NETWORKS | SWARM_NETWORKS | {"default", "nat"}
"""Compose joins a network that already has the name, whether it is declared external or not."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_DRIVERS: Final = frozenset({"bridge", "overlay", "default"})
_DRIVERS_OF_THE_MACHINE: Final = re.compile(r"host|null|none|macvlan|ipvlan|nat|transparent|l2bridge|.*[/:].*")
"""The last are plugins."""
_BRIDGE: Final = "com.docker.network.bridge."
_OPTIONS: Final = {
    f"{_BRIDGE}enable_icc": r"true|false",
    f"{_BRIDGE}enable_ip_masquerade": r"true|false",
    f"{_BRIDGE}gateway_mode_ipv4": r"nat|isolated",
    f"{_BRIDGE}gateway_mode_ipv6": r"nat|isolated",
    f"{_BRIDGE}host_binding_ipv4": r"0\.0\.0\.0|127\.0\.0\.1",
    # A new interface, not one that the machine has: `br0`, `br-int` of Open vSwitch, `br-lan` of a router.
    f"{_BRIDGE}name": r"(?!br-(?:int|ex|tun|lan|wan)$)br[-_][A-Za-z0-9_-]{1,12}",
    "com.docker.network.container_iface_prefix": r"[a-z]{1,8}",
    "com.docker.network.driver.mtu": r"[0-9]{3,5}",
    "com.docker.network.driver.overlay.vxlanid_list": r"[0-9]{1,8}(,[0-9]{1,8}){0,4}",
    "com.docker.network.enable_ipv4": r"true|false",
    "com.docker.network.enable_ipv6": r"true|false",
    "encrypted": r"|true|false",
    "mtu": r"[0-9]{3,5}",
}
"""What each option of a network may be: it must reach nothing but the network itself."""


@checks_kind("network-name")
def _network_name(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    check_value(scope, node, place, "name")
    if isinstance(node, YamlScalar) and node.text in _RESERVED_NETWORKS:
        scope.findings.refuse("network-built-in", place, seen=node.text)


@checks_kind("network-mode")
def _network_mode(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    wanted = "bridge, none, service:NAME"
    text = scope.literal(node, place, wanted)
    if text is None or text in {"", "bridge", "none", "default"}:
        return
    name = text.removeprefix("service:")
    if not _NAME.fullmatch(name) or (name == text and name in _RESERVED_NETWORKS):
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted=wanted)


@checks_kind("network-driver")
def _network_driver(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    text = scope.literal(node, place, "bridge, overlay")
    if text is None or text in _DRIVERS:
        return
    if _DRIVERS_OF_THE_MACHINE.fullmatch(text):
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted="bridge, overlay")
    else:
        scope.report_unknown_value(place, text, "bridge, overlay")


@checks_kind("network-options")
def _network_options(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlMapping):
        scope.report_wrong_shape(place, "mapping", node)
        return
    for name, value, there in entries_below(node, place):
        text = value.text if isinstance(value, YamlScalar) else ""
        if name not in _OPTIONS or not (scope.is_deferred(text) or re.fullmatch(_OPTIONS[name], text)):
            scope.refuse_key(place)
        else:
            scope.refuse_reserved(text, there)


@checks_kind("external-network")
def _external_network(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Judged with its name, which may be beside it: see `check_external_networks`."""
    if not isinstance(node, YamlMapping):
        check_value(scope, node, place, "flag")


def check_external_networks(scope: ComposeScope, networks: YamlNode | None, place: Place) -> None:
    """Refuse the engine's own networks; any other one is looked for on the engine."""
    if not isinstance(networks, YamlMapping):
        return
    for key, network, there in entries_below(networks, place):
        name = external_name(key, network)
        if name is not None and not scope.is_deferred(name) and name in _RESERVED_NETWORKS:
            scope.findings.refuse("external-network", there, seen=name)


def external_name(key: str, node: YamlNode) -> str | None:
    """The name by which the engine knows an external network or volume; `None` for one of the project's own."""
    external = node.get("external") if isinstance(node, YamlMapping) else None
    if external is None or (isinstance(external, YamlScalar) and external.text in {"false", "no"}):
        return None
    # `external: {name: …}` is how version 2 files wrote it.
    holders = [holder for holder in (external, node) if isinstance(holder, YamlMapping)]
    named = next((name for holder in holders if (name := holder.get("name")) is not None), None)
    return named.text if isinstance(named, YamlScalar) else key


@checks_kind("external-volume")
def _external_volume(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    _external_network(scope, node, place, kind)


@checks_kind("subnet")
def _subnet(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    text = scope.literal(node, place, "172.20.0.0/16")
    if text is None:
        return
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        scope.report_unknown_value(place, text, "172.20.0.0/16")
        return
    unusual = network.is_loopback or network.is_link_local or network.is_unspecified or network.is_multicast
    if unusual or network.prefixlen < _LARGEST_SUBNET[network.version]:
        scope.findings.refuse("subnet", place, seen=text)


@checks_kind("resolvers")
def _resolvers(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    for one in node.items if isinstance(node, YamlSequence) else (node,):
        text = scope.literal(one, place, "1.1.1.1")
        if text is None:
            continue
        try:
            address = str(ipaddress.ip_address(text))
        except ValueError:
            scope.report_unknown_value(place, text, "1.1.1.1")
            continue
        if address not in scope.policy.engine.resolvers:
            scope.refuse_key(place)
