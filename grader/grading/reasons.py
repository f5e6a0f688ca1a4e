"""Why a repository was not graded: a stable code and a sentence for each exception."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path
from typing import Final

from grader.errors import CodedError, GraderError
from grader.grading.isolated import GradingFailed
from grader.messages import LANGUAGES, Language, Words, say
from grader.submission.clone.clone import CloneFailed
from grader.submission.reading import ReadingFailed
from grader.submission.sandbox.sandbox import NoSandboxError
from grader.text.escaping import escape_control_characters

_DISK_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_DETAIL: Final = 400
"""Characters of an exception's text."""


def reason_of(error: Exception) -> tuple[str, Words]:
    """The code and the sentence for `error`. Never raises."""
    match error:
        case CodedError():
            return error.code, reason_words(error.code, error.values)
        case CloneFailed():
            return "clone-refused", {language: _detail(error, language) for language in LANGUAGES}
        case GradingFailed():
            code = "grading-failed"
        case NoSandboxError():
            code = "no-sandbox"
        case ReadingFailed():
            code = "repository-unreadable"
        case GraderError():
            code = "cannot-grade-here"
        case OSError() if error.errno in _DISK_FULL:
            code = "disk-full"
        case OSError() | UnicodeError():
            code = "repository-unreadable"
        case _:
            code = "grading-failed"
    details = {language: {"detail": _detail(error, language)} for language in LANGUAGES}
    return code, {language: say(code, "wrong", details[language], language) for language in LANGUAGES}


def _detail(error: Exception, language: Language) -> str:
    if isinstance(error, GraderError):
        return escape_control_characters(error.message(language), _DETAIL)
    return f"{type(error).__name__}: {escape_control_characters(str(error), _DETAIL)} ({_raised_at(error)})"


def reason_words(code: str, values: dict[str, str]) -> Words:
    """What the catalogues say of `code`."""
    return {language: say(code, "wrong", values, language) for language in LANGUAGES}


def _raised_at(error: Exception) -> str:
    """The place in the grader's code where it was raised, for a bug report."""
    package = Path(__file__).parent.parent
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(package)
    ]
    return f"{Path(frames[-1].filename).relative_to(package).as_posix()}:{frames[-1].lineno}" if frames else "?"
