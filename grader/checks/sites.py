"""What can be expected of a site: published, answering, and by the right container."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from grader.checks.containers import is_settling, running
from grader.checks.expectation import Expectation
from grader.checks.mistake import Mistake
from grader.checks.polling import eventually
from grader.errors import ProbeFailed
from grader.machine.question import Answer, NoAnswer
from grader.machine.sites import REDIRECTS
from grader.probes.listeners import listeners
from grader.probes.logs import last_lines, read_log
from grader.probes.mounts import read_inside
from grader.probes.sites import get_page
from grader.probes.traffic import received_bytes

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.subjects import Site
    from grader.probes.container_json import ContainerFact
    from grader.probes.ports import PortFact

__all__ = ["SiteExpectation", "ask_site", "deafness", "fetch", "published_at", "silence"]

_LOG_PAUSES_S: Final = (0.0, 0.1, 0.3, 0.6)
"""A log line reaches the engine shortly after the answer reaches us."""
_PROBE_LENGTH: Final = 4000
"""Length of a request that is recognised by its bytes: below the 8 KiB that servers accept, above other traffic."""
_PROBES: Final = 4
_BLANK: Final = b" \t\r\n\v\f\0" + codecs.BOM_UTF8 + codecs.BOM_UTF16
"""What an editor may leave in an empty file."""
_NAMES: Final = 12
"""How many names of a folder are reported."""
_EPHEMERAL: Final = range(32768, 61000)
"""Linux's `ip_local_port_range`."""


class SiteExpectation(Expectation):
    _subject: Site

    def to_be_published(self) -> None:
        """The container's port is published on the site's port of the machine, and reachable from outside.

        Asks: the list, one inspect. Diagnoses: `port-not-published`, `port-reversed`, `port-random`, `port-other`,
        `port-wrong-inside`, `port-on-loopback`, `port-udp`, `port-host-network`, `port-no-network`,
        `outside-your-ports`.
        """
        published_at(self._subject)

    def to_answer(self, status: int | None = None, *, from_container: str | None = None) -> None:
        """It answers a request that nobody can have prepared, and the answer is from that container (a role).

        Any status below 500 counts, unless `status` gives the one that the page `/` must have. The proof is the request
        in the container's own log; if it writes none, that the request's bytes arrived at that container. Asks: one
        inspect, one HTTP request (a second with `status`), the log; statistics if there is no log.
        Diagnoses: `site-silent`, `nothing-listens-inside`, `listens-on-loopback-inside`, `listens-on-another-port`,
        `site-not-http`, `site-error`, `site-status`, `someone-else-answers`, and those of `to_be_published`.
        """
        site = self._subject
        container = site.machine.container(from_container) if from_container else site.container

        def judge() -> None:
            fact = running(container)
            port = published_at(site)
            path = "/.grader-" + site.machine.nonce(f"site {site.role}")
            answer = _ask(site, port, path)
            if isinstance(answer, NoAnswer):
                raise silence(site, fact, answer)
            if answer.status >= 500:
                lines = last_lines(read_log(site.machine, fact), 3)
                raise Mistake("site-error", port=site.port, status=answer.status, evidence=tuple(lines))
            _prove_it_is(fact, site, port, path, answer)
            if status is not None:
                page = fetch(site)
                if page.status != status:
                    raise Mistake("site-status", port=site.port, status=page.status, wanted=status)

        eventually(
            site.machine,
            judge,
            within_s=self._within_s,
            is_settling=lambda: is_settling(container, self._within_s),
        )

    def to_show_a_custom_page(self) -> None:
        """The page `/` is the student's own, not nginx's default.

        Asks: one HTTP request; what is in its folder if no page comes. Diagnoses: `index-missing`, `index-default`,
        `index-empty`, `site-redirects-away`, `site-status`, `site-silent`.
        """

        def judge() -> None:
            page = fetch(self._subject)
            if page.status in {403, 404}:
                beside = ", ".join(_names_beside(self._subject)) or "-"
                raise Mistake("index-missing", port=self._subject.port, status=page.status, beside=beside)
            if page.status in REDIRECTS:
                to = page.headers.get("location", "?")
                raise Mistake("site-redirects-away", port=self._subject.port, status=page.status, to=to)
            if page.status != 200:
                raise Mistake("site-status", port=self._subject.port, status=page.status, wanted=200)
            if not page.body.strip(_BLANK):
                raise Mistake("index-empty", port=self._subject.port)
            # A page that was made from it may have kept its title.
            if b"<h1>Welcome to nginx!</h1>" in page.body and b"nginx.org" in page.body:
                raise Mistake("index-default", port=self._subject.port)

        eventually(
            self._subject.machine,
            judge,
            within_s=self._within_s,
            is_settling=lambda: is_settling(self._subject.container, self._within_s),
        )


