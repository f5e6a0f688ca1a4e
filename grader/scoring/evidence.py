"""The evidence of a failed check: what it saw, each with the command that shows the same."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import unquote

import msgspec

from grader.machine.question import Answer, EngineQuestion, FileQuestion, HttpQuestion, NoAnswer
from grader.probes.containers.logs import join_frames, last_lines
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.question import Question

_MAX_LINES: Final = 40
"""Lines of evidence for one check."""
_LINES_PER_QUESTION: Final = 8
"""Lines of evidence for one question."""
_WIDTH: Final = 200
_CONTAINER: Final = re.compile(r"/containers/([^/]+)/(json|logs|archive|changes|stats|top|exec)")
_IMAGE: Final = re.compile(r"/images/(.+)/(json|history)")

Decoded = TypeVar("Decoded")


class _ServiceSpec(msgspec.Struct, rename="pascal"):
    name: str = ""


class _ListEntry(msgspec.Struct, rename="pascal"):
    id: str = ""
    names: list[str] | None = None
    repo_tags: list[str] | None = None
    name: str = ""
    image: str = ""
    driver: str = ""
    status: str = ""
    spec: _ServiceSpec = msgspec.field(default_factory=_ServiceSpec)


class _FilesystemChange(msgspec.Struct, rename="pascal"):
    path: str
    kind: int


class _Top(msgspec.Struct, rename="pascal"):
    processes: list[list[str]] | None = None


class _NetworkSettings(msgspec.Struct, rename="pascal"):
    ports: dict[str, Any] | None = None
    networks: dict[str, Any] | None = None


class _HostConfig(msgspec.Struct, rename="pascal"):
    port_bindings: dict[str, Any] | None = None


class _Inspected(msgspec.Struct, rename="pascal"):
    state: dict[str, Any]
    network_settings: _NetworkSettings = msgspec.field(default_factory=_NetworkSettings)
    host_config: _HostConfig = msgspec.field(default_factory=_HostConfig)
    mounts: list[dict[str, Any]] | None = None


def evidence_of(trail: Iterable[tuple[Question, Answer | NoAnswer]]) -> tuple[str, ...]:
    """`$ command` and its output for each question that was asked, the oldest first.

    Environment values are never shown: of an inspected container, only state, ports, mounts and networks are.
    """
    seen = list(trail)
    names = _names(seen)
    lines: dict[str, list[str]] = {}
    for question, answer in seen:
        command = _command(question, names)
        if command:
            lines[command] = _answer_lines(question, answer)[:_LINES_PER_QUESTION]
    lines_shown = [line for command, answer_lines in lines.items() for line in (f"$ {command}", *answer_lines)]
    return tuple(escape_control_characters(line, _WIDTH) for line in lines_shown[-_MAX_LINES:])


def _names(trail: list[tuple[Question, Answer | NoAnswer]]) -> dict[str, str]:
    """Maps container ids to names, from the lists among the answers."""
    return {
        one.id: one.names[0].lstrip("/")
        for question, answer in trail
        if isinstance(question, EngineQuestion) and question.path == "/containers/json" and isinstance(answer, Answer)
        for one in _decode(answer.body, list[_ListEntry]) or []
        if one.names
    }


def _command(question: Question, names: dict[str, str]) -> str:
    """The command that a person would type; empty if there is none.

    Somebody will paste it into a shell, so whatever comes from the machine is quoted as one word.
    """
    match question:
        case HttpQuestion():
            verb = "" if question.method == "GET" else f"-X {question.method} "
            url = f"http://{question.host or 'localhost'}:{question.port}{_shorten(question.path)}"
            return f"curl -i {verb}{shlex.quote(url)}"
        case FileQuestion(operation="listener"):
            return f"ss -ltnp {shlex.quote(f'sport = :{question.path}')}"
        case FileQuestion(operation="identify" | "list" | "read"):
            command = {"identify": "realpath", "list": "ls", "read": "cat"}[question.operation]
            return f"{command} {shlex.quote(question.path)}"
        case EngineQuestion():
            return _engine_command(question, names)
        case _:
            return ""


def _engine_command(question: EngineQuestion, names: dict[str, str]) -> str:
    query = dict(question.query)
    found = _CONTAINER.match(question.path)
    if found:
        name = shlex.quote(names.get(found[1], found[1][:12]))
        commands = {
            "json": f"docker inspect {name}",
            "logs": f"docker logs --tail 5 {name}",
            "archive": f"docker cp {name}:{shlex.quote(query.get('path', ''))} -",
            "changes": f"docker diff {name}",
            "top": f"docker top {name}",
        }
        return commands.get(found[2], "")
    image = _IMAGE.fullmatch(question.path)
    if image:
        return f"docker {'history' if image[2] == 'history' else 'image inspect'} {shlex.quote(unquote(image[1]))}"
    lists = {
        "/containers/json": "docker ps -a",
        "/images/json": "docker images",
        "/networks": "docker network ls",
        "/services": "docker service ls",
    }
    return lists.get(question.path, "")


def _answer_lines(question: Question, answer: Answer | NoAnswer) -> list[str]:
    if isinstance(answer, NoAnswer):
        return [f"{answer.reason}: {answer.detail}" if answer.detail else answer.reason]
    match question:
        case HttpQuestion():
            body = answer.body.decode("utf-8", "replace").strip()[:_WIDTH]
            return [f"HTTP {answer.status} {answer.headers.get('server', '')}".rstrip(), *body.splitlines()[:3]]
        case FileQuestion():
            return _file_answer_lines(question, answer)
        case EngineQuestion():
            return _engine_answer_lines(question, answer)
        case _:
            return []


def _file_answer_lines(question: FileQuestion, answer: Answer) -> list[str]:
    if answer.status != 200:
        return [] if question.operation == "listener" else ["no such file"]
    if question.operation == "read":
        # The path may come from a label, and the content may be secret.
        return [f"{len(answer.body)} bytes"]
    return answer.body.decode("utf-8", "replace").splitlines()


def _engine_answer_lines(question: EngineQuestion, answer: Answer) -> list[str]:  # noqa: PLR0911 - one return per question
    if answer.status != 200:
        return [f"{answer.status} {answer.body[:_WIDTH].decode('utf-8', 'replace')}".strip()]
    if question.path.endswith("/logs"):
        return [line.decode("utf-8", "replace") for line in last_lines(join_frames(answer.body), 5)]
    if question.path.endswith("/archive"):
        return [f"{len(answer.body)} bytes of tar"]
    if question.path.endswith("/changes"):
        return [f"{'CAD'[one.kind % 3]} {one.path}" for one in _decode(answer.body, list[_FilesystemChange]) or []]
    if question.path.endswith("/top"):
        top = _decode(answer.body, _Top)
        return ["  ".join(row) for row in top.processes or []] if top else []
    if question.path.endswith("/history"):
        return []  # its lines contain environment values
    listed = _decode(answer.body, list[_ListEntry])
    if listed is not None:
        return [_list_line(one) for one in listed]
    inspected = _decode(answer.body, _Inspected)
    return _inspect_lines(inspected) if inspected else []


def _list_line(one: _ListEntry) -> str:
    """One line of a list: the name, then image, driver and status."""
    tags = ", ".join(one.repo_tags or [])
    name = one.names[0].lstrip("/") if one.names else one.name or one.spec.name or tags or one.id[:19]
    return "  ".join(filter(None, (name, one.image, one.driver, one.status)))


def _inspect_lines(inspected: _Inspected) -> list[str]:
    """The parts of `docker inspect` that checks judge."""
    mounts = [
        {name: mount[name] for name in ("Type", "Name", "Source", "Destination") if mount.get(name)}
        for mount in inspected.mounts or []
    ]
    state = {
        name: inspected.state[name] for name in ("Status", "ExitCode", "Error", "StartedAt") if name in inspected.state
    }
    lines = {
        "State": {name: value for name, value in state.items() if value != ""},
        "Ports": inspected.network_settings.ports or inspected.host_config.port_bindings,
        "Mounts": mounts,
        "Networks": sorted(inspected.network_settings.networks or {}),
    }
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in lines.items() if value]


def _decode(body: bytes, shape: type[Decoded]) -> Decoded | None:
    """`None` if the answer has another shape: answers are hostile, and must not break the report."""
    try:
        return msgspec.json.decode(body, type=shape, strict=False)
    except (msgspec.DecodeError, RecursionError):
        return None


def _shorten(path: str) -> str:
    return path if len(path) <= 80 else path[:77] + "..."
