"""Files and folders of this very machine, for the bind mounts of a local engine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from grader.machine.question import Answer, FileQuestion, NoAnswer

__all__ = ["LocalFiles", "NoFiles", "is_of_a_living_run", "is_ours"]

CAP: Final = 1024 * 1024
_ENTRIES: Final = 1000


def is_ours(path: str) -> bool:
    """True for the only names that a run may write or remove on a machine."""
    return path.rsplit("/", 1)[-1].startswith(".grader-")


class NoFiles:
    """For machines whose files cannot be seen: an engine behind TCP."""

    def ask(self, question: FileQuestion) -> Answer | NoAnswer:
        return NoAnswer("not-at-hand", question.path)


class LocalFiles:
    def ask(self, question: FileQuestion) -> Answer | NoAnswer:  # noqa: PLR0911 - one return an outcome
        """`list` gives one name a line, folders with a `/` behind; 404 where there is no such thing."""
        path = Path(question.path)
        try:
            match question.operation:
                case "list":
                    names = (entry.name + ("/" if entry.is_dir() else "") for entry in path.iterdir())
                    shown = [name for name, _ in zip(names, range(_ENTRIES), strict=False)]
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
        except FileNotFoundError:
            return Answer(404)
        except OSError as error:
            return NoAnswer("no-access", error.strerror or "")

    @staticmethod
    def _write(path: Path, body: bytes) -> Answer | NoAnswer:
        if not is_ours(str(path)):
            raise ValueError(f"a run writes only .grader- names, not {path}")
        for left in path.parent.glob(".grader-*"):
            if not is_of_a_living_run(left.name):
                left.unlink(missing_ok=True)
        with path.open("xb") as file:
            file.write(body)
        path.chmod(0o644)
        return Answer()


def is_of_a_living_run(name: str) -> bool:
    """True where the process that wrote `.grader-<pid>-…` still lives: two runs must not sweep each other's."""
    pid = name.removeprefix(".grader-").partition("-")[0]
    if not pid.isdecimal() or os.name != "posix":
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
