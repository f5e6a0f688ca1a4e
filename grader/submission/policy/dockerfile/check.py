"""Checks a Dockerfile against the policy: allowed instructions and flags, base images from known registries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.submission.policy.dockerfile.here_documents import HereDocumentSyntax
from grader.submission.policy.dockerfile.reader import (
    AmbiguousLineError,
    Instruction,
    UnterminatedHereDocumentError,
    directives,
    instructions,
)
from grader.submission.policy.dockerfile.rules import InstructionChecker
from grader.submission.policy.dockerfile.values import VariableValues
from grader.submission.policy.findings import Findings, Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.submission.policy.policy import Policy

_BYTE_ORDER_MARK = "\ufeff"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_REFUSED_CHARACTER = re.compile(rf"[\x00-\x08\v\f\x0e-\x1f\x7f{_BYTE_ORDER_MARK}]|\r(?!\n|\Z)")


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """What a build is given beside its folder."""

    args: Mapping[str, str] = field(default_factory=dict)
    """Values for ARG."""
    secrets: frozenset[str] = frozenset()
    """Ids of secrets, which are files of the repository."""


def check_dockerfile(path: Path, name: str, policy: Policy, findings: Findings, inputs: BuildInputs) -> None:
    """Judges the file at the real path `path`, known to the student as `name`, built with `inputs`."""
    limit = policy.limits.dockerfile_bytes
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        findings.refuse("too-big", Place(name), seen=str(path.stat().st_size), limit=str(limit))
    elif data.startswith(_UTF16):
        findings.invalid("not-utf8", Place(name))
    else:
        check_dockerfile_text(data.decode("utf-8", "surrogateescape"), Place(name, 0), policy, findings, inputs)


def check_dockerfile_text(text: str, start: Place, policy: Policy, findings: Findings, inputs: BuildInputs) -> None:
    """Judges a Dockerfile's text, whose first line is the one after `start`.

    Where builders read the file differently, each reading must be within the policy. Only the first says what is
    invalid: a shell's line in a here-document is no slip of the pen.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK)
    judge = InstructionChecker(policy, findings, start, VariableValues(inputs.args), inputs.secrets)
    if odd := _REFUSED_CHARACTER.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        findings.refuse("dockerfile-character", judge.place_of(line), seen=f"U+{ord(odd[0]):04X}")
        return
    for directive in directives(text):
        judge.check_directive(directive)
    try:
        first, *others = _all_readings(text)
    except AmbiguousLineError as odd_line:
        findings.refuse("dockerfile-heredoc", judge.place_of(odd_line.line), seen=odd_line.text)
        return
    for this in first:
        if this.doubtful_line:
            findings.refuse("dockerfile-continuation", judge.place_of(this.doubtful_line))
    judge.check_instructions(first)
    for reading in others:
        aside = Findings()
        InstructionChecker(policy, aside, start, VariableValues(inputs.args), inputs.secrets).check_instructions(
            reading
        )
        findings.found += [refusal for refusal in aside.found if refusal.kind == "refused"]
    if len(first) > policy.limits.dockerfile_instructions:
        limit = str(policy.limits.dockerfile_instructions)
        findings.refuse("dockerfile-too-long", judge.place_of(1), seen=str(len(first)), limit=limit)
    if not judge.stage_count:
        findings.invalid("dockerfile-no-from", judge.place_of(1))


def _all_readings(text: str) -> list[list[Instruction]]:
    """The file as each kind of builder reads it, the newest first. Raises `AmbiguousLineError`."""
    readings: list[list[Instruction]] = []
    for here_documents in HereDocumentSyntax:
        try:
            reading = instructions(text, here_documents)
        except UnterminatedHereDocumentError:
            continue
        if reading not in readings:
            readings.append(reading)
    return readings
