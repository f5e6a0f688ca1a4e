"""Networks and volumes that a submission takes from elsewhere, and that the engine has before it is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.submission.policy.findings import Findings, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    import docker

    from grader.submission.policy.changes import ComposeChanges
    from grader.submission.policy.findings import Refusal


def taken_objects(client: docker.APIClient, changes: ComposeChanges) -> tuple[Refusal, ...]:
    """Refuse what belongs to somebody else. What the engine does not have is Compose's own error, later."""
    findings = Findings()
    if changes.external_networks:
        networks = [str(one.get(key, "")) for one in client.networks() for key in ("Name", "Id")]
        _refuse(findings, "external-network", changes.external_networks, networks)
    if changes.external_volumes:
        volumes = [str(one.get("Name", "")) for one in client.volumes().get("Volumes") or []]
        _refuse(findings, "external-volume", changes.external_volumes, volumes)
    return findings.review().refused


def _refuse(findings: Findings, rule: str, names: Iterable[str], present: Iterable[str]) -> None:
    """An engine knows an object by the beginning of its id, too."""
    for name in names:
        if any(name and one.startswith(name) and (one == name or len(one) == 64) for one in present):
            findings.refuse(rule, Place("."), seen=name)
