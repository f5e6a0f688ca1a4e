"""Checks a compose file against the allow-list, as it is written and as Compose understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.submission.policy.compose import (  # noqa: F401 - they register their kinds of value
    build,
    containers,
    files,
    ports,
    services,
    values,
)
from grader.submission.policy.compose.mounts import refuse_replaceable_sources
from grader.submission.policy.compose.networks import check_external_networks
from grader.submission.policy.compose.tables import check_table, entries_below, is_service
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
    networks = root.get("networks")
    check_external_networks(scope, networks, top.below("networks", networks.line if networks else None))
    refuse_replaceable_sources(scope)


def _check_totals(scope: ComposeScope, root: YamlMapping, top: Place) -> None:
    limits = scope.policy.limits
    described, place = next(
        ((node, there) for key, node, there in entries_below(root, top) if key == "services"), (None, top)
    )
    if not isinstance(described, YamlMapping):
        if not scope.is_part and root.get("include") is None and not any(is_service(node) for _, node in root):
            scope.findings.invalid("no-services", top)
        return
    totals = {
        "too-many-services": (len(described.entries), limits.services),
        "too-many-ports": (scope.published_ports, limits.ports),
        "too-many-containers": (sum(_container_count(service) for _, service in described), limits.containers),
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
