"""Takes secrets out of what a machine says, before it is judged and kept.

A secret is the value of an environment variable whose name holds PASSWORD, TOKEN, SECRET, KEY or the like. It stands in
more places than `Config.Env`: an image's history and build arguments, labels, log options, the arguments of commands,
a swarm's join tokens, and whatever a program prints of its own environment.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from grader.machine.decoding import Garbled, decoded

if TYPE_CHECKING:
    from grader.machine.question import Answer

__all__ = ["HIDDEN", "Redactor"]

HIDDEN: Final = "***"
"""What stands in a secret's place."""

_WORDS: Final = ("password", "passwd", "passphrase", "token", "secret", "key", "credential")
_ANY: Final = f"(?:{'|'.join(_WORDS)})"
# Machines are hostile: every name is anchored at its first letter and bounded, so that a search stays linear.
_NAME: Final = rf"(?<![\w.-])[\w.-]{{0,80}}{_ANY}[\w.-]{{0,80}}"
_SECRET_NAME: Final = re.compile(rf"(?i){_ANY}")
_WHOLE: Final = re.compile(rf"(?is)({_NAME})=(.+)")
"""An entry of an environment: all that follows the `=` is its value."""
_INSIDE: Final = re.compile(rf"(?i)({_NAME}=)(\"[^\"]*\"|'[^']*'|[^\s\"']+)")
"""An assignment somewhere in a command."""
_OPTION: Final = re.compile(rf"(?i)--?[\w-]{{0,80}}(?:{_ANY}|requirepass)[\w-]{{0,80}}")
"""An option whose value is the next argument."""
_URL: Final = re.compile(r"(://[^/\s:@\"']+:)([^/\s@\"']+)(?=@)")
_PRINTED: Final = re.compile(
    rb"((?<![\w.-])[A-Z0-9_]{0,80}" + _ANY.upper().encode() + rb"[A-Z0-9_]{0,80}[\"']?[ \t]{0,4}[=:][ \t]{0,4}[\"']?)"
    rb"([^\x00-\x20\x7f\"',;]+)"
)
"""An assignment in a log, a page or a file. Capitals only: ordinary words such as `keyboard: …` are left alone."""
_SPOKEN: Final = {"Cmd", "Args", "Entrypoint", "Path", "CreatedBy", "Test", "Output", "Error", "arguments"}
"""Fields that hold what was typed or printed, where a secret can stand without its name."""
_LONG_ENOUGH: Final = 8
"""Characters of a value that is looked for everywhere: a shorter one (`root`, `80`) is an ordinary word as well."""
_REMEMBERED: Final = 64
_MOST: Final = 20_000
"""Assignments that are looked at in one answer. Honest ones hold a few; a hostile one must not take our time."""
_LARGEST_JSON: Final = 1024 * 1024
"""Bytes above which JSON is searched as text: as values it would take twenty times the room."""


class Redactor:
    """Remembers the secrets it has seen, to know them again where they stand without their names."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}

    def redacted(self, answer: Answer) -> Answer:
        """`answer` without secrets; itself where it holds none."""
        if not self._secrets and not _may_hold_some(answer.body):
            return answer
        body = self._json(answer.body) if answer.body[:1] in {b"{", b"["} else None
        if body is None:
            body = self._opaque(answer.body)
        return answer if body == answer.body else _with_body(answer, body)

    def _json(self, body: bytes) -> bytes | None:
        """`None` where it is no JSON after all, or too large."""
        if len(body) > _LARGEST_JSON:
            return None
        try:
            value = decoded(body, object)
            hidden = self._walk(value, "")
        except (Garbled, RecursionError):
            return None
        return body if hidden == value else msgspec.json.encode(hidden)

    def _walk(self, value: Any, name: str) -> Any:
        match value:
            case str() if value and _SECRET_NAME.search(name):
                return self._keep(value)
            case str():
                return self._text(value, spoken=name in _SPOKEN)
            case list():
                return self._list(value, name)
            case dict():
                # The tokens of a swarm stand one level below the name that says so.
                return {key: self._walk(held, "token" if name == "JoinTokens" else key) for key, held in value.items()}
            case _:
                return value

    def _list(self, values: list[Any], name: str) -> list[Any]:
        # The name of a list says nothing of its entries: `Secrets` holds their ids.
        hidden = [self._walk(value, name if name in _SPOKEN else "") for value in values]
        for place, (before, after) in enumerate(itertools.pairwise(values), 1):
            if isinstance(before, str) and isinstance(after, str) and _OPTION.fullmatch(before) and after[:1] != "-":
                hidden[place] = self._keep(after)
        return hidden

    def _text(self, text: str, *, spoken: bool) -> str:
        whole = _WHOLE.fullmatch(text)
        if whole:
            return f"{whole[1]}={self._keep(whole[2])}"
        if "=" in text:
            text = _INSIDE.sub(lambda found: found[1] + self._keep(found[2].strip("\"'")), text)
        if "@" in text:
            text = _URL.sub(lambda found: found[1] + self._keep(found[2]), text)
        return self._without_known(text) if spoken else text

    def _keep(self, secret: str) -> str:
        if len(secret) >= _LONG_ENOUGH and len(self._secrets) < _REMEMBERED:
            self._secrets[secret] = None
        return HIDDEN

    def _without_known(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def _opaque(self, body: bytes) -> bytes:
        """Stars of the same length, so that archives and framed logs stay what they are."""
        body = _PRINTED.sub(lambda found: found[1] + b"*" * len(found[2]), body, count=_MOST)
        for secret in self._secrets:
            raw = secret.encode("utf-8", "surrogatepass")
            body = body.replace(raw, b"*" * len(raw))
        return body


def _may_hold_some(body: bytes) -> bool:
    lowered = body.lower()
    return any(word.encode() in lowered for word in (*_WORDS, "requirepass")) or (b"://" in body and b"@" in body)


def _with_body(answer: Answer, body: bytes) -> Answer:
    return msgspec.structs.replace(answer, body=body)
