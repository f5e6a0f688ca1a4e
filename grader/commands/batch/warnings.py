"""What a teacher should know before a class is graded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.machine.transport.engine_address import engine_key
from grader.messages import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.roster.student import RosterStudent


def shared_engines(requests: Iterable[GradingRequest], environ: Mapping[str, str]) -> Iterator[GraderError]:
    """Engines on which several students have ranges of ports of their own, but not names of their own."""
    by_engine: dict[str, list[GradingRequest]] = {}
    for request in requests:
        if request.ports and (key := engine_key(request.machine, environ)):
            by_engine.setdefault(key, []).append(request)
    for key, sharing in by_engine.items():
        if len({str(request.ports) for request in sharing}) > 1:
            yield GraderError("engine.shared", count=len(sharing), engine=key)


def without_machine(students: Sequence[RosterStudent], language: Language) -> str:
    """One line about students whose cell is empty: they are not graded, and have no result."""
    return Texts("commands", language)("batch.without-machine", students=", ".join(one.id for one in students))
