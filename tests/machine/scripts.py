"""A transport that answers from a script, for tests of what wraps a transport."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import MachineUnreachable
from grader.machine.question import Answer, WaitQuestion
from grader.machine.transport.engine_version import EngineVersion
from grader.machine.transport.interface import TransportFacts

if TYPE_CHECKING:
    from grader.machine.question import NoAnswer, Question

VERSION = {"Version": "26.1.5", "ApiVersion": "1.45", "MinAPIVersion": "1.24", "Components": [{"Name": "Engine"}]}


class ScriptedTransport:
    """Gives each question its answers in turn, repeating the last one; 404 for any other question.

    Its clock moves by 0.25 s per question, and by the seconds of a wait.
    """

    def __init__(self, answers: dict[Question, list[Answer | NoAnswer | MachineUnreachable]] | None = None) -> None:
        self.facts = TransportFacts("unix:///run/script.sock")
        self.asked: list[Question] = []
        self._answers = answers or {}
        self._clock = 100.0

    def ask(self, question: Question) -> Answer | NoAnswer:
        self.asked.append(question)
        self._clock += question.seconds if isinstance(question, WaitQuestion) else 0.25
        script = self._answers.get(question, [Answer(404)])
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, MachineUnreachable):
            raise answer
        return answer

    def version(self) -> EngineVersion:
        return EngineVersion(VERSION)

    def now(self) -> float:
        return self._clock

    def close(self) -> None:
        pass
