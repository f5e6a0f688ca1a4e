"""The process that grades one machine and sends the result to its parent. It writes no report.

Where fork is safe, it is forked from the parent, which has read the suite. Elsewhere (macOS, Windows, a process with
threads) it is a new Python process that reads its task from standard input. A submission is always graded in a new
process, isolated from the caller: the student's tree is neither its working directory, nor on its path, nor its
configuration.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

import msgspec

from grader.grading.frames import MAX_BYTES, encode_frame
from grader.grading.request import GradingRequest, decode_json, encode_json
from grader.grading.run import grade
from grader.machine.recording.format import encode_recording
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.reports.result import encode_result
from grader.scoring.suite import read_suite
from grader.signals import reset_signals
from grader.submission.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from grader.machine.transport.interface import Transport
    from grader.scoring.suite import Suite

_PR_SET_PDEATHSIG: Final = 1
PROGRAM: Final = ("-m", "grader.grading.worker")
_GRACE_S: Final = 2.0
_START_S: Final = 20.0
"""A new Python process needs time to start."""


class GradingTask(msgspec.Struct, frozen=True, kw_only=True):
    """What a new worker process reads from standard input."""

    request: GradingRequest
    submission: Submission | None = None
    """What was brought up; `None` to use the machine's own files and Compose."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that an isolated worker gets from its caller."""

    folder: Path
    """Its working directory, which is empty."""
    environ: Mapping[str, str]
    errors: IO[bytes]
    """Its standard error."""
    max_output_bytes: int
    """Of everything that it sends."""


class Worker:
    """A running worker: the pipe with its frames, and its process group."""

    def __init__(
        self, pid: int, readable: int, process: subprocess.Popen[bytes] | None = None, max_output_bytes: int = MAX_BYTES
    ) -> None:
        self.pid = pid
        self.readable = readable
        self.max_output_bytes = max_output_bytes
        self.grace_s = _START_S if process else _GRACE_S
        """Seconds that it may live beyond the deadline of its machine."""
        self._process = process

    def assign(self, task: GradingTask) -> None:
        """Gives a new Python process its task, once."""
        if self._process and self._process.stdin:
            with contextlib.suppress(BrokenPipeError), self._process.stdin:  # it has died; its reader will notice
                self._process.stdin.write(encode_json(task))

    def kill(self) -> None:
        """Kills the worker with all that it started, `ssh` included, and waits for it. Safe to call twice."""
        if not self.pid:
            return
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # It has no group of its own yet, or every member runs as another user by now, or it ended by itself.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, signal.SIGKILL)
        if self._process:
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
        else:
            os.waitpid(self.pid, 0)
            os.close(self.readable)
        self.pid = 0
        if os.name == "posix":
            from grader.machine.transport.ssh.private_folder import sweep  # noqa: PLC0415 - for POSIX alone

            sweep()  # its `ssh` has a group of its own, and a folder


def fork_worker(suite: Suite, request: GradingRequest) -> Worker:
    """A worker forked from this very state. Only for a process without threads."""
    readable, writable = os.pipe2(os.O_CLOEXEC)
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # An interrupt in the middle of a fork would be raised in a hook of Python's own, and be ignored there.
    held = signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        os.close(writable)
        return Worker(pid, readable)
    code = 1
    try:
        os.close(readable)
        os.setsid()
        _die_with_parent(parent)
        for number in ending:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        _run_worker(suite, request, writable)
        code = 0
    finally:
        os._exit(code)


def spawn_worker(task: GradingTask) -> Worker:
    """A worker in a new Python process, which reads the suite itself."""
    worker = start_worker()
    worker.assign(task)
    return worker


def start_worker(isolated_in: Surroundings | None = None) -> Worker:
    """A worker in a new Python process, which waits for its task."""
    process = subprocess.Popen(
        # -I: no folder of the caller's on the path, no PYTHON… variable, no user's site-packages.
        [sys.executable, *(["-I"] if isolated_in else []), *PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=isolated_in.errors if isolated_in else None,
        cwd=isolated_in.folder if isolated_in else None,
        env=isolated_in.environ if isolated_in else None,
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise OSError("a worker without pipes")
    most = isolated_in.max_output_bytes if isolated_in else MAX_BYTES
    return Worker(process.pid, process.stdout.fileno(), process, most)


def _run_worker(
    suite: Suite, request: GradingRequest, writable: int, connect: Callable[[], Transport] | None = None
) -> None:
    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(writable, view) :]

    try:
        graded = grade(
            suite, request, on_check=lambda name: send(encode_frame("check", name.encode())), connect=connect
        )
    except Exception:
        send(encode_frame("crash", traceback.format_exc().encode("utf-8", "replace")))
        raise
    if graded.recording:
        send(encode_frame("recording", encode_recording(graded.recording)))
    send(encode_frame("result", encode_result(graded.result)))


def _die_with_parent(parent: int) -> None:
    """On Linux the kernel ends us when our parent dies, however it dies: `kill -9` leaves no worker behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _work_on_submission(suite: Suite, request: GradingRequest, submission: Submission, writable: int) -> None:
    """Grades a submission that was brought up: its files are read in the sandbox."""
    from grader.submission.transport.compose import SubmissionCompose  # noqa: PLC0415 - a class's machines need none
    from grader.submission.transport.files import SubmissionFiles  # noqa: PLC0415 - as above
    from grader.submission.transport.moved_folders import SubmissionTransport  # noqa: PLC0415 - as above

    with contextlib.ExitStack() as opened:

        def connect() -> Transport:
            files = opened.enter_context(SubmissionFiles(submission))
            compose = SubmissionCompose(submission, engine_address(request.machine, os.environ))
            transport = open_transport(request.machine, deadline_s=request.deadline_s, files=files, compose=compose)
            return SubmissionTransport(transport, submission)

        _run_worker(suite, request, writable, connect)


def _prepare_for_submission() -> None:
    """Does while the submission is brought up what grading it would do later."""
    import grader.submission.transport.compose  # noqa: PLC0415 - a class's machines need none
    import grader.submission.transport.moved_folders  # noqa: F401, PLC0415 - as above
    from grader.submission.sandbox.programs import find_buildx  # noqa: PLC0415 - as above

    find_buildx()


def main() -> None:
    """Grades one task from standard input, and writes frames to standard output."""
    _die_with_parent(os.getppid())
    reset_signals()
    if sys.flags.isolated:
        _prepare_for_submission()
    task = decode_json(sys.stdin.buffer.read(), GradingTask)
    suite = read_suite(task.request.exercise)
    if task.submission:
        _work_on_submission(suite, task.request, task.submission, sys.stdout.fileno())
    else:
        _run_worker(suite, task.request, sys.stdout.fileno())


if __name__ == "__main__":
    main()
