"""Why a repository was not graded: a stable code and one honest sentence for whatever was raised."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path
from typing import Final

from grader.errors import CodedError, GraderError
from grader.machine.text import visible
from grader.messages import say
from grader.reports.results import Words
from grader.repository.clone import CloneRefused
from grader.repository.isolated import GradingFailed
from grader.repository.reading import ReadingFailed
from grader.repository.sandbox import NoSandboxError

__all__ = ["reason_of", "words_of"]

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}
_DETAIL: Final = 400
"""Characters of an exception's own text."""


def reason_of(error: Exception) -> tuple[str, Words]:
    """The code and the sentence of `error`. Nothing is raised here, whatever `error` holds."""
    text = visible(str(error), _DETAIL)
    match error:
        case CodedError():
            return error.code, words_of(error.code, error.values)
        case CloneRefused():
            return "clone-refused", Words(fr=text, en=text)
        case GradingFailed():
            code = "grading-failed"
        case NoSandboxError():
            code = "no-sandbox"
        case ReadingFailed():
            code = "repository-unreadable"
        case GraderError():
            code = "cannot-grade-here"
        case OSError() if error.errno in _NO_ROOM:
            code = "disk-full"
        case OSError() | UnicodeError():
            code = "repository-unreadable"
        case _:
            code = "grading-failed"
    if not isinstance(error, GraderError):
        text = f"{type(error).__name__}: {text} ({_place(error)})"
    return code, words_of(code, {"detail": text})


def words_of(code: str, values: dict[str, str]) -> Words:
    """What the catalogues say of `code`."""
    return Words(fr=say(code, "wrong", values, "fr"), en=say(code, "wrong", values, "en"))


def _place(error: Exception) -> str:
    """Where in the grader's own code it was raised: what is needed to report a bug, on one line."""
    here = Path(__file__).parent.parent
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(here)]
    return f"{Path(frames[-1].filename).relative_to(here).as_posix()}:{frames[-1].lineno}" if frames else "?"
