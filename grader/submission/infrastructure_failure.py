"""Tells whether a bring-up failed because a registry, the network, a disk or the builder did.

Where that cannot be told, the student is not graded either: graded again, the same work must not get another mark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.errors import CodedError
from grader.programs.bounded import EndReason
from grader.submission.bring_up_output import BringUpOutput, BuildStep, read_output
from grader.submission.layout import BringUpKind
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.programs.bounded import FinishedProgram

_REGISTRY: Final = re.compile(
    r"toomanyrequests"
    r"|(?:unexpected (?:HTTP )?status|status code)\b.*: (?:408|425|429|5\d\d) "
    r"|(?:^|: )unavailable: "
    # What Go says of a request: the address, then why it failed. These answers came from a registry that works.
    r'|(?:Get|Head|Post) "https?://[^"]+": (?!(?:unauthorized|denied|no basic auth|authentication required|not found))'
    r"|failed to do request|failed to fetch (?:anonymous|oauth) token(?!.*\b40[134]\b)|httpReadSeeker(?!.*not found)"
    r"|TLS handshake timeout|Client\.Timeout|context deadline exceeded|dial tcp|i/o timeout|unexpected EOF"
)
_DISK: Final = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_BUILDKIT: Final = re.compile(
    r"requires BuildKit|BuildKit is enabled but|requires buildx|failed to dial gRPC|no builder .* found"
    r"|Unknown flag: (?:mount|network|security|chmod|link|parents|exclude|checksum|keep-git-dir|unpack)\b"
)
_BUILDKIT_SYNTAX: Final = re.compile(r"dockerfile parse error|unknown (?:flag|instruction)|failed to parse platform : ")
"""In a Dockerfile that the policy has read as BuildKit of today does."""
_BUILDKIT_VARIABLE: Final = re.compile(r"\b(?:BUILD|TARGET)(?:PLATFORM|OS|ARCH|VARIANT)\b")
"""Empty in the classic builder."""
_NO_NETWORK: Final = re.compile(r"network bridge not found")
"""The network of builds: every other one is the student's to create."""

_HOST: Final = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|fr|eu|de|uk|us|ca|ch|be|edu|co|app|sh|ai|me|cloud|rs|example)\b"
    r"|\b(?!127\.|10\.|172\.1[6-9]\.|172\.2\d\.|172\.3[01]\.|192\.168\.|0\.)(?:\d{1,3}\.){3}\d{1,3}:(?:80|443)\b",
    re.IGNORECASE,
)
"""A server of the internet. The name of a container has no dot: that it is not found is the student's mistake."""
_DOWNLOAD_FAILED: Final = re.compile(
    r"name resolution|resolve (?:host|')|resolving '|bad address|no such host|unknown host"
    r"|timed? ?out|unreachable|no route to host|temporary (?:failure|error)|transient error|try again later"
    r"|connection (?:refused|reset|aborted|broken|failed)|(?:could not|failed to|unable to|can't) connect"
    r"|EAI_AGAIN|ENOTFOUND|ETIMEDOUT|ECONNRE|IncompleteRead|RemoteDisconnected|TLS handshake|SSLError|unexpected EOF"
    r"|too many requests|\b(?:429|50[0234])\b",
    re.IGNORECASE,
)
_DOWNLOADER: Final = re.compile(
    r"\b(?:pip3?|uv|poetry|conda|apt(?:-get)?|apk|dnf|yum|npm|npx|yarn|pnpm|curl|wget|git|gem|bundle|composer|cargo|mvn"
    r"|gradle|go (?:get|mod|install|build|run)|ADD (?:--\S+ )*https?:)\b"
)
_IS_PULL: Final = re.compile(r"load metadata for|resolve image config|\bFROM\b|^docker-image://")


class InfrastructureFailed(CodedError):
    """The submission was not brought up, and that is not the student's failure, or may not be: it is not graded."""


def infrastructure_failure(done: FinishedProgram, kind: BringUpKind) -> InfrastructureFailed | None:
    """Return what failed on our side, if anything did, in the bring-up `done` of a submission of this kind."""
    if done.end_reason not in {EndReason.EXITED, EndReason.TIME_LIMIT}:
        return None
    output = read_output(done)
    found = _in_errors(output, kind) or _in_steps(output.failed)
    if found is None and not done.succeeded:
        variable = next((step for step in output.classic_steps if _BUILDKIT_VARIABLE.search(step)), None)
        found = _failure("buildkit-missing", variable) if variable else None
    if found is None and done.end_reason is EndReason.TIME_LIMIT:
        found = _in_unfinished(output, f"{done.seconds:.0f}")
    return found


def _in_errors(output: BringUpOutput, kind: BringUpKind) -> InfrastructureFailed | None:
    for code, pattern in (
        ("engine-disk-full", _DISK),
        ("registry-unavailable", _REGISTRY),
        ("buildkit-missing", _BUILDKIT),
        ("build-network-missing", _NO_NETWORK),
    ):
        for line in output.errors:
            if match := pattern.search(line):
                # The engine says where its disk is full: paths of its machine are nobody's business.
                return _failure(code, match[0] if pattern is _DISK else line)
    if kind is not BringUpKind.SCRIPT:
        syntax = next((line for line in output.errors if _BUILDKIT_SYNTAX.search(line)), None)
        return _failure("buildkit-missing", syntax) if syntax else None
    return None


def _in_steps(steps: tuple[BuildStep, ...]) -> InfrastructureFailed | None:
    for step in steps:
        # What stands in the command itself was printed by it, not by the network.
        lines = [line for line in step.lines if line.strip() and line.strip() not in step.heading]
        if line := next((line for line in lines if _DISK.search(line)), None):
            return _failure("engine-disk-full", line)
        if line := next((line for line in lines if _HOST.search(line) and _DOWNLOAD_FAILED.search(line)), None):
            return _failure("download-failed", line)
    return None


def _in_unfinished(output: BringUpOutput, seconds: str) -> InfrastructureFailed | None:
    """A step that the time limit has ended: it may have waited for a server."""
    if output.unfinished_pulls:
        return _failure("registry-slow", output.unfinished_pulls[0], seconds=seconds)
    for step in output.unfinished:
        if _IS_PULL.search(step.heading):
            return _failure("registry-slow", step.heading, seconds=seconds)
        if _DOWNLOADER.search(step.heading):
            return _failure("download-slow", step.heading, seconds=seconds)
    return _in_steps(output.unfinished)


def _failure(code: str, detail: str, **values: str) -> InfrastructureFailed:
    return InfrastructureFailed(code, detail=escape_control_characters(detail.strip()), **values)
