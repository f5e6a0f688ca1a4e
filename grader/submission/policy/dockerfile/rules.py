"""Checks a Dockerfile instruction by instruction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.submission.policy.dockerfile.sources import leaves_context, may_be_remote, mount_options, sources
from grader.submission.policy.dockerfile.values import env_pairs
from grader.submission.policy.dockerfile.variables import PLATFORM, UNKNOWN, WordError, WordLimitError, expand
from grader.submission.policy.dockerfile.words import split_blank
from grader.submission.policy.findings import Place

if TYPE_CHECKING:
    from grader.submission.policy.dockerfile.reader import Directive, Instruction
    from grader.submission.policy.dockerfile.values import VariableValues
    from grader.submission.policy.findings import Findings
    from grader.submission.policy.policy import Policy

_SYNTAX = re.compile(r"([a-z0-9./-]+)(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?", re.ASCII)
_STAGE = re.compile(r"[a-z][a-z0-9._-]*")
_RESERVED_LABEL = "com.docker."
_RESERVED_LABEL_AS_WRITTEN = re.compile(r"(?:^|[\s\"'])com\.docker\.")
_REFUSED_INSTRUCTIONS = frozenset({"ONBUILD"})
_PLATFORMS = ("amd64", "linux/amd64", "")
_MOUNT_TYPES = frozenset({"bind", "cache", "tmpfs"})


@dataclass(slots=True)
class InstructionChecker:
    policy: Policy
    findings: Findings
    start_place: Place
    values: VariableValues
    secrets: frozenset[str] = frozenset()
    """Ids of the secrets that the build is given."""
    stage_count: int = 0

    def place_of(self, line: int) -> Place:
        return Place(self.start_place.file, (self.start_place.line or 0) + line, self.start_place.keys)

    def check_directive(self, this: Directive) -> None:
        place = self.place_of(this.line)
        if this.name == "syntax":
            image = _SYNTAX.fullmatch(this.value.partition(" ")[0])
            if image is None or image[1] not in self.policy.engine.syntaxes:
                self.findings.refuse("dockerfile-syntax", place, seen=this.value)
        if this.name == "escape" and this.value != "\\":
            self.findings.refuse("dockerfile-escape", place, seen=this.value)

    def check_instructions(self, reading: list[Instruction]) -> None:
        for this in reading:
            place = self.place_of(this.line)
            try:
                self._check_instruction(this, place)
            except WordError:
                self.findings.invalid("dockerfile-unreadable", place, seen=f"{this.name} {this.text}")
            except WordLimitError:
                self.findings.refuse("dockerfile-word", place, seen=f"{this.name} {this.text}")

    def _check_instruction(self, this: Instruction, place: Place) -> None:
        if this.name not in self.policy.dockerfile.instructions:
            if this.name in _REFUSED_INSTRUCTIONS:
                self.findings.refuse("dockerfile-instruction", place, seen=this.name)
            else:  # no builder knows it either: a slip of the pen
                self.findings.invalid("dockerfile-unreadable", place, seen=f"{this.name} {this.text}".strip())
            return
        self._check_flags(this, place)
        match this.name:
            case "FROM":
                self._check_from(this.text, place)
            case "ARG" if not self.stage_count:
                if (name := self.values.add_arg_before_from(this.text)) is not None:
                    self.findings.refuse("dockerfile-variable", place, seen=name)
            case "ARG":
                self.values.add_arg(this.text)
            case "ENV":
                self.values.add_env(this.text)
            case "LABEL":
                self._check_label(this.text, place)
            case "COPY" | "ADD":
                self._check_sources(this, place)

    def _check_label(self, text: str, place: Place) -> None:
        """The builder takes quotes and backslashes out of a label's name, and puts variables in."""
        names = [expand(name, lambda _: UNKNOWN) for name, _ in env_pairs(text)]
        if any(name.startswith(_RESERVED_LABEL) for name in names) or _RESERVED_LABEL_AS_WRITTEN.search(text):
            self.findings.refuse("label-reserved", place, where=text)
        elif any(UNKNOWN in name for name in names):
            self.findings.refuse("variable-where-literal", place, where=text)

    def _check_sources(self, this: Instruction, place: Place) -> None:
        """What COPY and ADD take must lie in the build's folder."""
        if any(name == "from" and value for name, value in this.flags):
            return
        for source in sources(this):
            if this.name == "ADD" and may_be_remote(source, self.values):
                self.findings.refuse("dockerfile-remote", place, seen=source)
            elif leaves_context(expand(source, self.values.value_in_stage)):
                self.findings.invalid("dockerfile-outside", place, seen=source)

    def _check_flags(self, this: Instruction, place: Place) -> None:
        allowed = self.policy.dockerfile.flags.get(this.name, {})
        for name, value in this.flags:
            pattern = allowed.get(name)
            match pattern:
                case "from":
                    self._check_stage_or_image(value, place)
                case "mount":
                    self._check_mount(value, place)
                case None:
                    self.findings.refuse("dockerfile-flag", place, seen=f"{this.name} --{name}")
                case _ if not (value.isascii() and re.fullmatch(pattern, value)):
                    self.findings.refuse("dockerfile-flag", place, seen=f"{this.name} --{name}={value}")

    def _check_from(self, text: str, place: Place) -> None:
        image, *rest = split_blank(text)
        name = rest[1].lower() if len(rest) == 2 and rest[0].upper() == "AS" else ""
        if not image or (rest and not _STAGE.fullmatch(name)):
            self.findings.invalid("dockerfile-unreadable", place, seen=f"FROM {text}")
            name = ""
        unset: list[str] = []

        def lookup(variable: str) -> str | None:
            value = self.values.value_for_from(variable)
            if value is None:
                unset.append(variable)
            return value

        resolved = expand(image, lookup)
        for platform in _PLATFORMS if PLATFORM in resolved else _PLATFORMS[:1]:
            base = resolved.replace(PLATFORM, platform)
            fault = None if base.lower() in self.values.stages else self.policy.engine.image_fault(base)
            if UNKNOWN in base:
                self.findings.refuse("dockerfile-variable", place, seen=image)
            elif fault == "image-name" and unset:  # nothing gives it a value: builders reject a blank name
                self.findings.invalid("dockerfile-variable", place, seen=image)
            elif fault == "image-registry":
                self.findings.refuse(fault, place, seen=base, where="FROM")
            elif fault is not None and platform == _PLATFORMS[0]:  # `FROM Nginx`: no engine would take it
                self.findings.invalid(fault, place, seen=base, where="FROM")
        self.values.begin_stage(resolved.lower(), name)
        self.stage_count += 1

    def _check_stage_or_image(self, value: str, place: Place) -> None:
        if not value:
            return  # the build's folder
        stage = value.lower()
        number = int(stage) if stage.isascii() and stage.isdecimal() and len(stage) < 5 else self.stage_count
        known = stage in self.values.stages or number < self.stage_count - 1
        if not known and ("$" in value or self.policy.engine.image_fault(value) is not None):
            self.findings.refuse("dockerfile-from", place, seen=value)

    def _check_mount(self, value: str, place: Place) -> None:
        options = mount_options(value)
        if options is None:
            self.findings.refuse("dockerfile-flag", place, seen=f"RUN --mount={value}")
            return
        kind = options.get("type", "bind")
        if kind == "secret" and (options.get("id") or options.get("target", "")) in self.secrets:
            return
        if kind not in _MOUNT_TYPES:
            self.findings.refuse("dockerfile-flag", place, seen=f"RUN --mount=type={kind}")
        elif options.get("from"):
            self._check_stage_or_image(options["from"], place)
        elif leaves_context(options.get("source") or options.get("src") or ""):
            self.findings.invalid("dockerfile-outside", place, seen=value)
