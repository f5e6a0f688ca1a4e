"""The values of a Dockerfile's variables at each line: ARG before FROM, ARG and ENV of each stage."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.submission.policy.dockerfile.variables import PLATFORM, UNKNOWN, WordError, expand
from grader.submission.policy.dockerfile.words import name_values, split_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.submission.policy.dockerfile.words import NameValue

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLATFORMS = frozenset(
    f"{where}{what}" for where in ("BUILD", "TARGET") for what in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
)


@dataclass(slots=True)
class VariableValues:
    """Follows a Dockerfile from its first line to its last."""

    build_args: Mapping[str, str]
    """Values for ARG from outside the file, which win over its own."""
    before_from: dict[str, str] = field(default_factory=dict)
    """ARGs before the first FROM: the only ones that FROM sees."""
    stages: dict[str, dict[str, str]] = field(default_factory=dict)
    """The environment of each named stage, which another stage can start from."""
    environment: dict[str, str] = field(default_factory=dict)
    """Of the current stage, as far as the file gives it: the base image has its own."""
    names_from_arg: set[str] = field(default_factory=set)
    """Names in it that ARG gave: to an engine without BuildKit, the base image's own value wins over them."""

    def begin_stage(self, base: str, name: str) -> None:
        self.environment = dict(self.stages.get(base, {}))
        self.names_from_arg = set()
        if name:
            self.stages[name] = self.environment

    def value_for_from(self, name: str) -> str | None:
        if name in self.before_from:
            return self.before_from[name]
        if name == "TARGETSTAGE" or (name in _PLATFORMS and name in self.build_args):
            return UNKNOWN  # only some versions have it
        return PLATFORM if name in _PLATFORMS else None

    def value_in_stage(self, name: str) -> str | None:
        return self.environment.get(name, UNKNOWN)

    def value_without_buildkit(self, name: str) -> str | None:
        return UNKNOWN if name in self.names_from_arg else self.value_in_stage(name)

    def add_arg_before_from(self, text: str) -> str | None:
        """Notes an ARG before the first FROM; a name that builders read differently is returned.

        Raises `WordLimitError`.
        """
        for name, value in name_values(text):
            if not _NAME.fullmatch(name):
                return name
            if name in self.build_args:
                self.before_from[name] = self.build_args[name]
            elif value is not None:
                try:
                    self.before_from[name] = expand(value, self.value_for_from)
                except WordError:  # BuildKit 0.8 takes it for nothing
                    self.before_from[name] = UNKNOWN
            elif name in self.before_from:  # BuildKit 0.8 forgets the value it had, later ones keep it
                self.before_from[name] = UNKNOWN
        return None

    def add_arg(self, text: str) -> None:
        """Notes an ARG of a stage. Raises `WordError` and `WordLimitError`."""
        for name, value in name_values(text):
            if not _NAME.fullmatch(name):
                self.environment.clear()  # whatever it names may have another value now
                continue
            known = self.build_args.get(name)
            if known is None:
                known = self.before_from.get(name) if value is None else expand(value, self.value_in_stage)
            if known is None:
                continue
            by_env = name in self.environment and name not in self.names_from_arg
            self.environment[name] = UNKNOWN if by_env else known  # without BuildKit the ENV wins
            self.names_from_arg.add(name)

    def add_env(self, text: str) -> None:
        """Notes an ENV of a stage. Raises `WordError` and `WordLimitError`."""
        pairs = [
            (expand(name, self.value_in_stage), expand(value or "", self.value_in_stage))
            for name, value in env_pairs(text)
        ]
        for name, value in pairs:
            if UNKNOWN in name:
                self.environment.clear()
            self.environment[name] = value
            self.names_from_arg.discard(name)


def env_pairs(text: str) -> list[NameValue]:
    """The pairs of ENV and LABEL: `NAME=VALUE …`, or of old `NAME` and its value to the end of the line."""
    pairs = name_values(text)
    if pairs and pairs[0][1] is None:
        name, *value = split_blank(text, 1)
        return [(name, "".join(value))]
    return pairs
