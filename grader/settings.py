"""Options and environment, folded once into one frozen object."""

from __future__ import annotations

import contextlib
import dataclasses
import locale
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError, TypedError
from grader.roster.machine_url import MachineUrl, parse_machine_url
from grader.roster.ports import PortRange, parse_ports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.machine.recording import Recording
    from grader.messages import Language

__all__ = ["Settings", "as_recorded", "as_text", "language_of", "said_to_the_user", "settings_of", "spoken_language"]

_HINT_LEVELS: Final = ("1", "2", "3")


@dataclass(frozen=True)
class Settings:
    machine: MachineUrl = field(default_factory=lambda: MachineUrl("local"))
    ssh_config: Path | None = None
    student: str = "local"
    """Empty where a recording tells whose work it is."""
    student_name: str = ""
    ports: PortRange | None = None
    language: Language = "fr"
    results: Path | None = None
    record: bool = False
    passive: bool = False
    disposable: bool = False
    hints: int = 2


def settings_of(options: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """What a command line and an environment come to. Raises `GraderError` with one sentence."""

    def text(name: str) -> str:
        value = options.get(name)
        return str(value).strip() if value else ""

    passive, disposable = bool(options.get("passive")), bool(options.get("disposable"))
    if passive and disposable:
        raise TypedError("typed-passive-and-disposable")
    if bool(options.get("record")) and not text("results"):
        raise TypedError("typed-record-without-results")
    hints = text("hints") or "2"
    if hints not in _HINT_LEVELS:
        raise TypedError("typed-hints", given=repr(hints))
    machine = parse_machine_url(text("machine") or "local")
    user = environ.get("USER") or environ.get("USERNAME") or "local"
    return Settings(
        machine=machine,
        ssh_config=Path(text("ssh_config")) if text("ssh_config") else None,
        student=as_text(text("student")) or ("" if machine.scheme == "recording" else user),
        student_name=as_text(text("student_name")),
        ports=parse_ports(text("ports")) if text("ports") else None,
        language=language_of(text("lang"), environ),
        results=Path(text("results")) if text("results") else None,
        record=bool(options.get("record")),
        passive=passive,
        disposable=disposable,
        hints=int(hints),
    )


def as_text(given: str) -> str:
    """`given` as results can hold it: what was typed in another encoding than UTF-8 becomes a replacement mark."""
    return given.encode("utf-8", "replace").decode("utf-8")


def as_recorded(settings: Settings, recording: Recording | None) -> Settings:
    """What was asked for then holds again, but for what is asked for now. `None` is one that cannot be read."""
    if recording is None:
        return dataclasses.replace(settings, student=settings.student or "local")
    ports = parse_ports(recording.ports) if recording.ports else None
    return dataclasses.replace(
        settings,
        student=settings.student or recording.student,
        student_name=settings.student_name or recording.student_name,
        ports=settings.ports or ports,
        passive=settings.passive or (recording.passive and not settings.disposable),
        disposable=settings.disposable or (recording.disposable and not settings.passive),
    )


def language_of(given: str, environ: Mapping[str, str]) -> Language:
    """`--lang`, else `GRADER_LANG`, else the locale, else French. Raises `GraderError` for another language."""
    asked = (given or environ.get("GRADER_LANG", "")).strip().lower()
    if asked:
        if asked not in {"fr", "en"}:
            raise TypedError("typed-language", given=repr(asked))
        return "en" if asked == "en" else "fr"
    of_locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    of_locale = of_locale or (locale.getlocale()[0] or "")
    # A locale that names no language (C, POSIX) leaves it to the course's own.
    return "en" if of_locale.lower().startswith("en") else "fr"


def spoken_language(given: str, environ: Mapping[str, str]) -> Language:
    """As `language_of`, for whoever says what is wrong: what is no language counts as not asked for."""
    for name in (given, environ.get("GRADER_LANG", "")):
        with contextlib.suppress(TypedError):
            if name.strip():
                return language_of(name, {})
    return language_of("", {name: value for name, value in environ.items() if name != "GRADER_LANG"})


def said_to_the_user(error: GraderError, given: str, environ: Mapping[str, str]) -> str:
    """What is wrong, in the reader's language where there are words for it in both."""
    return error.said(spoken_language(given, environ)) if isinstance(error, TypedError) else str(error)
