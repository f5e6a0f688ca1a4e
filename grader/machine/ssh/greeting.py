"""The one command that the connection itself runs: it answers a first question, then waits until we are gone."""

from __future__ import annotations

__all__ = ["answer_in", "remote_command"]


def remote_command(word: str, question: str) -> str:
    """`question` between two marks made of `word`, then nothing until our end of the connection is closed.

    Whatever shell the account has, `sh` does it. The marks are put together there, so that a shell which repeats the
    command is not mistaken for one that has run it. No quote, newline or `!` in it: shells differ on them.
    """
    tag = 'printf "%s%s%s\\n"'
    script = f'{tag} "<" {word} ">"; {question}; {tag} "</" {word} ">"; exec cat >/dev/null'
    if {"'", "\n", "!"} & set(script):
        raise ValueError(f"not every shell reads this alike: {script}")
    return f"exec sh -c '{script}'"


def answer_in(heard: bytes, word: str) -> bytes | None:
    """What stands between the two marks, whatever the machine's shell says before them; `None` until both are there."""
    first, last = f"<{word}>\n".encode(), f"</{word}>\n".encode()
    start, end = heard.find(first), heard.find(last)
    return heard[start + len(first) : end] if 0 <= start < end else None
