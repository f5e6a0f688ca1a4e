"""Finds what the grader must change in a Compose project before it is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.submission.policy.changes import ComposeChanges
from grader.submission.policy.compose.build import DOCKERFILE, is_in_other_spelling
from grader.submission.policy.compose.moved_mounts import moved_folders
from grader.submission.policy.compose.networks import external_name
from grader.submission.policy.yaml.tree import YamlMapping, YamlScalar

if TYPE_CHECKING:
    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place
    from grader.submission.policy.yaml.tree import YamlNode


def compose_changes(scope: ComposeScope, root: YamlNode, place: Place) -> ComposeChanges:
    """For the project as Compose itself understands it, with its mounts in `scope`."""
    moved = moved_folders(scope, _child(root, "services"))
    limit = scope.policy.limits.moved_folders
    if len(moved) > limit:
        scope.findings.refuse("too-many-moved", place, seen=str(len(moved)), limit=str(limit))
    networks = set(_external(root, "networks")) - scope.policy.engine.external_networks
    return ComposeChanges(
        moved, _lower_case_dockerfiles(scope, root), tuple(sorted(networks)), _external(root, "volumes")
    )


def names_of(root: YamlNode, section: str) -> frozenset[str]:
    """The names that a compose file declares in one of its sections."""
    below = _child(root, section)
    return frozenset(name for name, _ in below) if isinstance(below, YamlMapping) else frozenset()


def _lower_case_dockerfiles(scope: ComposeScope, root: YamlNode) -> tuple[str, ...]:
    services, found = _child(root, "services"), list[str]()
    for name, service in services if isinstance(services, YamlMapping) else ():
        build = _child(service, "build")
        context, dockerfile = _child(build, "context"), _child(build, "dockerfile")
        if not isinstance(context, YamlScalar) or not isinstance(dockerfile, YamlScalar):
            continue
        if dockerfile.text == DOCKERFILE and is_in_other_spelling(scope.folders.resolve(context.text)):
            found.append(name)
    return tuple(found)


def _external(root: YamlNode, section: str) -> tuple[str, ...]:
    below = _child(root, section)
    names = (external_name(key, node) for key, node in below) if isinstance(below, YamlMapping) else ()
    return tuple(name for name in names if name is not None)


def _child(node: YamlNode | None, key: str) -> YamlNode | None:
    return node.get(key) if isinstance(node, YamlMapping) else None
