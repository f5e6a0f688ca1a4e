"""What can be expected of the todos application: it is connected, delivers a todo, and keeps it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from grader.checks.compose.recreation import recreate_project
from grader.checks.containers.expectation import (
    STABLE_S,
    ContainerExpectation,
    require_container,
    require_no_other_image,
    require_running,
    start_if_exited,
)
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed, CheckSkipped, judge_each
from grader.checks.http.sites import SiteExpectation, ask_site, diagnose_not_listening
from grader.checks.polling import eventually
from grader.checks.settling import find_facts
from grader.checks.todos.diagnosis import diagnose_api_error, diagnose_page_error, diagnose_page_no_answer
from grader.checks.todos.engine_limits import ROUTE_CODES, require_route_through_machine
from grader.checks.todos.targets import diagnose_address_target, diagnose_target
from grader.checks.todos.temporary_todo import TemporaryTodo
from grader.errors import ProbeFailed
from grader.machine.question import Answer, NoAnswer
from grader.probes.containers.lifecycle import recreate_container
from grader.probes.images.images import find_image
from grader.probes.networks.connections import find_route
from grader.probes.networks.listeners import find_listeners
from grader.probes.todos.todos import ask_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.machine.subjects import Container, Project, Todos
    from grader.probes.containers.inspect import ContainerFact

_STILL_STARTING: Final = "nothing-listens-inside"
_START_TIMEOUT_S: Final = 60.0
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
        variables = {todos.api.role: todos.wanted.mongo_variable, todos.app.role: todos.wanted.api_variable}

        def judge(container: Container) -> None:
            require_no_other_image(container)
            if not _declares(container, variables.get(container.role, "")):
                self._require_equivalent_image(container)

        judge_each((todos.mongo, todos.api, todos.app), judge)

    def _require_equivalent_image(self, container: Container) -> None:
        def judge() -> None:
            fact = require_container(container)
            sockets = find_listeners(container.machine, fact.id) if fact.is_running else None
            if not any(one.port == container.wanted.port for one in sockets or ()):
                ContainerExpectation(container).to_be_created_from_its_image()

        eventually(container.machine, judge, within_s=STABLE_S, depends_on=lambda: find_facts(container))

    def to_run(self) -> None:
        """The three containers run, and still run once they have had time to start.

        A container that has just started is watched until it listens or ends, because a slow program is also slow to
        fail. Whether it ever listens is for other checks. Asks: what `to_stay_up` asks, one `docker exec` per
        container. Diagnoses: those of `to_stay_up`.
        """
        containers = (self._subject.mongo, self._subject.api, self._subject.app)
        # Which is not looked into again: a `docker exec` takes seconds under load.
        listening: set[tuple[str, str]] = set()

        def judge() -> None:
            judge_each(containers, lambda container: ContainerExpectation(container).to_stay_up())
            for container in containers:
                fact = require_running(container)
                if (fact.id, fact.started_at) in listening:
                    continue
                failure = diagnose_not_listening(container.machine, fact, container.wanted.port)
                if failure and failure.code == _STILL_STARTING:
                    raise failure
                listening.add((fact.id, fact.started_at))
            # A container that ended just before it was inspected shows no sockets: check that all still run.
            self._subject.machine.clear_answers()
            judge_each(containers, require_running)

        try:
            self._eventually(judge)
        except CheckFailed as failure:
            if failure.code != _STILL_STARTING:
                raise

    def to_reach_the_database(self, *, by_name: bool = False) -> None:
        """The API is connected to the database's container; with `by_name`, on a network of both, not by an address.

        The proof is a connection between the two in the kernel's tables inside, after a request for the API's list. One
        that an earlier check has seen is not looked for again.
        Asks: one inspect of each, one HTTP request, one `docker exec` or two. Diagnoses: `address-not-name`,
        `through-the-machine`, `asks-itself`, `looks-elsewhere`, `looks-on-another-port`, `api-without-database`.
        """
        todos = self._subject
        variable = todos.wanted.mongo_variable
        if (
            not by_name
            and (require_running(todos.api).id, require_running(todos.mongo).id) in todos.machine.seen_connections
        ):
            return
        wrong = diagnose_address_target(todos.api, todos.mongo, variable) if by_name else None
        wrong = wrong or diagnose_target(todos.api, todos.mongo, variable)

        def judge() -> None:
            api, mongo = require_running(todos.api), require_running(todos.mongo)
            answer = ask_api(todos, api)
            route = find_route(todos.machine, api, mongo, todos.mongo.wanted.port)
            if route:
                todos.machine.seen_connections.add((api.id, mongo.id))
            if by_name and wrong and wrong.code == "address-not-name":
                raise wrong
            if route is None:
                raise wrong or (
                    CheckSkipped("passive") if todos.machine.passive else ProbeFailed("no-connections", name=api.name)
                )
            if by_name and route == "machine":
                value = api.env.get(variable, "-")
                raise CheckFailed(
                    "through-the-machine", name=api.name, database=mongo.name, variable=variable, value=value
                )
            if not route:
                raise wrong or diagnose_api_error(todos, answer)

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
                raise diagnose_page_no_answer(todos, page)
            if page.status != 200:
                raise diagnose_page_error(todos, page)
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
            raise CheckSkipped("passive")

        with self._delivered_todo():
            return

    def to_survive_a_new_database(self) -> None:
        """A todo is still there after the database's container was removed and created again with the same settings.

        For disposable machines only. Asks: one POST to the page; the container is killed, created again, and the old
        one removed; GETs from the API until the todo appears. Diagnosis: `todo-lost`, those of `to_deliver_a_todo`.
        """
        todos = self._subject
        with self._delivered_todo() as todo:
            recreate_container(todos.machine, require_running(todos.mongo))
            self._require_survival(todo)

    def to_survive_down_and_up(self, project: Project) -> None:
        """A todo is still there after `docker compose down`, which leaves nothing, and `up`.

        For disposable machines only. Asks: one POST to the page, Compose's `down` and `up`, the lists of containers and
        networks, GETs from the API until the todo appears. Diagnoses: `down-leaves`, `compose-fails`, `todo-lost`,
        those of `to_deliver_a_todo`.
        """
        with self._delivered_todo() as todo:
            recreate_project(project)
            self._require_survival(todo)

    @contextlib.contextmanager
    def _delivered_todo(self) -> Iterator[TemporaryTodo]:
        """A todo that was added on the page and appeared in the API; it is removed afterwards."""
        with contextlib.ExitStack() as kept:
            delivered: list[TemporaryTodo] = []

            def judge() -> None:
                require_running(self._subject.app)
                with contextlib.ExitStack() as attempt:
                    todo = attempt.enter_context(TemporaryTodo(self._subject))
                    self._require_arrival(todo)
                    kept.enter_context(attempt.pop_all())
                delivered.append(todo)

            self._eventually(judge)
            yield delivered[0]

    def _require_arrival(self, todo: TemporaryTodo) -> None:
        """Raises `CheckFailed` unless the page accepted the todo and the API returns it."""
        todos = self._subject
        if isinstance(todo.answer, NoAnswer):
            raise diagnose_page_no_answer(todos, todo.answer)
        if todo.answer.status >= 400:
            raise diagnose_page_error(todos, todo.answer)
        answer = ask_api(todos, require_running(todos.api))
        if isinstance(answer, NoAnswer) or answer.status != 200:
            raise diagnose_api_error(todos, answer)
        if not todo.is_in(answer):
            raise diagnose_target(todos.app, todos.api, todos.wanted.api_variable) or CheckFailed(
                "todo-not-at-the-api", page=todos.app.name, api=todos.api.name, evidence=(answer.body[:200],)
            )

    def _require_survival(self, todo: TemporaryTodo) -> None:
        """Raises `CheckFailed` unless the todo is in the first list that the API returns."""
        todos = self._subject
        answer: Answer | NoAnswer = NoAnswer("not-at-hand")
        failure: CheckFailed | None = None
        seen = ""

        def judge(*, anew: bool = False) -> None:
            nonlocal answer, failure, seen
            api = start_if_exited(todos.api)
            answer = ask_api(todos, api)
            if isinstance(answer, NoAnswer) or answer.status != 200:
                # A diagnosis takes several `docker exec`, which would slow down what is starting: one for each answer.
                now = answer.reason if isinstance(answer, NoAnswer) else str(answer.status)
                if failure is None or anew or now != seen:
                    failure, seen = diagnose_api_error(todos, answer), now
                raise failure
            if not todo.is_in(answer):
                raise CheckFailed("todo-lost", name=todos.mongo.name, evidence=(answer.body[:200],))

        def is_starting() -> bool:
            return not (isinstance(answer, Answer) and answer.status == 200)

        try:
            eventually(
                todos.machine,
                judge,
                within_s=_START_TIMEOUT_S,
                depends_on=self._find_facts,
                is_settling=is_starting,
            )
        except CheckFailed as last:
            if last.code == "todo-lost":
                raise
            todos.machine.clear_answers()
            judge(anew=True)

    def _find_facts(self) -> Iterator[ContainerFact]:
        return find_facts(self._subject.mongo, self._subject.api, self._subject.app)

    def _eventually(self, judge: Callable[[], None]) -> None:
        try:
            eventually(self._subject.machine, judge, within_s=self._within_s, depends_on=self._find_facts)
        except CheckFailed as failure:
            if failure.code in ROUTE_CODES:
                require_route_through_machine(self._subject)
            raise


def _declares(container: Container, variable: str) -> bool:
    image = find_image(container.machine, require_container(container).image_id)
    if image is None:
        return False
    return variable in image.env if variable else f"{container.wanted.port}/tcp" in image.exposed
