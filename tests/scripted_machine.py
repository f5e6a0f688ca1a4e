"""A machine that answers from a table of questions, for tests of probes and checks that need no engine.

    machine = machine_with({"/containers/json?all=1": [{"Id": "c1", "Names": ["/web"]}]})
    assert all_containers(machine)[0].name == "web"

A question that is not in the table fails the test, and says which one it was.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from grader.errors import MachineUnreachable
from grader.exercise.spec import ExerciseSpec
from grader.machine.machine import Machine
from grader.machine.question import (
    Answer,
    ComposeQuestion,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NoAnswer,
    NonceQuestion,
    Question,
    WaitQuestion,
)
from grader.machine.transport.engine_version import EngineVersion
from grader.machine.transport.interface import TransportFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.roster.ports import PortRange

NOW: Final = 1_800_000_000.0
"""The machine's date when the test begins: 2027-01-15 08:00 UTC."""

Version = dict[str, Any]


def _version(product: str, version: str, api: str, oldest_api: str) -> Version:
    return {"Version": version, "ApiVersion": api, "MinAPIVersion": oldest_api, "Components": [{"Name": product}]}


DOCKER_20: Final = _version("Engine", "20.10.24+dfsg1", "1.41", "1.12")
DOCKER_26: Final = _version("Engine", "26.1.5+dfsg1", "1.45", "1.24")
DOCKER_28: Final = _version("Engine", "28.3.3", "1.51", "1.24")
DOCKER_29: Final = _version("Engine", "29.1.2", "1.52", "1.44")
PODMAN_4: Final = _version("Podman Engine", "4.3.1", "1.41", "1.24")
PODMAN_5: Final = _version("Podman Engine", "5.4.2", "1.41", "1.24")


@dataclass(frozen=True)
class AnswersInTurn:
    """Values of the table for a question that is asked several times; the last one stays."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)


class ScriptedAnswers:
    """A transport that answers from a table, on a clock that only a wait moves.

    A key is a `Question`, or the short form of one (see `key_of`); `?*` at the end of a short form is any query,
    and `*` any other question.
    A value is an `Answer` or `NoAnswer` as it is, a `MachineUnreachable` to raise, several of them `AnswersInTurn`,
    bytes for the body of a 200, or anything else for its JSON. Bytes and JSON are dated by the clock.
    A nonce and a wait need no entry.
    """

    def __init__(self, table: Mapping[Any, Any] | None = None, version: Version = DOCKER_26, *, host: str = "") -> None:
        """`host`: where published ports are, for an engine that is reached over TCP."""
        self.facts = TransportFacts("unix:///run/answers.sock", host=host)
        self.table: dict[Question | str, Any] = dict(table or {})
        self.questions: list[Question] = []
        self.total_wait_s = 0.0
        self._version = version
        self._turns: dict[Question | str, int] = {}
        self._nonces = 0

    @property
    def question_keys(self) -> list[str]:
        """The short form of each question, in order, without waits and nonces."""
        return [key_of(one) for one in self.questions if not isinstance(one, WaitQuestion | NonceQuestion)]

    def ask(self, question: Question) -> Answer | NoAnswer:
        self.questions.append(question)
        entry = self._entry(question)
        if entry is None:
            match question:
                case WaitQuestion():
                    self.total_wait_s += question.seconds
                    return Answer()
                case NonceQuestion():
                    self._nonces += 1
                    return Answer(body=f"{self._nonces}-0123456789abcdef".encode())
            known = "\n  ".join(one if isinstance(one, str) else key_of(one) for one in self.table)
            pytest.fail(f"no answer in the table to\n  {key_of(question)}\nit has\n  {known}")
        return self._answer(self._value(entry))

    def version(self) -> EngineVersion:
        return EngineVersion(self._version)

    def now(self) -> float:
        return 100.0 + self.total_wait_s

    def close(self) -> None:
        pass

    def _entry(self, question: Question) -> Question | str | None:
        short = key_of(question)
        entries: tuple[Question | str, ...] = (question, short, f"{short.partition('?')[0]}?*", "*")
        return next((one for one in entries if one in self.table), None)

    def _value(self, entry: Question | str) -> Any:
        value = self.table[entry]
        if not isinstance(value, AnswersInTurn):
            return value
        turn = self._turns.get(entry, 0)
        self._turns[entry] = turn + 1
        return value.values[min(turn, len(value.values) - 1)]

    def _answer(self, value: Any) -> Answer | NoAnswer:
        if isinstance(value, MachineUnreachable):
            raise value
        if isinstance(value, Answer | NoAnswer):
            return value
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return Answer(body=body, at=float(int(NOW + self.total_wait_s)))


def key_of(question: Question) -> str:
    """`/containers/json?all=1`, `POST /exec/1/start`, `http :4000/index.html`, `read /etc/hosts`, `compose config`.

    Without bodies: for questions that differ only in their body, use a `Question` as the key.
    """
    match question:
        case EngineQuestion():
            query = "&".join(f"{name}={value}" for name, value in question.query)
            method = "" if question.method == "GET" else f"{question.method} "
            return f"{method}{question.path}" + (f"?{query}" if query else "")
        case HttpQuestion():
            method = "" if question.method == "GET" else f"{question.method} "
            return f"{method}http {question.host}:{question.port}{question.path}"
        case FileQuestion():
            return f"{question.operation} {question.path}"
        case ComposeQuestion():
            return f"compose {question.verb}"
        case NonceQuestion():
            return f"nonce {question.purpose}"
        case WaitQuestion():
            return f"wait {question.seconds}"


def scripted_machine(
    table: Mapping[Any, Any] | ScriptedAnswers | None = None,
    spec: ExerciseSpec | None = None,
    *,
    version: Version = DOCKER_26,
    passive: bool = False,
    disposable: bool = False,
    ports: PortRange | None = None,
) -> Machine:
    """A machine that answers from `table`; give an `ScriptedAnswers` to see what was asked of it."""
    link = table if isinstance(table, ScriptedAnswers) else ScriptedAnswers(table, version)
    return Machine(link, spec or exercise_spec(), passive=passive, disposable=disposable, ports=ports)


def exercise_spec(**tables: Any) -> ExerciseSpec:
    """An exercise with these tables, as `exercise.toml` would have them."""
    return msgspec.convert({"points": 20, "title": {"fr": "t", "en": "t"}} | tables, ExerciseSpec)


def multiplexed(out: bytes = b"", err: bytes = b"") -> bytes:
    """Two outputs on one connection, as the engine sends them."""
    return b"".join(struct.pack(">BxxxL", stream, len(one)) + one for stream, one in ((1, out), (2, err)) if one)


def exec_answers(
    container_id: str, *typed: str, out: bytes = b"", err: bytes = b"", code: int | None = 0
) -> dict[Question | str, Any]:
    """The entries of the table for a command that is run inside a container."""
    body = json.dumps({"AttachStderr": True, "AttachStdout": True, "Cmd": typed}).encode()
    exec_id = hashlib.sha256(container_id.encode() + body).hexdigest()
    created = json.dumps({"Id": exec_id}).encode()
    return {
        EngineQuestion(f"/containers/{container_id}/exec", method="POST", body=body): Answer(201, created),
        f"POST /exec/{exec_id}/start": multiplexed(out, err),
        f"/exec/{exec_id}/json": {"ExitCode": code, "Running": False},
    }
