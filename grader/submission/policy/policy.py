"""The policy: `policy.toml`, read once, validated and frozen."""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec

from grader.reports.result import Words  # noqa: TC001  # msgspec reads the annotations at run time


class YamlLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    bytes: int
    depth: int
    nodes: int
    """With every alias followed."""
    aliases: int


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: int
    """Characters of one value."""
    services: int
    containers: int
    ports: int
    files: int
    bytes: int
    """Of the whole work."""
    dockerfile_bytes: int
    dockerfile_instructions: int
    env_file_bytes: int
    env_files: int
    """Named by all services together."""
    expanded_bytes: int
    """Of all env files, or of all compose files, once their variables are replaced."""
    yaml: YamlLimits


class EnginePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    external_networks: frozenset[str]
    registries: frozenset[str]
    syntaxes: frozenset[str]
    builder_args: frozenset[str]
    allowed_low_ports: frozenset[int]
    reserved_ports: frozenset[int]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: str
    """The kind of value, see the head of `policy.toml`."""
    why: str
    """Why it is let through; empty where the entry above it already says so."""


class DockerfilePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    instructions: dict[str, str]
    flags: dict[str, dict[str, str]]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limits: Limits
    engine: EnginePolicy
    compose: dict[str, dict[str, Entry]]
    """What may stand in a compose file, by table and key."""
    refused: dict[str, Words]
    """Keys refused with a reason of their own."""
    dockerfile: DockerfilePolicy
    rules: dict[str, Words]
    """What each rule says, by its stable name."""


@cache
def read_policy() -> Policy:
    """Return the grader's policy. Raises `msgspec.DecodeError` if the file is invalid."""
    return msgspec.toml.decode(resources.files(__package__).joinpath("policy.toml").read_bytes(), type=Policy)
