"""The command of the connection's own session: it answers a first question, then waits until the connection ends."""

from __future__ import annotations


def remote_command(marker: str, question: str) -> str:
    """The answer to `question` between two marks, then nothing until our end of the connection closes.

    It runs in `sh`, whatever shell the account has. The marks are assembled there, so that a shell that echoes the
    command is not mistaken for one that ran it. It contains no quote, newline or `!`: shells differ on them.
    """
    tag = 'printf "%s%s%s\\n"'
    script = f'{tag} "<" {marker} ">"; {question}; {tag} "</" {marker} ">"; exec cat >/dev/null'
    if {"'", "\n", "!"} & set(script):
        raise ValueError(f"not every shell reads this alike: {script}")
    return f"exec sh -c '{script}'"


def parse_answer(output: bytes, marker: str) -> bytes | None:
    """The text between the two marks, whatever the shell prints before them; `None` until both have arrived."""
    first, last = f"<{marker}>\n".encode(), f"</{marker}>\n".encode()
    start, end = output.find(first), output.find(last)
    return output[start + len(first) : end] if 0 <= start < end else None
