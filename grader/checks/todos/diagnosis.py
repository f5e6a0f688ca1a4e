"""Why a todo does not arrive: the cause of a failing page or API, the nearest cause first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.containers.expectation import require_running
from grader.checks.failure import CheckFailed
from grader.checks.http.sites import diagnose_no_answer, diagnose_not_listening
from grader.checks.todos.targets import diagnose_target, diagnose_url_target
from grader.machine.question import Answer, NoAnswer
from grader.machine.subjects import Site
from grader.probes.containers.logs import last_lines, read_log
from grader.probes.todos.todos import ask_api

if TYPE_CHECKING:
    from grader.machine.subjects import Todos
    from grader.probes.containers.inspect import ContainerFact

_PASSWORDS: Final = (
    "MONGO_INITDB_ROOT_PASSWORD", "MONGO_INITDB_ROOT_PASSWORD_FILE", "MONGODB_ROOT_PASSWORD", "MONGODB_PASSWORD",
)  # fmt: skip
"""With one of these, an image of MongoDB lets nobody in without a password: the official one, and Bitnami's."""


def diagnose_page_no_answer(todos: Todos, no_answer: NoAnswer) -> CheckFailed:
    """The failure to report if the page is published and does not answer."""
    fact = require_running(todos.app)
    silent = diagnose_no_answer(todos.page, fact, no_answer)
    # A page may wait longer than we do for a name that does not exist.
    waits = silent.code == "site-silent"
    return (diagnose_target(todos.app, todos.api, todos.wanted.api_variable) if waits else None) or silent


def diagnose_page_error(todos: Todos, page: Answer) -> CheckFailed:
    """The failure to report if the page answers with an error."""
    wrong = diagnose_target(todos.app, todos.api, todos.wanted.api_variable)
    if wrong:
        return wrong
    answer = ask_api(todos, require_running(todos.api))
    if isinstance(answer, NoAnswer) or answer.status != 200:
        return diagnose_api_error(todos, answer)
    wordy = diagnose_url_target(todos.app, todos.api, todos.wanted.api_variable)
    if wordy:
        return wordy.with_evidence(page.body[:200])
    values = {"name": todos.app.name, "port": todos.page.port, "status": page.status}
    lines = last_lines(read_log(todos.machine, require_running(todos.app)), 3)
    return CheckFailed("page-not-todos" if page.status < 500 else "site-error", evidence=tuple(lines), **values)


def _diagnose_password(mongo: ContainerFact, api: ContainerFact) -> CheckFailed | None:
    """The failure to report if the database asks for a password, which the API does not have."""
    variable = next((name for name in _PASSWORDS if mongo.env.get(name)), "")
    variable = variable or ("--auth" if "--auth" in " ".join(mongo.command).split() else "")
    return (
        CheckFailed("database-wants-password", name=mongo.name, api=api.name, variable=variable) if variable else None
    )


def diagnose_api_error(todos: Todos, answer: Answer | NoAnswer) -> CheckFailed:
    """The failure to report if the API does not return its list, or cannot get it from the database."""
    wrong = diagnose_target(todos.api, todos.mongo, todos.wanted.mongo_variable)
    if wrong:
        return wrong
    fact = require_running(todos.api)
    if isinstance(answer, NoAnswer):
        port = todos.machine.port("api") if "api" in todos.machine.spec.ports else todos.api.wanted.port or 80
        return diagnose_no_answer(Site(todos.machine, todos.api.role, port, todos.api), fact, answer)
    if answer.status >= 500:
        failure = diagnose_not_listening(todos.machine, require_running(todos.mongo), todos.mongo.wanted.port)
        failure = failure or _diagnose_password(require_running(todos.mongo), fact)
        if failure:
            return failure.with_evidence(answer.body[:200])
    values = {"name": fact.name, "database": todos.mongo.name, "status": answer.status}
    lines = last_lines(read_log(todos.machine, fact), 3)
    code = "api-not-todos" if 400 <= answer.status < 500 else "api-without-database"
    return CheckFailed(code, evidence=(answer.body[:200], *lines), **values)
