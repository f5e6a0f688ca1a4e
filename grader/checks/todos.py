"""What can be expected of the todos application: it is connected, delivers a todo, and keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.compose_cycle import down_and_up
from grader.checks.containers import STABLE_S, ContainerExpectation, is_settling, running, start_if_exited, there
from grader.checks.directions import by_address, misdirected
from grader.checks.expectation import Expectation
from grader.checks.mistake import Mistake, NotTried
from grader.checks.placed import PlacedTodo
from grader.checks.polling import eventually
from grader.checks.sites import SiteExpectation, ask_site, deafness
from grader.checks.todo_faults import api_fault, page_fault, page_silence
from grader.errors import ProbeFailed
from grader.machine.question import Answer, NoAnswer
from grader.probes.connections import is_connected
from grader.probes.images import find_image
from grader.probes.lifecycle import recreate_container
from grader.probes.listeners import listeners
from grader.probes.todos import ask_api

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.subjects import Container, Project, Todos

__all__ = ["TodosExpectation"]

_TOLD: Final = {
    "address-not-name",
    "asks-itself",
    "looks-elsewhere",
    "looks-on-another-port",
    "network-internal",
    "url-not-place",
}
"""Mistakes in the configuration of a container: waiting does not fix them."""
_NOT_YET: Final = "nothing-listens-inside"
_START_S: Final = 60.0
"""How long a new database, and an API that reconnects to it, may take."""


class TodosExpectation(Expectation):
    _subject: Todos

    def to_be_created_from_their_images(self) -> None:
        """The three containers use the images of the spec, or equivalent ones.

        An equivalent image declares the same (the database's port, the variables of the others), or listens on the same
        ports; other checks judge whether it works. Asks: one inspect and one image per container, one `docker exec` if
        that does not show it. Diagnosis: `container-other-image`.
        """
        todos = self._subject
        for container, variable in (
            (todos.mongo, ""),
            (todos.api, todos.wanted.mongo_variable),
            (todos.app, todos.wanted.api_variable),
        ):
            if not _declares(container, variable):
                self._is_its_image(container)

    def _is_its_image(self, container: Container) -> None:
        def judge() -> None:
            fact = there(container)
            sockets = listeners(container.machine, fact.id) if fact.is_running else None
            if not any(one.port == container.wanted.port for one in sockets or ()):
                ContainerExpectation(container).to_be_created_from_its_image()

        eventually(container.machine, judge, within_s=STABLE_S, is_settling=lambda: is_settling(container, STABLE_S))

    def to_run(self) -> None:
        """The three containers run, and still run once they have had time to start.

        A container that has just started is watched until it listens or ends, because a slow program is also slow to
        fail. Whether it ever listens is for other checks. Asks: what `to_stay_up` asks, one `docker exec` per
        container. Diagnoses: those of `to_stay_up`.
        """
        containers = (self._subject.mongo, self._subject.api, self._subject.app)

        def judge() -> None:
            for container in containers:
                ContainerExpectation(container).to_stay_up()
                failure = deafness(container.machine, running(container), container.wanted.port)
                if failure and failure.code == _NOT_YET:
                    raise failure
            # A container that ended just before it was looked into shows no sockets: check that all still run.
            self._subject.machine.look_again()
            for container in containers:
                running(container)

        try:
            self._eventually(judge)
        except Mistake as mistake:
            if mistake.code != _NOT_YET:
                raise

    def to_reach_the_database(self, *, by_name: bool = False) -> None:
        """The API is connected to the database's container; with `by_name`, not by a typed address.

        The proof is a connection between the two in the kernel's tables inside, after a request for the API's list.
        Asks: one inspect of each, one HTTP request, one `docker exec` or two. Diagnoses: `address-not-name`,
        `asks-itself`, `looks-elsewhere`, `looks-on-another-port`, `api-without-database`.
        """
        todos = self._subject
        variable = todos.wanted.mongo_variable
        wrong = by_address(todos.api, todos.mongo, variable) if by_name else None
        wrong = wrong or misdirected(todos.api, todos.mongo, variable)

        def judge() -> None:
            api, mongo = running(todos.api), running(todos.mongo)
            answer = ask_api(todos, api)
            connected = is_connected(todos.machine, api, mongo, todos.mongo.wanted.port)
            if by_name and wrong and wrong.code == "address-not-name":
                raise wrong
            if connected is None:
                raise wrong or (
                    NotTried("passive") if todos.machine.passive else ProbeFailed("no-connections", name=api.name)
                )
            if not connected:
                raise wrong or api_fault(todos, answer)

        self._eventually(judge)

    def to_show_the_page(self) -> None:
        """The page answers, from its own container, and does not complain about a missing API.

        Asks: two HTTP requests, the log; what is behind the page if it fails. Diagnoses: those of `to_answer`, and
        those of `to_deliver_a_todo`.
        """
        todos = self._subject

        def judge() -> None:
            page = ask_site(todos.page, todos.wanted.page)
            if isinstance(page, NoAnswer):
                raise page_silence(todos, page)
            if page.status != 200:
                raise page_fault(todos, page)
            SiteExpectation(todos.page).to_answer(from_container=todos.page.role)

        self._eventually(judge)

    def to_deliver_a_todo(self) -> None:
        """A todo added on the page appears in the API; it is removed afterwards.

        Not tried with `--passive`. Asks: one POST to the page, one GET from the API, one POST to remove the todo.
        Diagnoses: `asks-itself`, `looks-elsewhere`, `looks-on-another-port`, `api-without-database`, `url-not-place`,
        `page-not-todos`, `network-internal`, `todo-not-at-the-api`, those of a site that does not answer.
        """
        todos = self._subject
        if todos.machine.passive:
            raise NotTried("passive")

        def judge() -> None:
            running(todos.app)
            with PlacedTodo(todos) as todo:
                self._arrives(todo)

        self._eventually(judge)

    def to_survive_a_new_database(self) -> None:
        """A todo is still there after the database's container was removed and created again with the same settings.

        For disposable machines only. Asks: one POST to the page; the container is killed, created again, and the old
        one removed; GETs from the API until the todo appears. Diagnosis: `todo-lost`, those of `to_deliver_a_todo`.
        """
        todos = self._subject
        with PlacedTodo(todos) as todo:
            self._arrives(todo)
            recreate_container(todos.machine, running(todos.mongo))
            self._is_found_again(todo)

    def to_survive_down_and_up(self, project: Project) -> None:
        """A todo is still there after `docker compose down`, which leaves nothing, and `up`.

        For disposable machines only. Asks: one POST to the page, Compose's `down` and `up`, the lists of containers and
        networks, GETs from the API until the todo appears. Diagnoses: `down-leaves`, `compose-fails`, `todo-lost`,
        those of `to_deliver_a_todo`.
        """
        with PlacedTodo(self._subject) as todo:
            self._arrives(todo)
            down_and_up(project)
            self._is_found_again(todo)

    def _arrives(self, todo: PlacedTodo) -> None:
        """Raises `Mistake` unless the page accepted the todo and the API returns it."""
        todos = self._subject
        if isinstance(todo.answer, NoAnswer):
            raise page_silence(todos, todo.answer)
        if todo.answer.status >= 400:
            raise page_fault(todos, todo.answer)
        answer = ask_api(todos, running(todos.api))
        if isinstance(answer, NoAnswer) or answer.status != 200:
            raise api_fault(todos, answer)
        if not todo.is_told_by(answer):
            raise misdirected(todos.app, todos.api, todos.wanted.api_variable) or Mistake(
                "todo-not-at-the-api", page=todos.app.name, api=todos.api.name, evidence=(answer.body[:200],)
            )

    def _is_found_again(self, todo: PlacedTodo) -> None:
        """Raises `Mistake` unless the todo is in the first list that the API returns."""
        todos = self._subject
        answer: Answer | NoAnswer = NoAnswer("not-at-hand")

        def judge() -> None:
            nonlocal answer
            answer = ask_api(todos, start_if_exited(todos.api))
            if isinstance(answer, NoAnswer) or answer.status != 200:
                raise api_fault(todos, answer)
            if not todo.is_told_by(answer):
                raise Mistake("todo-lost", name=todos.mongo.name, evidence=(answer.body[:200],))

        def is_starting() -> bool:
            return not (isinstance(answer, Answer) and answer.status == 200)

        eventually(todos.machine, judge, within_s=_START_S, is_settling=is_starting)

    def _eventually(self, judge: Callable[[], None]) -> None:
        todos = self._subject
        code = ""

        def remembered() -> None:
            nonlocal code
            try:
                judge()
            except Mistake as mistake:
                code = mistake.code
                raise

        def may_change() -> bool:
            containers = (todos.mongo, todos.api, todos.app)
            return code not in _TOLD and any(is_settling(one, self._within_s) for one in containers)

        eventually(todos.machine, remembered, within_s=self._within_s, is_settling=may_change)


def _declares(container: Container, variable: str) -> bool:
    image = find_image(container.machine, there(container).image_id)
    if image is None:
        return False
    return variable in image.env if variable else f"{container.wanted.port}/tcp" in image.exposed