def _names_beside(site: Site) -> tuple[str, ...]:
    """The names in the folder of that site, seen from inside; empty if the spec has no such folder."""
    machine = site.machine
    inside = (folder.inside for folder in machine.sheet.folders.values() if folder.container == site.container.role)
    found = (read_inside(machine, running(site.container).id, one) for one in inside)
    return tuple(name for folder in found if folder for name in sorted(folder.names))[:_NAMES]


def fetch(site: Site, path: str = "/", within_s: float = 5) -> Answer:
    """The site's answer to `GET path`. Raises `Mistake` if there is no usable answer."""
    answer = ask_site(site, path, within_s)
    if isinstance(answer, NoAnswer):
        raise silence(site, running(site.container), answer)
    return answer


def ask_site(site: Site, path: str = "/", within_s: float = 5) -> Answer | NoAnswer:
    """The result of `GET path`. Raises `Mistake` if the container does not run or does not publish its port."""
    running(site.container)
    return _ask(site, published_at(site), path, within_s)


def published_at(site: Site) -> PortFact:
    """The binding of the site's port. Raises `Mistake` with what was done instead."""
    fact = running(site.container)
    inside, wanted = site.container.wanted.port, site.port
    values = {
        "name": fact.name,
        "wanted": wanted,
        "inside": inside or "…",
        "published": ", ".join(map(str, fact.ports)),
    }
    evidence = tuple(str(port) for port in fact.ports) or ("no published port",)
    if _is_reversed(fact.ports, wanted, inside):
        raise Mistake(
            "port-reversed", evidence=evidence, **values
        )  # before the range is checked: the other port may be anyone's
    right = [p for p in fact.ports if inside in {None, p.inside} and p.host_port == wanted and p.protocol == "tcp"]
    _stays_in_range(site, fact)
    if fact.network_mode == "none" or fact.network_mode.startswith("container:"):
        raise Mistake("port-no-network", mode=fact.network_mode.partition(":")[0], evidence=evidence, **values)
    reachable = next((port for port in right if not port.is_on_loopback), None)
    if reachable:
        return reachable
    if right:
        raise Mistake("port-on-loopback", evidence=evidence, **values)
    if fact.network_mode == "host":
        raise Mistake("port-host-network", evidence=evidence, **values)
    raise Mistake(_port_mistake(site.machine, fact, wanted, inside), evidence=evidence, **values)


def _stays_in_range(site: Site, fact: ContainerFact) -> None:
    mine = site.machine.ports
    for port in fact.ports_typed:
        typed = port.among or ((port.host_port,) if port.host_port and not _was_chosen(site.machine, port) else ())
        outside = next((number for number in typed if mine and number not in mine), None)
        if mine and outside is not None:
            raise Mistake(
                "outside-your-ports",
                name=fact.name,
                published=outside,
                wanted=site.port,
                first=mine.first,
                last=mine.last,
                evidence=(str(port),),
            )


