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
        raise RosterError("roster.text-length", limit=MAX_TEXT_LENGTH, length=len(text))
    if not all(char.isprintable() or char in JOINERS for char in text):
        raise RosterError("roster.text-control", given=quoted(text))
    return text


def parse_id(text: str) -> str:
    if not text.isprintable():
        raise RosterError("roster.id-control", given=quoted(text))
    if len(text) > MAX_ID_LENGTH:
        raise RosterError("roster.id-length", limit=MAX_ID_LENGTH, length=len(text))
    return text


def parse_email(text: str) -> str:
    name, _, host = text.rpartition("@")
    if not (name and host) or not text.isprintable() or " " in text or len(text) > MAX_TEXT_LENGTH:
        raise RosterError("roster.email", given=quoted(text))
    return text


def parse_repo(text: str) -> str:
    # For `git clone`, a leading `-` is an option, and `transport::address` starts a program.
    if not text.isprintable() or text.startswith("-") or "::" in text:
        raise RosterError("roster.repo", given=quoted(text))
    return text
