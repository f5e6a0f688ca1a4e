"""Why a todo does not arrive: the cause of a failing page or API, the nearest cause first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.containers import running
from grader.checks.directions import misdirected, more_than_a_place
from grader.checks.mistake import Mistake
from grader.checks.sites import deafness, silence
from grader.machine.question import Answer, NoAnswer
from grader.machine.subjects import Site
from grader.probes.logs import last_lines, read_log
from grader.probes.networks import all_networks
from grader.probes.todos import ask_api

if TYPE_CHECKING:
    from grader.machine.subjects import Todos

__all__ = ["api_fault", "page_fault", "page_silence"]


def page_silence(todos: Todos, why: NoAnswer) -> Mistake:
    """The failure to report if the page is published and does not answer."""
    fact = running(todos.app)
    internal = {network.name for network in all_networks(todos.machine) if network.is_internal}
    if fact.networks and internal.issuperset(fact.networks):
        return Mistake("network-internal", name=fact.name, network=", ".join(fact.networks))
    silent = silence(todos.page, fact, why)
    # A page may wait longer than we do for a name that does not exist.
    waits = silent.code == "site-silent"
    return (misdirected(todos.app, todos.api, todos.wanted.api_variable) if waits else None) or silent


def page_fault(todos: Todos, page: Answer) -> Mistake:
    """The failure to report if the page answers with an error."""
    wrong = misdirected(todos.app, todos.api, todos.wanted.api_variable)
    if wrong:
        return wrong
    answer = ask_api(todos, running(todos.api))
    if isinstance(answer, NoAnswer) or answer.status != 200:
        return api_fault(todos, answer)
    wordy = more_than_a_place(todos.app, todos.api, todos.wanted.api_variable)
    if wordy:
        return wordy.with_evidence(page.body[:200])
    values = {"name": todos.app.name, "port": todos.page.port, "status": page.status}
    lines = last_lines(read_log(todos.machine, running(todos.app)), 3)
    return Mistake("page-not-todos" if page.status < 500 else "site-error", evidence=tuple(lines), **values)


def api_fault(todos: Todos, answer: Answer | NoAnswer) -> Mistake:
    """The failure to report if the API does not return its list, or cannot get it from the database."""
    wrong = misdirected(todos.api, todos.mongo, todos.wanted.mongo_variable)
    if wrong:
        return wrong
    fact = running(todos.api)
    if isinstance(answer, NoAnswer):
        port = todos.machine.port("api") if "api" in todos.machine.sheet.ports else todos.api.wanted.port or 80
        return silence(Site(todos.machine, todos.api.role, port, todos.api), fact, answer)
    if answer.status >= 500:
        failure = deafness(todos.machine, running(todos.mongo), todos.mongo.wanted.port)
        if failure:
            return failure.with_evidence(answer.body[:200])
    values = {"name": fact.name, "database": todos.mongo.name, "status": answer.status}
    lines = last_lines(read_log(todos.machine, fact), 3)
    code = "api-not-todos" if 400 <= answer.status < 500 else "api-without-database"
    return Mistake(code, evidence=(answer.body[:200], *lines), **values)
