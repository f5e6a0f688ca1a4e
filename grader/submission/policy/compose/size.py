"""Limits the size of a project with its variables replaced, before Compose reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.programs.tools import plain_environment
from grader.submission.policy.env_files.expansion import MAX_NESTING, Expansion, nesting_depth, scalars
from grader.submission.policy.findings import Findings, Place
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as MappingType
    from pathlib import Path

    from grader.submission.policy.env_files.reader import Assignment
    from grader.submission.policy.paths import SubmissionFolders
    from grader.submission.policy.policy import Policy


def initial_variables(folders: SubmissionFolders) -> Expansion:
    """The variables in Compose's own environment."""
    environment = plain_environment(folders.home, PWD=str(folders.project))
    return Expansion({name: len(value.encode()) for name, value in environment.items()})


def check_env_file_size(
    assignments: tuple[Assignment, ...], name: str, variables: Expansion, policy: Policy, findings: Findings
) -> None:
    """Adds the variables of the project's `.env`, known to the student as `name`, as far as they are within bounds."""
    limit, total = policy.limits.expanded_bytes, 0
    for one in assignments:
        total += variables.assign(one)
        if total > limit:
            findings.refuse("expands-too-far", Place(name, one.line), limit=str(limit))
            return


def check_expanded_size(
    written: MappingType[str, YamlNode],
    env_files: list[tuple[Path, tuple[Assignment, ...]]],
    variables: Expansion,
    policy: Policy,
    findings: Findings,
) -> None:
    """Judges the compose files `written`, by name, and the env files that their services name."""
    limit, total = policy.limits.expanded_bytes, 0
    for name, tree in written.items():
        for scalar in scalars(tree):
            if nesting_depth(scalar.text) > MAX_NESTING:
                findings.refuse("expands-too-deep", Place(name, scalar.line), limit=str(MAX_NESTING))
                return
            total += variables.max_bytes(scalar.text)
            if total > limit:
                findings.refuse("expands-too-far", Place(name, scalar.line), limit=str(limit))
                return
    if len(env_files) > policy.limits.env_files:
        seen, most = str(len(env_files)), str(policy.limits.env_files)
        findings.refuse("too-many-env-files", Place(next(iter(written))), seen=seen, limit=most)
        return
    # What a service's own `environment` sets can be used in its env files, too.
    longest = dict(variables.longest_values)
    for name, text in (pair for tree in written.values() for pair in _environment_variables(tree)):
        longest[name] = max(longest.get(name, 0), variables.max_bytes(text))
    different = [one for assignments in dict(env_files).values() for one in assignments]
    if Expansion(longest).assign_in_any_order(different, len(env_files), limit) > limit:
        findings.refuse("expands-too-far", Place(next(iter(written))), limit=str(limit))


def _environment_variables(tree: YamlNode) -> Iterator[tuple[str, str]]:
    """NAME and VALUE of every service's `environment`."""
    services = tree.get("services") if isinstance(tree, YamlMapping) else None
    for _, service in services if isinstance(services, YamlMapping) else ():
        environment = service.get("environment") if isinstance(service, YamlMapping) else None
        if isinstance(environment, YamlMapping):
            yield from ((name, value.text) for name, value in environment if isinstance(value, YamlScalar))
        elif isinstance(environment, YamlSequence):
            pairs = (item.text.partition("=") for item in environment.items if isinstance(item, YamlScalar))
            yield from ((name, value) for name, _, value in pairs)
