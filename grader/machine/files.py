"""Files and folders of this very machine, for the bind mounts of a local engine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from grader.machine.desktop import local_path
from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.machine.traces import PREFIX, STALE_S, is_of_a_dead_run, is_ours

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CAP", "ENTRIES", "LocalFiles", "NoFiles"]

CAP: Final = 1024 * 1024
"""Bytes of a file that are read."""
ENTRIES: Final = 1000
"""Names of a folder that are told."""


class NoFiles:
    """For machines whose files cannot be seen: an engine behind TCP."""

    def ask(self, question: FileQuestion) -> Answer | NoAnswer:
        return NoAnswer("not-at-hand", question.path)


class LocalFiles:
    def ask(self, question: FileQuestion) -> Answer | NoAnswer:  # noqa: PLR0911 - one return an outcome
        """`list` gives one name a line, folders with a `/` behind; 404 where there is no such thing."""
        path = local_path(question.path)
        try:
            match question.operation:
                case "list":
                    names = (entry.name + ("/" if entry.is_dir() else "") for entry in path.iterdir())
                    shown = [name for name, _ in zip(names, range(ENTRIES), strict=False)]
                    return Answer(200, "\n".join(sorted(shown)).encode("utf-8", "surrogateescape"))
                case "read":
                    if not path.is_file():
                        return Answer(404)
                    with path.open("rb") as file:
                        body = file.read(CAP + 1)
                    return Answer(200, body[:CAP], truncated=len(body) > CAP)
                case "write":
                    return self._write(path, question.body)
                case "remove":
                    if is_ours(question.path):
                        path.unlink(missing_ok=True)
                    return Answer()
        except (FileNotFoundError, NotADirectoryError):
            return Answer(404)
        except OSError as error:
            return NoAnswer("no-access", error.strerror or "")
        except ValueError as error:  # a NUL, or half a character, in a name that an engine gave
            return NoAnswer("no-access", str(error))

    @staticmethod
    def _write(path: Path, body: bytes) -> Answer | NoAnswer:
        if not is_ours(path.name):
            raise RuntimeError(f"a run writes only {PREFIX} names, not {path}")
        for left in path.parent.glob(PREFIX + "*"):
            dead = is_of_a_dead_run(left.name)
            if dead or (dead is None and time.time() - left.lstat().st_mtime > STALE_S):
                left.unlink(missing_ok=True)
        with path.open("xb") as file:
            file.write(body)
        path.chmod(0o644)
        return Answer()
