"""Rehearsals or recordings, shared among machines with one engine each: they mostly wait."""

from __future__ import annotations

import queue
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from tests.lab.process import LabError
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.lab.machines import LabMachine

FinishedTask: TypeAlias = "subprocess.CompletedProcess[str]"


class MachineTask(Protocol):
    """A task for one machine."""

    def arguments(self, host: LabMachine) -> list[str]:
        """The arguments of Python that run it against that machine."""


AnyTask = TypeVar("AnyTask", bound=MachineTask)


@dataclass(frozen=True)
class RehearsalTask:
    """One call of `grader rehearse`."""

    exercise: str
    options: tuple[str, ...]

    def arguments(self, _host: LabMachine) -> list[str]:
        command = ["rehearse", str(ROOT / "exercises" / self.exercise), *self.options]
        return ["-c", "from grader.cli import main; main()", *command]


@contextmanager
def run_tasks(
    machines: Sequence[LabMachine], tasks: Sequence[AnyTask], limit_s: float
) -> Iterator[dict[Future[FinishedTask], AnyTask]]:
    """Runs each task of `tasks`, in that order, with a limit of `limit_s` seconds each."""
    running: set[subprocess.Popen[str]] = set()
    free: queue.SimpleQueue[LabMachine] = queue.SimpleQueue()
    for host in machines:
        free.put(host)

    def do(one: AnyTask) -> FinishedTask:
        host = free.get()
        try:
            words = one.arguments(host)
            process = subprocess.Popen(
                host.command_on_network(sys.executable, *words),
                # A bind mount needs a folder that the machine sees under the same path.
                env=host.engine.env() | {"TMPDIR": str(host.home), "GRADER_LANG": "en"},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            running.add(process)
            try:
                out, err = process.communicate(timeout=limit_s)
            except subprocess.TimeoutExpired as error:
                raise LabError(f"{' '.join(words)}: no end after {limit_s:.0f} s") from error
            finally:
                process.kill()
                running.remove(process)
            return subprocess.CompletedProcess(words, process.returncode, out, err)
        finally:
            free.put(host)

    pool = ThreadPoolExecutor(len(machines))
    try:
        yield {pool.submit(do, one): one for one in tasks}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in running.copy():  # what they brought up is removed with the machines
            process.kill()
        pool.shutdown()
