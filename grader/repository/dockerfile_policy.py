"""What a Dockerfile may ask of the builder: instructions and flags on the allow-list, bases from known servers."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.repository.dockerfile import Instruction, directives, instructions
from grader.repository.images import image_fault
from grader.repository.refusal import Findings, Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.repository.policy import Policy

__all__ = ["check_dockerfile", "check_dockerfile_text"]

_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^{}]*))?\})")
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|git@|\$")
_RESERVED = "com.docker."
_RESERVED_AS_WRITTEN = re.compile(r"(?:^|[\s\"'])com\.docker\.")
_KNOWN_TO_DOCKER = frozenset({"ONBUILD"})
_MOUNTS = frozenset({"bind", "cache", "tmpfs"})


def check_dockerfile(path: Path, name: str, policy: Policy, findings: Findings, args: Mapping[str, str]) -> None:
    """Judges the file at the real path `path`, known to the student as `name`, built with `args`."""
    limit = policy.limits.dockerfile_bytes
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        findings.refuse("too-big", Place(name), seen=str(path.stat().st_size), limit=str(limit))
        return
    check_dockerfile_text(data.decode("utf-8", "replace"), Place(name, 0), policy, findings, args)


def check_dockerfile_text(text: str, start: Place, policy: Policy, findings: Findings, args: Mapping[str, str]) -> None:
    """Judges a Dockerfile's text, whose first line is the one after `start`."""
    reader = _Reader(policy, findings, start, dict(args))
    for directive in directives(text):
        reader.directive(directive.name, directive.value, directive.line)
    count = 0
    for count, instruction in enumerate(instructions(text), start=1):  # noqa: B007  # counted for the limit below
        reader.instruction(instruction)
        for number, line in instruction.heredoc:
            for inner in instructions(line):
                if inner.name in policy.dockerfile.instructions:
                    reader.sources(Instruction(inner.name, inner.text, inner.flags, number))
    if count > policy.limits.dockerfile_instructions:
        findings.refuse(
            "dockerfile-too-long", reader.place_of(1), seen=str(count), limit=str(policy.limits.dockerfile_instructions)
        )
    if not reader.stages:
        findings.invalid("dockerfile-no-from", reader.place_of(1))


@dataclass(slots=True)
class _Reader:
    policy: Policy
    findings: Findings
    start: Place
    given: dict[str, str]
    """Values for ARG from outside the file, which win over its own."""
    values: dict[str, str] = field(default_factory=dict)
    """ARGs before the first FROM: the only ones that FROM sees."""
    stages: list[str] = field(default_factory=list)

    def place_of(self, line: int) -> Place:
        return Place(self.start.file, (self.start.line or 0) + line, self.start.keys)

    def directive(self, name: str, value: str, line: int) -> None:
        image = value.partition("@")[0].partition(":")[0]
        if name == "syntax" and image not in self.policy.engine.syntaxes:
            self.findings.refuse("dockerfile-syntax", self.place_of(line), seen=value)
        if name == "escape" and value != "\\":
            self.findings.refuse("dockerfile-escape", self.place_of(line), seen=value)

    def instruction(self, this: Instruction) -> None:
        place = self.place_of(this.line)
        if this.name not in self.policy.dockerfile.instructions:
            if this.name in _KNOWN_TO_DOCKER:
                self.findings.refuse("dockerfile-instruction", place, seen=this.name)
            else:  # no builder knows it either: a slip of the pen
                self.findings.invalid("dockerfile-unreadable", place, seen=f"{this.name} {this.text}".strip())
            return
        self._flags(this, place)
        if this.name == "ARG" and not self.stages:
            self._arg(this.text)
        if this.name == "FROM":
            self._from(this.text, place)
        if this.name == "LABEL":
            self._label(this.text, place)
        self.sources(this)

    def _label(self, text: str, place: Place) -> None:
        """The builder takes quotes and backslashes out of a label's name, and puts variables in."""
        names = _label_names(text)
        if any(name.startswith(_RESERVED) for name in names) or _RESERVED_AS_WRITTEN.search(text):
            self.findings.refuse("label-reserved", place, where=text)
        elif any("$" in name for name in names):
            self.findings.refuse("variable-where-literal", place, where=text)

    def sources(self, this: Instruction) -> None:
        """What COPY and ADD take must lie in the build's folder."""
        if this.name not in {"COPY", "ADD"} or any(name == "from" for name, _ in this.flags):
            return
        place = self.place_of(this.line)
        for source in this.arguments[:-1]:
            if this.name == "ADD" and _REMOTE.match(source):
                self.findings.refuse("dockerfile-remote", place, seen=source)
            elif _leaves(source):
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
                case _ if not re.fullmatch(pattern, value):
                    self.findings.refuse("dockerfile-flag", place, seen=f"{this.name} --{name}={value}")

    def _arg(self, text: str) -> None:
        for word in text.split():
            name, equals, value = word.partition("=")
            if name in self.given or equals:
                self.values[name] = self.given.get(name, value.strip("\"'"))

    def _from(self, text: str, place: Place) -> None:
        words = text.split()
        image = self._resolved(words[0]) if words else ""
        if image is None:
            self.findings.refuse("dockerfile-variable", place, seen=words[0])
        elif image.lower() not in self.stages:
            self._image(image, place, "image-registry")
        named = len(words) > 2 and words[1].upper() == "AS"  # IMAGE AS NAME
        self.stages.append(words[2].lower() if named else "")

    def _resolved(self, text: str) -> str | None:
        """`text` with its variables replaced; `None` where one has no value that stands in the repository."""
        missing = False

        def value(match: re.Match[str]) -> str:
            nonlocal missing
            name, default = match[1] or match[2], match[3]
            found = self.values.get(name) or default
            missing |= not found
            return found or ""

        replaced = _VARIABLE.sub(value, text.strip("\"'"))
        return None if missing or "$" in replaced else replaced

    def _image(self, image: str, place: Place, rule: str) -> None:
        fault = image_fault(image, self.policy.engine.registries)
        if fault == "image-registry":
            self.findings.refuse(rule, place, seen=image, where="FROM")
        elif fault is not None:
            self.findings.invalid(fault, place, seen=image, where="FROM")

    def _copied_from(self, value: str, place: Place) -> None:
        stage = value.lower()
        known = stage in self.stages or (stage.isdecimal() and int(stage) < len(self.stages) - 1)
        if not known and ("$" in value or image_fault(value, self.policy.engine.registries) is not None):
            self.findings.refuse("dockerfile-from", place, seen=value)

    def _mount(self, value: str, place: Place) -> None:
        options = dict(part.partition("=")[::2] for part in value.split(","))
        kind = options.get("type", "bind")
        if kind not in _MOUNTS:
            self.findings.refuse("dockerfile-flag", place, seen=f"RUN --mount=type={kind}")
        elif "from" in options:
            self._copied_from(options["from"], place)
        elif _leaves(options.get("source") or options.get("src") or ""):
            self.findings.refuse("dockerfile-outside", place, seen=value)


def _leaves(source: str) -> bool:
    """Whether a path goes above the folder it starts in; a leading `/` is that folder itself."""
    return posixpath.normpath(source.lstrip("/") or ".").split("/", 1)[0] == ".."


def _label_names(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError:  # a quote without its other: then all of it is looked at
        return [text]
    if words and "=" not in words[0]:  # as of old: LABEL name some words
        return words[:1]
    return [word.partition("=")[0] for word in words]
