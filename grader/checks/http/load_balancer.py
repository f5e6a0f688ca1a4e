"""What can be expected of a load balancer: it answers, reaches every replica, and drops one that dies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.checks.compose.replicas import require_running_replicas
from grader.checks.containers.expectation import require_running
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.checks.http.sites import require_answer, require_published_port
from grader.checks.mounts.visibility import require_fresh_files
from grader.checks.networks.name_server import require_name_server
from grader.checks.polling import eventually
from grader.checks.settling import find_facts
from grader.errors import ProbeFailed
from grader.machine.question import Answer, NoAnswer
from grader.probes.compose.replicas import find_replicas
from grader.probes.containers.lifecycle import container_killed
from grader.probes.containers.logs import last_lines, read_log
from grader.probes.http.request_tracking import RequestTracker
from grader.probes.http.sites import get_page_again
from grader.probes.networks.listeners import find_listeners

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.machine.machine import Machine
    from grader.machine.subjects import Balancer
    from grader.probes.containers.find import ContainerFact

_REQUESTS_PER_REPLICA: Final = 4
"""Requests per replica and round. Round robin needs one; at random, five rounds over three replicas miss one of them
once in ten thousand million times."""
_ROUNDS: Final = 5
_UNRESOLVED_CODES: Final = frozenset({"lb-finds-nobody", "site-error", "site-silent"})
"""Failures of a load balancer that gets no address for the name of its replicas."""
_PADDING: Final = 4000
"""Length of a request that is recognised by its bytes: below the 8 KiB that servers accept, above other traffic."""
_MAX_UNANSWERED: Final = 3
"""Unanswered requests after which no more are sent, since each may take its whole time limit."""
_LOG_DELAYS_S: Final = (0.0, 0.1, 0.3)
"""A log line reaches the engine shortly after the answer reaches us."""
_FAILOVER_S: Final = 15.0
"""How long a load balancer may take to notice that a replica is dead."""
_PAGE_TIMEOUT_S: Final = 62.0
"""How long a visitor may wait for one page meanwhile. By default nginx gives up on a replica after 60 s, or when Linux
reports the address as unreachable: up to 45 s from its ARP cache and 14 more of probing. It then tries another replica,
and no request is lost; but it learns nothing if the visitor has left before."""
_REQUESTS_IN_A_ROW: Final = 40
"""Requests in a row that must then be answered. At random, they miss one dead replica of three once in ten million."""


class BalancerExpectation(Expectation):
    _subject: Balancer

    def to_answer(self) -> None:
        """It answers with a status below 500, from its own container. A replica may be down: one answer is enough.

        A page that does not exist may be an error if `/` is none: a load balancer may turn a 404 into one.

        Asks: one HTTP request, the log; if it gives an error, as many requests as there should be replicas, and what
        listens in these; on Podman, one command inside. Diagnoses: `lb-finds-nobody`, `listens-on-loopback-inside`,
        `nothing-listens-inside`, those of a site that does not answer.
        """
        site = self._subject.site

        def judge() -> None:
            for left in reversed(range(self._subject.replicas.wanted)):
                try:
                    require_answer(site, site.container)
                except CheckFailed as failure:
                    if failure.code not in {"site-silent", "site-error"}:
                        raise
                    if not left:
                        raise self._diagnose(failure) from None
                else:
                    return

        try:
            self._eventually(judge)
        except CheckFailed as failure:
            if failure.code in _UNRESOLVED_CODES:
                require_name_server(self._subject.machine, require_running(site.container))
            raise

    def to_reach_every_replica(self) -> None:
        """Each replica receives requests: the proof is the replica's own log, not the page's text.

        Every request carries a word that nobody can have prepared. The check looks for it in the log of each replica
        or, if a replica logs nothing, among the bytes that it received. The page `/` must be shown at least once, with
        a status below 500. Asks: a dozen HTTP requests, up to five dozen, each in its own session; one log and one look
        at the statistics per replica and round. Diagnoses: `replicas-too-few`, `lb-answers-by-itself`,
        `lb-reaches-some`, `site-error`, those of a container that does not run.
        """
        self._require_enough_replicas()

        def judge() -> None:
            wanted = require_running_replicas(self._subject.replicas)
            reached = self._find_reached(wanted)
            missed = ", ".join(fact.name for fact in wanted if fact.id not in reached)
            values: dict[str, Any] = {
                "name": self._subject.site.container.name,
                "reached": len(reached),
                "wanted": len(wanted),
            }
            if missed:
                require_fresh_files(self._subject.machine, require_running(self._subject.site.container))
            if not reached:
                raise CheckFailed("lb-answers-by-itself", **values)
            if missed:
                raise CheckFailed("lb-reaches-some", missed=missed, **values)

        self._eventually(judge)

    def to_lose_no_request_when_a_replica_dies(self) -> None:
        """One replica is killed; once the load balancer has noticed, every request is answered.

        For disposable machines only; the replica is started again. Asks: HTTP requests, up to forty while the balancer
        has not noticed, then forty in a row. Diagnosis: `requests-lost`.
        """
        victim = require_running_replicas(self._subject.replicas)[-1]
        # Replicas may answer a query with an error that the load balancer passes on: then only `/` shows who is dead.
        has_error = _is_error(self._ask("/?.grader-alive"))

        def judge() -> None:
            for number in range(_REQUESTS_IN_A_ROW):
                answer = self._ask("/" if has_error else f"/?.grader-{number}")
                reason = answer.reason if isinstance(answer, NoAnswer) else str(answer.status)
                if _is_error(answer):
                    raise CheckFailed(
                        "requests-lost", name=victim.name, said=reason, answered=number, evidence=(reason,)
                    )

        with container_killed(self._subject.machine, victim):
            self._wait_for_failover("/" if has_error else "/?.grader-patient")
            eventually(
                self._subject.machine,
                judge,
                within_s=_FAILOVER_S,
                depends_on=self._find_facts,
                is_settling=lambda: True,
            )

    def _require_enough_replicas(self) -> None:
        replicas, running = self._subject.replicas, require_running_replicas(self._subject.replicas)
        if len(running) < replicas.wanted:
            names = ", ".join(fact.name for fact in running)
            raise CheckFailed(
                "replicas-too-few", service=replicas.service, seen=len(running), wanted=replicas.wanted, names=names
            )

    def _find_reached(self, wanted: tuple[ContainerFact, ...]) -> set[str]:
        """The ids of the replicas that received requests. Raises `ProbeFailed` if that cannot be seen."""
        machine = self._subject.machine
        mark = f".grader-{machine.nonce('balanced')}"
        visits = RequestTracker.start(machine, wanted, mark, at_least=2 * _PADDING)
        reached: set[str] = set()
        for turn in range(_ROUNDS):
            if turn == 1:
                visits = visits.with_background_rate()
            # The first round is short, since most replicas log requests; the later ones can be counted in bytes.
            count = _REQUESTS_PER_REPLICA * len(wanted)
            self._send(f"/?{mark}{'-' + 'x' * _PADDING if turn else ''}", count)
            for _ in machine.attempts(_LOG_DELAYS_S):
                reached |= {fact.id for fact in wanted if fact.id not in reached and visits.has_reached(fact)}
                if len(reached) == len(wanted):
                    self._require_page(len(wanted))
                    return reached
        blind = next((fact for fact in wanted if fact.id not in reached and not visits.is_observable(fact)), None)
        if blind:
            raise ProbeFailed("no-proof", name=blind.name)
        return reached

    def _wait_for_failover(self, path: str) -> None:
        """Sends patient requests until one is not answered, or the time for failover is over."""
        machine = self._subject.machine
        began = machine.now()
        for _ in range(_REQUESTS_IN_A_ROW):
            answer = self._ask(path, _PAGE_TIMEOUT_S)
            if _is_error(answer) or machine.now() - began >= _PAGE_TIMEOUT_S:
                return

    def _send(self, path: str, count: int) -> None:
        """Sends that many requests."""
        lost = 0
        for _ in range(count):
            lost += isinstance(self._ask(path), NoAnswer)
            if lost == _MAX_UNANSWERED:
                break

    def _require_page(self, replicas: int) -> None:
        """Raises `CheckFailed` if the page `/` is always an error: any other page may be a 404 all the same."""
        for _ in range(replicas):
            answer = self._ask("/")
            if not _is_error(answer):
                return
        status = answer.status if isinstance(answer, Answer) else answer.reason
        raise CheckFailed("site-error", port=self._subject.site.port, status=status)

    def _ask(self, path: str, within_s: float = 5) -> Answer | NoAnswer:
        """One request, in its own session."""
        site = self._subject.site
        return get_page_again(
            site.machine, site.port, path, host=require_published_port(site).host_ip, within_s=within_s
        )

    def _diagnose(self, failure: CheckFailed) -> CheckFailed:
        if failure.code != "site-error":
            return failure
        machine, behind = self._subject.machine, require_running_replicas(self._subject.replicas)
        return diagnose_no_backend(
            machine, require_running(self._subject.site.container), behind, int(failure.values["status"])
        )

    def _find_facts(self) -> tuple[ContainerFact, ...]:
        return (*find_facts(self._subject.site.container), *find_replicas(self._subject.replicas))

    def _eventually(self, judge: Callable[[], None]) -> None:
        eventually(self._subject.machine, judge, within_s=self._within_s, depends_on=self._find_facts)


def _is_error(answer: Answer | NoAnswer) -> bool:
    return isinstance(answer, NoAnswer) or answer.status >= 500


def diagnose_no_backend(
    machine: Machine, proxy: ContainerFact, backends: Iterable[ContainerFact], status: int
) -> CheckFailed:
    """The failure to report if the load balancer itself answers with an error."""
    for fact in backends:
        sockets = find_listeners(machine, fact.id)
        if sockets is not None and all(one.is_on_loopback for one in sockets):
            code = "listens-on-loopback-inside" if sockets else "nothing-listens-inside"
            return CheckFailed(code, name=fact.name, inside=sockets[0].port if sockets else "")
    require_fresh_files(machine, proxy)
    lines = last_lines(read_log(machine, proxy), 3)
    return CheckFailed("lb-finds-nobody", name=proxy.name, status=status, evidence=tuple(lines))
