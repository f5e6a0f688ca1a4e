"""The process that grades one machine: it reaches it, judges, and sends what came out. It writes no report.

Where fork is safe it starts from the parent's own state, the suite read and everything imported; elsewhere (macOS,
Windows, a process with threads) it is a new Python that is told its job on standard input.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from grader.campaign.frames import frame
from grader.grade import grade
from grader.machine.recording import encode_recording
from grader.reports.results import encode_result
from grader.roster.machine_url import parse_machine_url
from grader.roster.ports import parse_ports
from grader.scoring.suite import read_suite
from grader.settings import Settings
from grader.signals import reset_signals

if TYPE_CHECKING:
    from grader.scoring.suite import Suite

__all__ = ["Job", "Worker", "forked", "spawned"]

_PR_SET_PDEATHSIG: Final = 1


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One student to grade, as it is told to a process that shares nothing with us."""

    exercise: str
    """Path of the exercise's folder."""
    student: str
    student_name: str = ""
    machine: str
    ports: str = ""
    ssh_config: str = ""
    record: bool = False
    passive: bool = False
    disposable: bool = False
    hints: int = 2
    deadline_s: float = 180.0
    """Seconds that the machine may take."""

    def settings(self) -> Settings:
        return Settings(
            machine=parse_machine_url(self.machine),
            ssh_config=Path(self.ssh_config) if self.ssh_config else None,
            student=self.student,
            student_name=self.student_name,
            ports=parse_ports(self.ports) if self.ports else None,
            record=self.record,
            passive=self.passive,
            disposable=self.disposable,
            hints=self.hints,
        )


class Worker:
    """A running worker: the end to read its frames from, and the group to end."""

    def __init__(self, pid: int, readable: int, process: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self.readable = readable
        self._process = process

    def end(self) -> None:
        """Kills the worker with all that it started, `ssh` included, and waits for it. Safe to call twice."""
        if not self.pid:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended by itself
            os.killpg(self.pid, signal.SIGKILL)
        if self._process:
            self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()
        else:
            os.waitpid(self.pid, 0)
            os.close(self.readable)
        self.pid = 0
        if os.name == "posix":
            from grader.machine.ssh.folder import sweep  # noqa: PLC0415 - for POSIX alone

            sweep()  # its `ssh` has a group of its own, and a folder


def forked(suite: Suite, job: Job) -> Worker:
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
        _die_with(parent)
        for number in ending:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        _work(suite, job, writable)
        code = 0
    finally:
        os._exit(code)


def spawned(job: Job) -> Worker:
    """A worker in a new Python, which reads the suite itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "grader.campaign.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise OSError("a worker without pipes")
    with process.stdin:
        process.stdin.write(msgspec.json.encode(job))
    return Worker(process.pid, process.stdout.fileno(), process)


def _work(suite: Suite, job: Job, writable: int) -> None:
    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(writable, view) :]

    try:
        graded = grade(
            suite, job.settings(), deadline_s=job.deadline_s, on_check=lambda name: send(frame("check", name.encode()))
        )
    except Exception:
        send(frame("crash", traceback.format_exc().encode("utf-8", "replace")))
        raise
    if graded.recording:
        send(frame("recording", encode_recording(graded.recording)))
    send(frame("result", encode_result(graded.result)))


def _die_with(parent: int) -> None:
    """On Linux the kernel ends us when our parent dies, however it dies: `kill -9` leaves no worker behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    _die_with(os.getppid())
    reset_signals()
    told = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    _work(read_suite(Path(told.exercise)), told, sys.stdout.fileno())
