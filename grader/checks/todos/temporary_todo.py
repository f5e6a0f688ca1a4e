"""A temporary todo, added on the page and removed again."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self
from urllib.parse import quote, urlencode

from grader.checks.containers.expectation import require_running
from grader.checks.failure import CheckFailed
from grader.checks.http.sites import require_published_port
from grader.machine.question import Answer, NoAnswer
from grader.machine.temporary_files import PREFIX, is_abandoned
from grader.probes.containers.find import NoContainer, find_container
from grader.probes.http.sites import post_form
from grader.probes.todos.todos import ask_api, parse_todos

if TYPE_CHECKING:
    from types import TracebackType

    from grader.machine.subjects import Todos


class TemporaryTodo:
    """`answer` is the page's answer to it: the todo may exist even if that is an error."""

    def __init__(self, todos: Todos) -> None:
        self._todos = todos
        self.text = f"{PREFIX}{todos.machine.nonce('todo')}"
        self.answer: Answer | NoAnswer = NoAnswer("not-at-hand")

    def __enter__(self) -> Self:
        self.answer = self._post(self._todos.wanted.page, urlencode({self._todos.wanted.field: self.text}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        api = find_container(self._todos.api)
        answer = NoAnswer("not-at-hand") if isinstance(api, NoContainer) else ask_api(self._todos, api)
        if isinstance(answer, Answer) and answer.status == 200:
            wanted = self._todos.wanted
            for number, text in parse_todos(answer.body, wanted.id, wanted.text).items():
                # Also remove the todos of killed runs, but not those of a run at the same time.
                if text == self.text or (text.startswith(PREFIX) and is_abandoned(text)):
                    with contextlib.suppress(CheckFailed):  # the page is gone
                        self._post(wanted.remove.format(id=quote(number, safe="")))

    def is_in(self, answer: Answer) -> bool:
        return answer.status == 200 and self.text.encode() in answer.body

    def _post(self, path: str, body: str = "") -> Answer | NoAnswer:
        site = self._todos.page
        require_running(site.container)
        return post_form(site.machine, site.port, path, body, host=require_published_port(site).host_ip)
