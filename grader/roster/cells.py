"""Parsers for the cells of a class list. Each returns a normalized value, or raises `RosterError` with one sentence."""

from __future__ import annotations

from grader.errors import RosterError
from grader.text.escaping import quoted

MAX_ID_LENGTH = 64
MAX_TEXT_LENGTH = 200
JOINERS = "\u200c\u200d"
"""Invisible, but part of the spelling of some names."""


def parse_text(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > MAX_TEXT_LENGTH:
        raise RosterError(f"at most {MAX_TEXT_LENGTH} characters, not {len(text)}")
    if not all(char.isprintable() or char in JOINERS for char in text):
        raise RosterError(f"no control or invisible character: {quoted(text)}")
    return text


def parse_id(text: str) -> str:
    if not text.isprintable():
        raise RosterError(f"an id holds no control or invisible character: {quoted(text)}")
    if len(text) > MAX_ID_LENGTH:
        raise RosterError(f"an id has at most {MAX_ID_LENGTH} characters, not {len(text)}")
    return text


def parse_email(text: str) -> str:
    name, _, host = text.rpartition("@")
    if not (name and host) or not text.isprintable() or " " in text or len(text) > MAX_TEXT_LENGTH:
        raise RosterError(f"an e-mail address looks like name@example.org, not {quoted(text)}")
    return text


def parse_repo(text: str) -> str:
    # For `git clone`, a leading `-` is an option, and `transport::address` starts a program.
    if not text.isprintable() or text.startswith("-") or "::" in text:
        raise RosterError(f"a repository is a path or an https:// or ssh:// address, not {quoted(text)}")
    return text
