"""A temporary todo, added on the page and removed again."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self
from urllib.parse import quote, urlencode

from grader.checks.containers import running
from grader.checks.mistake import Mistake
from grader.checks.sites import published_at
from grader.machine.question import Answer, NoAnswer
from grader.machine.traces import PREFIX, is_of_a_dead_run
from grader.probes.containers import NoContainer, find_container
from grader.probes.sites import post_form
from grader.probes.todos import ask_api, parse_todos

if TYPE_CHECKING:
    from types import TracebackType

    from grader.machine.subjects import Todos

__all__ = ["PlacedTodo"]


class PlacedTodo:
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
                if text == self.text or (text.startswith(PREFIX) and is_of_a_dead_run(text)):
                    with contextlib.suppress(Mistake):  # the page is gone
                        self._post(wanted.remove.format(id=quote(number, safe="")))

    def is_told_by(self, answer: Answer) -> bool:
        return answer.status == 200 and self.text.encode() in answer.body

    def _post(self, path: str, body: str = "") -> Answer | NoAnswer:
        site = self._todos.page
        running(site.container)
        return post_form(site.machine, site.port, path, body, host=published_at(site).host_ip)
