"""The files that a submission's containers mount, read and written from inside the sandbox.

A mount's source is what an engine says, and a link in it may lead anywhere: the sandbox contains only the
submission's own folders.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import msgspec

from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.machine.transport.files import LocalFiles
from grader.programs.tools import plain_environment
from grader.submission.container_limits import limits_mounts
from grader.submission.sandbox.programs import grader_mounts

if TYPE_CHECKING:
    from types import TracebackType

    from grader.submission.submission import Submission

_ANSWER_S: Final = 20.0
_LARGEST_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of an answer: a file of 1 MiB, encoded."""


class SubmissionFiles:
    """Starts its program at the first question, and ends it with the block."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._exit_stack = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def ask(self, question: FileQuestion) -> Answer | NoAnswer:
        try:
            process = self._process or self._start()
            return self._exchange(process, question)
        except (OSError, ValueError, msgspec.DecodeError) as error:
            self._end()
            return NoAnswer("no-access", str(error)[:160])

    def _start(self) -> subprocess.Popen[bytes]:
        workspace = self._submission.workspace
        prepared = self._submission.sandbox().prepared(
            [sys.executable, "-I", "-m", "grader.submission.transport.files"],
            cwd=Path("/"),
            env=plain_environment(Path("/")),
            mounts=[*grader_mounts(), *workspace.live_mounts, *limits_mounts(workspace)],
            may_write_any_file=True,
        )
        command, options = self._exit_stack.enter_context(prepared)
        self._process = subprocess.Popen(
            command,
            env={},
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(options,),
        )
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], question: FileQuestion) -> Answer | NoAnswer:
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipes")
        process.stdin.write(msgspec.json.encode(question) + b"\n")
        process.stdin.flush()
        return msgspec.json.decode(_read_line(process.stdout.fileno()), type=Answer | NoAnswer)

    def _end(self) -> None:
        if (process := self._process) is not None:
            self._process = None
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with suppress(OSError):
                        pipe.close()
        self._exit_stack.close()


def _read_line(source: int) -> bytes:
    """Read one line, within limits of time and length. Raises `OSError`."""
    end = time.monotonic() + _ANSWER_S
    data = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while not data.endswith(b"\n"):
            if not selector.select(max(0.0, end - time.monotonic())):
                raise TimeoutError(f"no answer about a file after {_ANSWER_S:g} s")
            came = os.read(source, 1 << 16)
            if not came or len(data) > _LARGEST_ANSWER:
                raise OSError("the program that looks at files has ended")
            data += came
    return bytes(data)


def main() -> None:
    """Inside the sandbox: answer questions, one JSON line per question and per answer."""
    files = LocalFiles()
    for line in sys.stdin.buffer:
        answer = files.ask(msgspec.json.decode(line, type=FileQuestion))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