def _port_mistake(machine: Machine, fact: ContainerFact, wanted: int, inside: int | None) -> str:
    ports = fact.ports
    if any(p.host_port == wanted and inside in {None, p.inside} and p.protocol == "udp" for p in ports):
        return "port-udp"
    if any(p.host_port == wanted for p in ports):
        return "port-wrong-inside"
    if fact.publish_all or any(inside in {None, p.inside} and _was_chosen(machine, p) for p in fact.ports_typed):
        return "port-random"
    return "port-other" if ports else "port-not-published"


def _is_reversed(ports: tuple[PortFact, ...], wanted: int, inside: int | None) -> bool:
    return not any(port.host_port == wanted for port in ports) and any(
        port.inside == wanted != inside and port.host_port == inside for port in ports
    )


def _was_chosen(machine: Machine, typed: PortFact) -> bool:
    """Whether the engine chose the port of the machine.

    Podman records a port that it chose as if it had been asked for. Such a port is in the kernel's ephemeral range, and
    is not a number that a person would type.
    """
    if typed.host_port is None:
        return True
    is_typed = typed.host_port % 100 == 0 or (machine.ports is not None and typed.host_port in machine.ports)
    return machine.is_podman and typed.host_port in _EPHEMERAL and not is_typed


def _ask(site: Site, port: PortFact, path: str, within_s: float = 5) -> Answer | NoAnswer:
    return get_page(site.machine, site.port, path, host=port.host_ip, within_s=within_s)


def silence(site: Site, fact: ContainerFact, why: NoAnswer) -> Mistake:
    """Why there is no usable answer, as far as can be seen inside the container."""
    inside = site.container.wanted.port or published_at(site).inside
    values = {"name": fact.name, "port": site.port, "inside": inside, "why": why.reason}
    evidence = (f"GET http://…:{site.port}: {why.reason}: {why.detail}",)
    if why.reason == "not-http":
        return Mistake("site-not-http", evidence=evidence, **values)
    failure = deafness(site.machine, fact, inside)
    return failure.with_evidence(*evidence) if failure else Mistake("site-silent", evidence=evidence, **values)


def deafness(machine: Machine, fact: ContainerFact, inside: int | None) -> Mistake | None:
    """What is wrong with how the container listens on its port; `None` if nothing is, or it cannot be seen."""
    sockets = listeners(machine, fact.id)
    if sockets is None:
        return None
    here = [one for one in sockets if one.port == inside]
    if here and all(one.is_on_loopback for one in here):
        return Mistake("listens-on-loopback-inside", name=fact.name, inside=inside)
    if not here and sockets:
        others = ", ".join(sorted({str(one.port) for one in sockets}))
        return Mistake("listens-on-another-port", name=fact.name, inside=inside, others=others)
    if not here:
        lines = last_lines(read_log(machine, fact), 3)
        return Mistake("nothing-listens-inside", name=fact.name, inside=inside, evidence=tuple(lines))
    return None


def _prove_it_is(fact: ContainerFact, site: Site, port: PortFact, path: str, answer: Answer) -> None:
    """Raises `Mistake` unless `fact` itself received the request; `ProbeFailed` if that cannot be seen."""
    readable = False
    for _ in site.machine.attempts(_LOG_PAUSES_S):
        log = read_log(site.machine, fact, fresh=True)
        if log is None:
            break
        readable = True
        if path.encode() in log:
            return
        if not last_lines(log):
            break  # a container that logs nothing will not start now
    before = received_bytes(site.machine, fact.id)
    for number in range(_PROBES):
        _ask(site, port, f"{path}-{number}-{'x' * _PROBE_LENGTH}")
    after = received_bytes(site.machine, fact.id)
    if before is not None and after is not None:
        if after - before >= _PROBES * _PROBE_LENGTH:
            return
    elif not readable:
        raise ProbeFailed("no-proof", name=fact.name)
    server = answer.headers.get("server", "?")
    raise Mistake("someone-else-answers", name=fact.name, port=site.port, server=server)
