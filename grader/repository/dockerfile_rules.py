"""Judges what a builder sees in a Dockerfile, instruction by instruction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.repository.dockerfile_sources import leaves_context, may_be_remote, mount_options, sources
from grader.repository.dockerfile_values import old_or_new_pairs
from grader.repository.dockerfile_variables import PLATFORM, UNKNOWN, WordError, WordLimitError, expand
from grader.repository.dockerfile_words import split_blank
from grader.repository.images import image_fault
from grader.repository.refusal import Place

if TYPE_CHECKING:
    from grader.repository.dockerfile import Directive, Instruction
    from grader.repository.dockerfile_values import Values
    from grader.repository.policy import Policy
    from grader.repository.refusal import Findings

__all__ = ["Judge"]

_SYNTAX = re.compile(r"([a-z0-9./-]+)(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?", re.ASCII)
_STAGE = re.compile(r"[a-z][a-z0-9._-]*")
_RESERVED = "com.docker."
_RESERVED_AS_WRITTEN = re.compile(r"(?:^|[\s\"'])com\.docker\.")
_KNOWN_TO_DOCKER = frozenset({"ONBUILD"})
_PLATFORMS = ("amd64", "linux/amd64", "")
_MOUNTS = frozenset({"bind", "cache", "tmpfs"})


@dataclass(slots=True)
class Judge:
    policy: Policy
    findings: Findings
    start: Place
    values: Values
    stages: int = 0

    def place_of(self, line: int) -> Place:
        return Place(self.start.file, (self.start.line or 0) + line, self.start.keys)

    def directive(self, this: Directive) -> None:
        place = self.place_of(this.line)
        if this.name == "syntax":
            image = _SYNTAX.fullmatch(this.value.partition(" ")[0])
            if image is None or image[1] not in self.policy.engine.syntaxes:
                self.findings.refuse("dockerfile-syntax", place, seen=this.value)
        if this.name == "escape" and this.value != "\\":
            self.findings.refuse("dockerfile-escape", place, seen=this.value)

    def judge(self, reading: list[Instruction]) -> None:
        for this in reading:
            place = self.place_of(this.line)
            try:
                self._instruction(this, place)
            except WordError:
                self.findings.invalid("dockerfile-unreadable", place, seen=f"{this.name} {this.text}")
            except WordLimitError:
                self.findings.refuse("dockerfile-word", place, seen=f"{this.name} {this.text}")

    def _instruction(self, this: Instruction, place: Place) -> None:
        if this.name not in self.policy.dockerfile.instructions:
            if this.name in _KNOWN_TO_DOCKER:
                self.findings.refuse("dockerfile-instruction", place, seen=this.name)
            else:  # no builder knows it either: a slip of the pen
                self.findings.invalid("dockerfile-unreadable", place, seen=f"{this.name} {this.text}".strip())
            return
        self._flags(this, place)
        match this.name:
            case "FROM":
                self._from(this.text, place)
            case "ARG" if not self.stages:
                if (name := self.values.arg_before_from(this.text)) is not None:
                    self.findings.refuse("dockerfile-variable", place, seen=name)
            case "ARG":
                self.values.arg(this.text)
            case "ENV":
                self.values.env(this.text)
            case "LABEL":
                self._label(this.text, place)
            case "COPY" | "ADD":
                self._sources(this, place)

    def _label(self, text: str, place: Place) -> None:
        """The builder takes quotes and backslashes out of a label's name, and puts variables in."""
        names = [expand(name, lambda _: UNKNOWN) for name, _ in old_or_new_pairs(text)]
        if any(name.startswith(_RESERVED) for name in names) or _RESERVED_AS_WRITTEN.search(text):
            self.findings.refuse("label-reserved", place, where=text)
        elif any(UNKNOWN in name for name in names):
            self.findings.refuse("variable-where-literal", place, where=text)

    def _sources(self, this: Instruction, place: Place) -> None:
        """What COPY and ADD take must lie in the build's folder."""
        if any(name == "from" and value for name, value in this.flags):
            return
        for source in sources(this):
            if this.name == "ADD" and may_be_remote(source, self.values):
                self.findings.refuse("dockerfile-remote", place, seen=source)
            elif leaves_context(expand(source, self.values.in_stage)):
                self.findings.refuse("dockerfile-outside", place, seen=source)

    def _flags(self, this: Instruction, place: Place) -> None:
        allowed = self.policy.dockerfile.flags.get(this.name, {})
        for name, value in this.flags:
            pattern = allowed.get(name)
            match pattern:
                case "from":
                    self._copied_from(value, place)
                case "mount":
                    self._mount(value, place)
                case None:
                    self.findings.refuse("dockerfile-flag", place, seen=f"{this.name} --{name}")
                case _ if not (value.isascii() and re.fullmatch(pattern, value)):
                    self.findings.refuse("dockerfile-flag", place, seen=f"{this.name} --{name}={value}")

    def _from(self, text: str, place: Place) -> None:
        image, *rest = split_blank(text)
        name = rest[1].lower() if len(rest) == 2 and rest[0].upper() == "AS" else ""
        if not image or (rest and not _STAGE.fullmatch(name)):
            self.findings.invalid("dockerfile-unreadable", place, seen=f"FROM {text}")
            name = ""
        unset: list[str] = []

        def lookup(variable: str) -> str | None:
            value = self.values.for_from(variable)
            if value is None:
                unset.append(variable)
            return value

        resolved = expand(image, lookup)
        for platform in _PLATFORMS if PLATFORM in resolved else _PLATFORMS[:1]:
            base = resolved.replace(PLATFORM, platform)
            fault = None if base.lower() in self.values.stages else image_fault(base, self.policy.engine.registries)
            if UNKNOWN in base or (fault == "image-name" and unset):
                self.findings.refuse("dockerfile-variable", place, seen=image)
            elif fault == "image-registry":
                self.findings.refuse(fault, place, seen=base, where="FROM")
            elif fault is not None and platform == _PLATFORMS[0]:  # `FROM Nginx`: no engine would take it
                self.findings.invalid(fault, place, seen=base, where="FROM")
        self.values.begin_stage(resolved.lower(), name)
        self.stages += 1

    def _copied_from(self, value: str, place: Place) -> None:
        if not value:
            return  # the build's folder
        stage = value.lower()
        number = int(stage) if stage.isascii() and stage.isdecimal() and len(stage) < 5 else self.stages
        known = stage in self.values.stages or number < self.stages - 1
        if not known and ("$" in value or image_fault(value, self.policy.engine.registries) is not None):
            self.findings.refuse("dockerfile-from", place, seen=value)

    def _mount(self, value: str, place: Place) -> None:
        options = mount_options(value)
        if options is None:
            self.findings.refuse("dockerfile-flag", place, seen=f"RUN --mount={value}")
            return
        kind = options.get("type", "bind")
        if kind not in _MOUNTS:
            self.findings.refuse("dockerfile-flag", place, seen=f"RUN --mount=type={kind}")
        elif options.get("from"):
            self._copied_from(options["from"], place)
        elif leaves_context(options.get("source") or options.get("src") or ""):
            self.findings.refuse("dockerfile-outside", place, seen=value)
