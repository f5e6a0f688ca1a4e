"""Findings as GitLab's Code Quality report, which a merge request shows beside the lines."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports.ci.finding import Finding

CODE_QUALITY_FILE: Final = "code-quality.json"
_SEVERITIES: Final = {"error": "major", "notice": "info"}


def code_quality(findings: Sequence[Finding]) -> bytes:
    """The report. Its fingerprints do not depend on the line, so that a finding that moves stays the same one."""
    seen: dict[str, int] = {}
    entries = []
    for one in findings:
        file, code, text = (log_line(words) for words in (one.file, one.code, one.text))
        words = f"{file}\0{code}\0{text}"
        seen[words] = number = seen.get(words, 0) + 1
        entries.append(
            {
                "description": text,
                "check_name": code,
                "fingerprint": hashlib.sha256(f"{words}\0{number}".encode()).hexdigest(),
                "severity": _SEVERITIES[one.severity],
                "location": {"path": file, "lines": {"begin": one.line or 1}},
            }
        )
    return msgspec.json.format(msgspec.json.encode(entries), indent=2) + b"\n"
