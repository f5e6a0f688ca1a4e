"""Shows the folders that a submission's containers mount from copies of their own where the student knows them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from grader.machine.question import Answer, ComposeQuestion, EngineQuestion, FileQuestion
from grader.probes.mounts.mounts import OWN_COMPUTER, read_source

if TYPE_CHECKING:
    from grader.machine.question import NoAnswer, Question
    from grader.machine.transport.engine_version import EngineVersion
    from grader.machine.transport.interface import Transport
    from grader.submission.submission import Submission

_WITH_SOURCES: Final = re.compile(r"/containers/(?:[^/]+/)?json|/volumes(?:/[^/]+)?")
"""The answers of an engine that name the sources of mounts."""


class SubmissionTransport:
    """Asks another transport; only paths in questions and answers differ."""

    def __init__(self, transport: Transport, submission: Submission) -> None:
        self.facts = transport.facts
        self._transport = transport
        self._moved = submission.moved_folders
        self._home = str(submission.workspace.home) if submission.compose_files else ""

    def ask(self, question: Question) -> Answer | NoAnswer:
        if isinstance(question, FileQuestion):
            question = replace(question, path=self._source_of(question.path))
        answer = self._transport.ask(question)
        if not isinstance(answer, Answer):
            return answer
        if isinstance(question, EngineQuestion) and _WITH_SOURCES.fullmatch(question.path):
            return replace(answer, body=self._with_shown_sources(answer.body))
        if isinstance(question, ComposeQuestion) and question.verb == "config":
            return replace(answer, body=self._with_paths(answer.body))
        if isinstance(question, FileQuestion) and question.operation == "identify":
            return replace(answer, body=self._with_paths(answer.body))  # it ends with the real path
        return answer

    def version(self) -> EngineVersion:
        return self._transport.version()

    def now(self) -> float:
        return self._transport.now()

    def close(self) -> None:
        self._transport.close()

    def _source_of(self, path: str) -> str:
        for one in self._moved:
            shown, _ = read_source(one.path)
            if path == shown or path.startswith(f"{shown}/"):
                return one.source + path.removeprefix(shown)
        return path

    def _with_shown_sources(self, body: bytes) -> bytes:
        for one in self._moved:
            body = body.replace(_json_text(one.source), _json_text(one.shown_source))
        if self._home:  # it is empty at first, as a folder of the student's own computer is
            body = body.replace(_json_text(self._home, '"'), _json_text(OWN_COMPUTER + self._home, '"'))
        return body

    def _with_paths(self, body: bytes) -> bytes:
        for one in self._moved:
            body = body.replace(_json_text(one.source), _json_text(one.path))
        return body


def _json_text(text: str, start: str = "") -> bytes:
    """`text` as it stands in a JSON document, without its last quote, and without its first if `start` has none."""
    return (start + json.dumps(text, ensure_ascii=False)[1:-1]).encode("utf-8", "surrogateescape")
