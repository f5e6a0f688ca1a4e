"""The policy: `policy.toml`, read once, validated and frozen."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?")


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
    """Of the whole submission."""
    compose_files: int
    """Read for one submission, with those that others name."""
    moved_folders: int
    """Mounted from a copy of their own: see `compose/moved_mounts.py`."""
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
    resolvers: frozenset[str]
    syntaxes: frozenset[str]
    builder_args: frozenset[str]
    reserved_ports: frozenset[int]

    def image_fault(self, text: str) -> Literal["image-name", "image-registry"] | None:
        """Return the rule that the image name `text` breaks, or `None`."""
        first, slash, rest = text.partition("/")
        # Docker's own rule: before the first slash, what has a dot, a port or capitals, or is `localhost`, is a server.
        is_server = bool(slash) and (bool(re.search(r"[.:A-Z]", first)) or first == "localhost")
        if not _PATH.fullmatch(rest if is_server else text):
            return "image-name"
        return "image-registry" if is_server and first not in self.registries else None


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: str
    """The kind of value, see the head of `policy.toml`."""
    why: str
    """Why it is allowed, or not; empty if the entry above it already says so."""
    wanted: str = ""
    """What a person should write, for a message; by default it follows from `value`."""


class DockerfilePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    instructions: dict[str, str]
    flags: dict[str, dict[str, str]]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limits: Limits
    engine: EnginePolicy
    compose: dict[str, dict[str, Entry]]
    """Every key of a compose file, by table."""
    dockerfile: DockerfilePolicy


@cache
def read_policy() -> Policy:
    """Return the grader's policy. Raises `msgspec.DecodeError` if the file is invalid."""
    return msgspec.toml.decode(resources.files(__package__).joinpath("policy.toml").read_bytes(), type=Policy)
