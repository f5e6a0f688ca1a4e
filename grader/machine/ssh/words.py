"""What `ssh` says when it cannot, and the code for it. OpenSSH's words are in English on every machine."""

from __future__ import annotations

import re
from typing import Final

from grader.machine.text import visible

__all__ = ["channel_refusal", "failure"]

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
"""The first that fits. With a jump host, its trouble is said before that of the machine behind it."""
_NOISE: Final = re.compile(r"^(@|Warning: |\*\*|Pseudo-terminal |mux_client|Shared connection )")
_OPEN_FAILED: Final = re.compile(r"channel \d+: open failed: (?P<reason>[^\r\n]*)")


def failure(said: str) -> tuple[str, str]:
    """The code for what an `ssh` said before it ended, and its last words. `ssh-failed` where none is known."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if not _NOISE.match(line)]
    for pattern, code in _FAILURES:
        found = next((line for line in lines if re.search(pattern, line)), None)
        if found:
            return code, visible(found, 160)
    return "ssh-failed", visible(telling[-1], 160) if telling else ""


def channel_refusal(said: str) -> str:
    """Why the machine's `sshd` did not open the last of the connections asked of it; empty where it opened them all."""
    reasons = [found["reason"] for found in _OPEN_FAILED.finditer(said)]
    return visible(reasons[-1], 160) if reasons else ""
