"""Removes secrets from a machine's answers before they are judged and stored.

A secret is the value of an environment variable whose name contains PASSWORD, TOKEN, SECRET, KEY or the like. It is in
more places than `Config.Env`: an image's history and build arguments, labels, log options, the arguments of commands,
a swarm's join tokens, and whatever a program prints of its own environment.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from grader.machine.json_decoding import MalformedJsonError, decode_json

if TYPE_CHECKING:
    from grader.machine.question import Answer

REDACTED: Final = "***"
"""Replaces a secret."""

_WORDS: Final = ("password", "passwd", "passphrase", "token", "secret", "key", "credential")
_SECRET_WORD: Final = f"(?:{'|'.join(_WORDS)})"
# Machines are hostile: every name is anchored at its first letter and bounded, so that a search stays linear.
_NAME: Final = rf"(?<![\w.-])[\w.-]{{0,80}}{_SECRET_WORD}[\w.-]{{0,80}}"
_SECRET_NAME: Final = re.compile(rf"(?i){_SECRET_WORD}")
_WHOLE: Final = re.compile(rf"(?is)({_NAME})=(.+)")
"""An entry of an environment: all that follows the `=` is its value."""
_INSIDE: Final = re.compile(rf"(?i)({_NAME}=)(\"[^\"]*\"|'[^']*'|[^\s\"']+)")
"""An assignment somewhere in a command."""
_OPTION: Final = re.compile(rf"(?i)--?[\w-]{{0,80}}(?:{_SECRET_WORD}|requirepass)[\w-]{{0,80}}")
"""An option whose value is the next argument."""
_URL: Final = re.compile(r"(://[^/\s:@\"']+:)([^/\s@\"']+)(?=@)")
_PRINTED_ASSIGNMENT: Final = re.compile(
    rb"((?<![\w.-])[A-Z0-9_]{0,80}"
    + _SECRET_WORD.upper().encode()
    + rb"[A-Z0-9_]{0,80}[\"']?[ \t]{0,4}[=:][ \t]{0,4}[\"']?)"
    rb"([^\x00-\x20\x7f\"',;]+)"
)
"""An assignment in a log, a page or a file. Capitals only: ordinary words such as `keyboard: …` are left alone."""
_FREE_TEXT_FIELDS: Final = {"Cmd", "Args", "Entrypoint", "Path", "CreatedBy", "Test", "Output", "Error", "arguments"}
"""Fields with typed or printed text, where a secret can appear without its name."""
_MIN_SECRET_LENGTH: Final = 8
"""Minimum length of a value that is searched for everywhere: a shorter one (`root`, `80`) is an ordinary word too."""
_MAX_SECRETS: Final = 64
_MAX_ASSIGNMENTS: Final = 20_000
"""Assignments that are examined in one answer: a hostile answer must not take our time."""
_MAX_JSON_BYTES: Final = 1024 * 1024
"""Bytes above which JSON is searched as text: decoded, it would take twenty times the memory."""


class Redactor:
    """Remembers the secrets it has seen, to find them where they appear without their names."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}

    def redact(self, answer: Answer) -> Answer:
        """`answer` without secrets; itself if it has none."""
        if not self._secrets and not _may_contain_secrets(answer.body):
            return answer
        body = self._redact_json(answer.body) if answer.body[:1] in {b"{", b"["} else None
        if body is None:
            body = self._redact_bytes(answer.body)
        return answer if body == answer.body else _with_body(answer, body)

    def _redact_json(self, body: bytes) -> bytes | None:
        """`None` if it is not JSON, or too large."""
        if len(body) > _MAX_JSON_BYTES:
            return None
        try:
            value = decode_json(body, object)
            hidden = self._redact_value(value, "")
        except (MalformedJsonError, RecursionError):
            return None
        return body if hidden == value else msgspec.json.encode(hidden)

    def _redact_value(self, value: Any, name: str) -> Any:
        match value:
            case str() if value and _SECRET_NAME.search(name):
                return self._remember(value)
            case str():
                return self._redact_text(value, is_free_text=name in _FREE_TEXT_FIELDS)
            case list():
                return self._redact_list(value, name)
            case dict():
                # The tokens of a swarm are one level below the key that names them.
                return {
                    key: self._redact_value(held, "token" if name == "JoinTokens" else key)
                    for key, held in value.items()
                }
            case _:
                return value

    def _redact_list(self, values: list[Any], name: str) -> list[Any]:
        # The name of a list says nothing of its entries: `Secrets` holds their ids.
        hidden = [self._redact_value(value, name if name in _FREE_TEXT_FIELDS else "") for value in values]
        for place, (before, after) in enumerate(itertools.pairwise(values), 1):
            if isinstance(before, str) and isinstance(after, str) and _OPTION.fullmatch(before) and after[:1] != "-":
                hidden[place] = self._remember(after)
        return hidden

    def _redact_text(self, text: str, *, is_free_text: bool) -> str:
        whole = _WHOLE.fullmatch(text)
        if whole:
            return f"{whole[1]}={self._remember(whole[2])}"
        if "=" in text:
            text = _INSIDE.sub(lambda found: found[1] + self._remember(found[2].strip("\"'")), text)
        if "@" in text:
            text = _URL.sub(lambda found: found[1] + self._remember(found[2]), text)
        return self._replace_known(text) if is_free_text else text

    def _remember(self, secret: str) -> str:
        if len(secret) >= _MIN_SECRET_LENGTH and len(self._secrets) < _MAX_SECRETS:
            self._secrets[secret] = None
        return REDACTED

    def _replace_known(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return text

    def _redact_bytes(self, body: bytes) -> bytes:
        """Stars of the same length, so that archives and framed logs stay what they are."""
        body = _PRINTED_ASSIGNMENT.sub(lambda found: found[1] + b"*" * len(found[2]), body, count=_MAX_ASSIGNMENTS)
        for secret in self._secrets:
            raw = secret.encode("utf-8", "surrogatepass")
            body = body.replace(raw, b"*" * len(raw))
        return body


def _may_contain_secrets(body: bytes) -> bool:
    lowered = body.lower()
    return any(word.encode() in lowered for word in (*_WORDS, "requirepass")) or (b"://" in body and b"@" in body)


def _with_body(answer: Answer, body: bytes) -> Answer:
    return msgspec.structs.replace(answer, body=body)
