"""What a Dockerfile may ask of the builder: instructions and flags on the allow-list, bases from known servers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.repository.dockerfile import (
    Instruction,
    OddLineError,
    UnendedHereDocumentError,
    directives,
    instructions,
)
from grader.repository.dockerfile_heredoc import HereDocuments
from grader.repository.dockerfile_rules import Judge
from grader.repository.dockerfile_values import Values
from grader.repository.refusal import Findings, Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.repository.policy import Policy

__all__ = ["check_dockerfile", "check_dockerfile_text"]

_BYTE_ORDER_MARK = "\ufeff"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ODD_CHARACTER = re.compile(rf"[\x00-\x08\v\f\x0e-\x1f\x7f{_BYTE_ORDER_MARK}]|\r(?!\n|\Z)")


def check_dockerfile(path: Path, name: str, policy: Policy, findings: Findings, args: Mapping[str, str]) -> None:
    """Judges the file at the real path `path`, known to the student as `name`, built with `args`."""
    limit = policy.limits.dockerfile_bytes
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        findings.refuse("too-big", Place(name), seen=str(path.stat().st_size), limit=str(limit))
    elif data.startswith(_UTF16):
        findings.invalid("not-utf8", Place(name))
    else:
        check_dockerfile_text(data.decode("utf-8", "surrogateescape"), Place(name, 0), policy, findings, args)


def check_dockerfile_text(text: str, start: Place, policy: Policy, findings: Findings, args: Mapping[str, str]) -> None:
    """Judges a Dockerfile's text, whose first line is the one after `start`.

    Where builders read the file differently, each reading must be within the policy. Only the first says what is
    invalid: a shell's line in a here-document is no slip of the pen.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK)
    judge = Judge(policy, findings, start, Values(args))
    if odd := _ODD_CHARACTER.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        findings.refuse("dockerfile-character", judge.place_of(line), seen=f"U+{ord(odd[0]):04X}")
        return
    for directive in directives(text):
        judge.directive(directive)
    try:
        first, *others = _readings(text)
    except OddLineError as odd_line:
        findings.refuse("dockerfile-heredoc", judge.place_of(odd_line.line), seen=odd_line.text)
        return
    for this in first:
        if this.doubtful:
            findings.refuse("dockerfile-continuation", judge.place_of(this.doubtful))
    judge.judge(first)
    for reading in others:
        aside = Findings(policy.rules)
        Judge(policy, aside, start, Values(args)).judge(reading)
        findings.found += [refusal for refusal in aside.found if refusal.kind == "refused"]
    if len(first) > policy.limits.dockerfile_instructions:
        limit = str(policy.limits.dockerfile_instructions)
        findings.refuse("dockerfile-too-long", judge.place_of(1), seen=str(len(first)), limit=limit)
    if not judge.stages:
        findings.invalid("dockerfile-no-from", judge.place_of(1))


def _readings(text: str) -> list[list[Instruction]]:
    """The file as each kind of builder reads it, the newest first. Raises `OddLineError`."""
    readings: list[list[Instruction]] = []
    for here_documents in HereDocuments:
        try:
            reading = instructions(text, here_documents)
        except UnendedHereDocumentError:
            continue
        if reading not in readings:
            readings.append(reading)
    return readings
