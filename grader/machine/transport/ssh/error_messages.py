"""Maps OpenSSH's error messages, which are always in English, to codes."""

from __future__ import annotations

import re
from typing import Final

from grader.text.escaping import escape_control_characters

_FAILURES: Final = (
    (r"HOST IDENTIFICATION HAS CHANGED|REVOKED HOST KEY", "ssh-host-key-changed"),
    (r"host key is known for|Host key verification failed", "ssh-host-key-unknown"),
    (r"[Bb]ad configuration option|Bad owner or permissions|Can't open user config", "ssh-config"),
    (r"Could not resolve hostname", "ssh-unknown-host"),
    (r"Permission denied|Too many authentication failures|No more authentication methods", "ssh-denied"),
    (r"connect to (host|address) .*Connection refused", "ssh-refused"),
    (r"during banner exchange|Connection to .* timed out|Timeout, server .* not responding", "ssh-silent"),
    (r"connect to (host|address) .*(timed out|[Nn]o route|unreachable|is down)", "ssh-unreachable"),
    (r"Connection (closed|reset) by|[Cc]onnection (closed|reset)|Broken pipe", "ssh-closed"),
)
"""The first that matches. A jump host's message comes before that of the machine behind it."""
_NOISE: Final = re.compile(r"^(@|Warning: |\*\*|Pseudo-terminal |mux_client|Shared connection )")
_OPEN_FAILED: Final = re.compile(r"channel \d+: open failed: (?P<reason>[^\r\n]*)")


def classify_ssh_failure(stderr: str) -> tuple[str, str]:
    """The code for the messages of an `ssh` that ended, and the message itself. `ssh-failed` if it is unknown."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if not _NOISE.match(line)]
    for pattern, code in _FAILURES:
        found = next((line for line in lines if re.search(pattern, line)), None)
        if found:
            return code, escape_control_characters(found, 160)
    return "ssh-failed", escape_control_characters(telling[-1], 160) if telling else ""


def channel_refusal(stderr: str) -> str:
    """Why the machine's `sshd` did not open the last forwarded connection; empty if it opened all."""
    reasons = [found["reason"] for found in _OPEN_FAILED.finditer(stderr)]
    return escape_control_characters(reasons[-1], 160) if reasons else ""
