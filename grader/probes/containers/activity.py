"""Whether the programs in a container are at work. Source: `docker top`, and `GET /containers/{id}/stats`.

Both are asked only before a failure is reported. An engine, or an older recording, may not be able to answer: that is
`None`, and no error.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import ProbeFailed
from grader.machine.question import Answer, EngineQuestion
from grader.probes.engine_json import Int64, decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine

_PER_THREAD: Final = "-eLo pid,stat"
"""For `ps`. The engine needs the column PID, to leave out what is not in the container."""
_NS_PER_S: Final = 1e9


class _RawTop(msgspec.Struct, rename="pascal"):
    titles: list[str] | None = None
    processes: list[list[str]] | None = None


class _RawUsage(msgspec.Struct):
    total_usage: Int64 = 0


class _RawCpu(msgspec.Struct):
    cpu_usage: _RawUsage | None = None


class _RawStats(msgspec.Struct):
    cpu_stats: _RawCpu | None = None


def read_thread_states(machine: Machine, container_id: str) -> tuple[str, ...] | None:
    """The state of each thread in a running container, as `ps` writes it; `None` if the engine cannot list them.

    `R` runs or waits for a processor, `D` waits for a disk, `S` waits for anything else.
    """
    answer = _ask(machine, container_id, "top", (("ps_args", _PER_THREAD),))
    if answer is None:
        return None
    with suppress(ProbeFailed):
        top = decode(answer, _RawTop, "docker top")
        titles = [title.upper() for title in top.titles or []]
        if "STAT" in titles:
            column = titles.index("STAT")
            return tuple(row[column][:1] for row in top.processes or [] if len(row) > column)
    return None


def read_processor_time_s(machine: Machine, container_id: str) -> float | None:
    """Seconds of processor time that its programs have used since it started; `None` if the engine does not count."""
    answer = _ask(machine, container_id, "stats", (("one-shot", "1"), ("stream", "0")))
    if answer is None:
        return None
    with suppress(ProbeFailed):
        cpu = decode(answer, _RawStats, "docker stats").cpu_stats
        if cpu and cpu.cpu_usage and cpu.cpu_usage.total_usage:
            return cpu.cpu_usage.total_usage / _NS_PER_S
    return None


def _ask(machine: Machine, container_id: str, what: str, query: tuple[tuple[str, str], ...]) -> Answer | None:
    with suppress(ProbeFailed):
        answer = machine.ask_uncached(EngineQuestion(f"/containers/{container_id}/{what}", query))
        if isinstance(answer, Answer) and answer.status == 200:
            return answer
    return None
