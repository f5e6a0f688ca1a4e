"""A recording as a document of plain values, and back: questions and answers with decoded bodies."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final

import msgspec

from grader.machine.question import Answer, EngineQuestion, NoAnswer, Question
from grader.machine.recording.format import ConnectionLost, RecordedExchange
from tests.replays.bodies import decode_body, decode_file, decode_upload, encode_body

_STAT: Final = "x-docker-container-path-stat"
STORED_HEADERS: Final = {_STAT, "location", "server", "version"}
"""Those that a check uses."""
_DROPPED_FIELDS: Final = {
    "GraphDriver",
    "LogPath",
    "ResolvConfPath",
    "HostnamePath",
    "HostsPath",
    "SandboxID",
    "SandboxKey",
    "EndpointID",
    "TLSInfo",
    "ContainerConfig",
    "MacAddress",
    "LastTagTime",
    "HostRootPath",
    "Parent",
    "DockerVersion",
    "VirtualSize",
    "SharedSize",
}
"""Fields of the engine that no check uses, and that differ on each machine."""
_STATUS: Final = "\nPPid:"
_OF_PROCESSES: Final = ("Name:", "Pid:", "PPid:", "Uid:")
_CONNECTIONS: Final = "local_address"
_STORED_FIELDS: Final = {
    re.compile(r"/info"): {"Architecture", "Name", "SecurityOptions", "Swarm"},
    re.compile(r"/version"): {"Version"},
    re.compile(r"/containers/[^/]+/stats"): {"networks"},
    re.compile(r"/exec/[^/]+/json"): {"ExitCode", "Running"},
}
"""The fields that checks use of answers that reveal much of the machine, by the question's path."""
_AGE: Final = re.compile(r"^(Up|Exited \(\d+\)|Restarting \(\d+\)) (?:Less than a|About an?|\d+) \w+( ago)?(.*)")


def to_document(exchange: RecordedExchange) -> dict[str, Any]:
    """`{"ask": …, "at": …, "say": …}`."""
    return {
        "ask": question_document(exchange.question),
        "at": exchange.at,
        "say": _answer_document(exchange.question, exchange.answer),
    }


def from_document(document: dict[str, Any]) -> RecordedExchange:
    ask, say = dict(document["ask"]), dict(document["say"])
    if isinstance(ask.get("body"), dict):
        ask["body"] = base64.b64encode(encode_body(ask["body"])).decode()
    if say.setdefault("type", "answer") == "answer":
        say["body"] = base64.b64encode(encode_body(say.get("body", {}))).decode()
        if _STAT in say.get("headers", {}):
            stat = json.dumps(say["headers"][_STAT]).encode()
            say["headers"] = say["headers"] | {_STAT: base64.b64encode(stat).decode()}
    return RecordedExchange(
        msgspec.convert(ask, Question, str_keys=True),
        msgspec.convert(say, Answer | NoAnswer | ConnectionLost, str_keys=True),
        document["at"],
    )


def question_document(question: Question) -> dict[str, Any]:
    asked: dict[str, Any] = msgspec.to_builtins(question)
    if "body" in asked:  # not decoded any further: a check asks with exactly these bytes
        body = base64.b64decode(asked["body"])
        asked["body"] = decode_upload(body) or decode_file(body)
    return asked


def _answer_document(question: Question, answer: Answer | NoAnswer | ConnectionLost) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(answer)
    if not isinstance(answer, Answer):
        return said
    said.pop("body", None)
    kept = {_STAT} if isinstance(question, EngineQuestion) else STORED_HEADERS
    headers: dict[str, Any] = {name: value for name, value in answer.headers.items() if name in kept}
    if _STAT in headers:
        headers[_STAT] = json.loads(base64.b64decode(headers[_STAT]))
    said.pop("headers", None)
    said.pop("type")
    if headers:
        said["headers"] = headers
    if answer.body:
        body = decode_body(answer.body)
        if "json" in body:
            body["json"] = _asked_for(question, body["json"])
        if "frames" in body:
            body["frames"] = [[stream, _printed(text)] for stream, text in body["frames"]]
        said["body"] = body
    return said


def _asked_for(question: Question, value: Any) -> Any:
    """`value` without the fields that no check uses, which reveal the machine or differ each time."""
    if isinstance(question, EngineQuestion) and isinstance(value, dict):
        for path, only in _STORED_FIELDS.items():
            if path.fullmatch(question.path):
                return {key: value[key] for key in only & value.keys()}
    return _without(value)


def _printed(text: str) -> str:
    """`text` without what the kernel says about processes and connections and no check uses."""
    if _STATUS in text:
        return "".join(line for line in text.splitlines(keepends=True) if line.startswith(_OF_PROCESSES))
    if _CONNECTIONS in text:
        return "".join(" ".join(line.split()[:4]) + "\n" for line in text.splitlines())
    return text


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [_without(one) for one in value]
    if isinstance(value, dict):
        kept = {key: _without(one) for key, one in value.items() if key not in _DROPPED_FIELDS}
        if isinstance(status := kept.get("Status"), str):
            kept["Status"] = _AGE.sub(r"\1 5 seconds\2\3", status)
        return kept
    return value
