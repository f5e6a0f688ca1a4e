"""Checks a compose file against the allow-list, as it is written and as Compose understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.submission.policy.compose import build, ports  # noqa: F401 - they register their kinds of value
from grader.submission.policy.compose.mounts import refuse_replaceable_sources
from grader.submission.policy.compose.values import check_table, entries_below
from grader.submission.policy.findings import Place
from grader.submission.policy.yaml.reader import YamlFileError, read_yaml
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.compose.scope import ComposeScope


def read_compose(path: Path, name: str, scope: ComposeScope) -> YamlNode | None:
    """Read the compose file known to the student as `name`; `None`, with a finding, if it cannot be read."""
    with path.open("rb") as file:
        data = file.read(scope.policy.limits.yaml.bytes + 1)
    try:
        return read_yaml(data, scope.policy.limits.yaml)
    except YamlFileError as fault:
        report = scope.findings.refuse if fault.is_offence else scope.findings.invalid
        report(fault.rule, Place(name, fault.line), **fault.values)
        return None


def check_compose(root: YamlNode, name: str, scope: ComposeScope) -> None:
    """Check a whole compose file."""
    top = Place(name, root.line or None)
    if not isinstance(root, YamlMapping):
        scope.report_wrong_shape(top, "services:")
        return
    check_table(scope, root, top, "file")
    _check_totals(scope, root, top)
    _check_external_networks(scope, root, top)
    refuse_replaceable_sources(scope)


def _check_totals(scope: ComposeScope, root: YamlMapping, top: Place) -> None:
    limits = scope.policy.limits
    services, place = next(
        ((node, there) for key, node, there in entries_below(root, top) if key == "services"), (None, top)
    )
    if not isinstance(services, YamlMapping):
        scope.findings.invalid("no-services", top)
        return
    totals = {
        "too-many-services": (len(services.entries), limits.services),
        "too-many-ports": (scope.published_ports, limits.ports),
        "too-many-containers": (sum(_container_count(service) for _, service in services), limits.containers),
    }
    for rule, (seen, limit) in totals.items():
        if seen > limit:
            scope.findings.refuse(rule, place, seen=str(seen), limit=str(limit))


def _container_count(service: YamlNode) -> int:
    if not isinstance(service, YamlMapping):
        return 0
    deploy = service.get("deploy")
    wanted = [service.get("scale"), deploy.get("replicas") if isinstance(deploy, YamlMapping) else None]
    numbers = [int(node.text) for node in wanted if isinstance(node, YamlScalar) and _is_small_number(node.text)]
    return max(numbers, default=1)


def _is_small_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10  # longer ones are refused elsewhere


def _check_external_networks(scope: ComposeScope, root: YamlMapping, top: Place) -> None:
    networks = root.get("networks")
    if not isinstance(networks, YamlMapping):
        return
    for key, network, place in entries_below(networks, top.below("networks", networks.line or None)):
        external = network.get("external") if isinstance(network, YamlMapping) else None
        if external is None or (isinstance(external, YamlScalar) and external.text in {"false", "no"}):
            continue
        # `external: {name: …}` is how version 2 files wrote it.
        holders = [holder for holder in (external, network) if isinstance(holder, YamlMapping)]
        named = next((node for holder in holders if (node := holder.get("name")) is not None), None)
        name = named.text if isinstance(named, YamlScalar) else key
        if not scope.is_deferred(name) and name not in scope.policy.engine.external_networks:
            scope.findings.refuse("external-network", place, seen=name)
