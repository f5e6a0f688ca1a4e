"""What can be expected of a site: published, answering, and by the right container."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any, Final

from grader.checks.containers.expectation import require_running, require_started_once
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.checks.mounts.visibility import require_fresh_files
from grader.checks.polling import eventually
from grader.checks.settling import find_facts
from grader.errors import ProbeFailed
from grader.machine.question import REDIRECTS, Answer, NoAnswer
from grader.probes.containers.files import read_container_file
from grader.probes.containers.logs import last_lines, read_log
from grader.probes.containers.ports import is_chosen_by_engine, is_reversed
from grader.probes.containers.traffic import read_received_bytes
from grader.probes.http.sites import get_page, get_page_again
from grader.probes.networks.listeners import find_listeners
from grader.probes.networks.networks import is_internal_only
from grader.probes.networks.port_holders import find_port_holder, find_publishing_container

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.machine import Machine
    from grader.machine.subjects import Container, Site
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.containers.ports import PortFact

_LOG_DELAYS_S: Final = (0.0, 0.1, 0.3, 0.6)
"""A log line reaches the engine shortly after the answer reaches us."""
_PADDING: Final = 4000
"""Length of a request that is recognised by its bytes: below the 8 KiB that servers accept, above other traffic."""
_COUNTED_REQUESTS: Final = 4
_BLANK_BYTES: Final = b" \t\r\n\v\f\0" + codecs.BOM_UTF8 + codecs.BOM_UTF16
"""What an editor may leave in an empty file."""
_LISTING: Final = b"<title>Directory listing for /"
"""How the page of `python -m http.server` begins if the folder has no `index.html`."""
_MAX_NAMES: Final = 12
"""How many names of a folder are reported."""


class SiteExpectation(Expectation):
    _subject: Site

    def to_be_published(self) -> None:
        """The container's port is published on the site's port of the machine, and reachable from outside.

        Asks: the list, one inspect. Diagnoses: `port-not-published`, `port-reversed`, `port-random`, `port-other`,
        `port-wrong-inside`, `port-on-loopback`, `port-udp`, `port-host-network`, `port-no-network`,
        `port-left-network`, `network-internal`, `outside-your-ports`.
        """
        require_published_port(self._subject)

    def to_answer(self, status: int | None = None, *, from_container: str | None = None) -> None:
        """It answers a request that nobody can have prepared, and the answer is from that container (a role).

        Any status below 500 counts, that of the page `/` alone too, unless `status` gives the one that it must have.
        The proof is the request in the container's own log; if it writes none, that the request's bytes arrived at that
        container. Asks: one inspect, one HTTP request (a second with `status`), the log; statistics if there is no log.
        Diagnoses: `site-silent`, `nothing-listens-inside`, `listens-on-loopback-inside`, `listens-on-another-port`,
        `site-not-http`, `site-error`, `site-status`, `someone-else-answers`, and those of `to_be_published`.
        """
        site = self._subject
        container = site.machine.container(from_container) if from_container else site.container

        def judge() -> None:
            require_answer(site, container)
            if status is not None:
                page = fetch_page(site)
                if page.status >= 500:
                    lines = last_lines(read_log(site.machine, require_running(container)), 3)
                    raise CheckFailed("site-error", port=site.port, status=page.status, evidence=tuple(lines))
                if page.status != status:
                    raise CheckFailed("site-status", port=site.port, status=page.status, wanted=status)

        self._eventually(judge, container)

    def to_show_its_program(self) -> None:
        """The page `/` is a program's output, not a listing of the files beside it.

        Asks: one HTTP request. Diagnoses: `page-is-a-listing`, `index-empty`, `site-silent`.
        """

        def judge() -> None:
            page = fetch_page(self._subject)
            if not page.body.strip(_BLANK_BYTES):
                raise CheckFailed("index-empty", port=self._subject.port)
            if _LISTING in page.body:
                raise CheckFailed("page-is-a-listing", name=self._subject.container.name, port=self._subject.port)

        self._eventually(judge, self._subject.container)

    def to_show_a_custom_page(self) -> None:
        """The page `/` is the student's own, not nginx's default.

        Asks: one HTTP request; what is in its folder if no page comes. Diagnoses: `index-missing`, `index-default`,
        `index-empty`, `site-redirects-away`, `site-status`, `site-silent`.
        """

        def judge() -> None:
            page = fetch_page(self._subject)
            if page.status in {403, 404}:
                beside = ", ".join(_list_site_folder(self._subject))
                raise CheckFailed("index-missing", port=self._subject.port, status=page.status, beside=beside)
            if page.status in REDIRECTS:
                to = page.headers.get("location", "?")
                raise CheckFailed("site-redirects-away", port=self._subject.port, status=page.status, to=to)
            if page.status != 200:
                raise CheckFailed("site-status", port=self._subject.port, status=page.status, wanted=200)
            if not page.body.strip(_BLANK_BYTES):
                raise CheckFailed("index-empty", port=self._subject.port)
            # A page that was made from it may have kept its title.
            if b"<h1>Welcome to nginx!</h1>" in page.body and b"nginx.org" in page.body:
                require_fresh_files(self._subject.machine, require_running(self._subject.container))
                raise CheckFailed("index-default", port=self._subject.port)

        self._eventually(judge, self._subject.container)

    def _eventually(self, judge: Callable[[], None], container: Container) -> None:
        machine = self._subject.machine
        eventually(machine, judge, within_s=self._within_s, depends_on=lambda: find_facts(container))


def require_answer(site: Site, container: Container) -> None:
    """Raises `CheckFailed` unless the site answers now, from that container, and its page `/` is no error."""
    fact = require_running(container)
    port = require_published_port(site)
    path = "/.grader-" + site.machine.nonce(f"site {site.role}")
    answer = _request(site, port, path)
    if isinstance(answer, NoAnswer):
        raise diagnose_no_answer(site, fact, answer)
    page = get_page_again(site.machine, site.port, host=port.host_ip) if answer.status >= 500 else answer
    if isinstance(page, NoAnswer) or page.status >= 500:
        require_fresh_files(site.machine, fact)
        lines = last_lines(read_log(site.machine, fact), 3)
        raise CheckFailed("site-error", port=site.port, status=answer.status, evidence=tuple(lines))
    _require_answer_from(fact, site, port, path, answer)


def _list_site_folder(site: Site) -> tuple[str, ...]:
    """The names in the folder of that site, seen from inside; empty if the spec has no such folder."""
    machine = site.machine
    inside = (folder.inside for folder in machine.spec.folders.values() if folder.container == site.container.role)
    found = (read_container_file(machine, require_running(site.container).id, one) for one in inside)
    return tuple(name for folder in found if folder for name in sorted(folder.names))[:_MAX_NAMES]


def fetch_page(site: Site, path: str = "/", within_s: float = 5) -> Answer:
    """The site's answer to `GET path`. Raises `CheckFailed` if there is no usable answer."""
    answer = ask_site(site, path, within_s)
    if isinstance(answer, NoAnswer):
        raise diagnose_no_answer(site, require_running(site.container), answer)
    return answer


def ask_site(site: Site, path: str = "/", within_s: float = 5) -> Answer | NoAnswer:
    """The result of `GET path`. Raises `CheckFailed` if the container does not run or does not publish its port."""
    require_running(site.container)
    return _request(site, require_published_port(site), path, within_s)


def require_published_port(site: Site) -> PortFact:
    """The binding of the site's port. Raises `CheckFailed` with what was done instead."""
    fact = require_started_once(site.container)
    inside, wanted = site.container.wanted.port, site.port
    values = {
        "name": fact.name,
        "wanted": wanted,
        "inside": inside or "…",
        "published": ", ".join(map(str, fact.ports)),
        "image": fact.image,
    }
    evidence = tuple(str(port) for port in fact.ports) or ("no published port",)
    if is_reversed(fact.ports, wanted, inside):
        raise CheckFailed(
            "port-reversed", evidence=evidence, **values
        )  # before the range is checked: the other port may be anyone's
    right = [
        p for p in fact.ports if inside in {None, p.container_port} and p.host_port == wanted and p.protocol == "tcp"
    ]
    _require_own_range(site, fact)
    if fact.network_mode == "none" or fact.network_mode.startswith("container:"):
        raise CheckFailed("port-no-network", mode=fact.network_mode.partition(":")[0], evidence=evidence, **values)
    reachable = next((port for port in right if not port.is_on_loopback), None)
    if reachable and site.machine.is_podman:
        _require_network_that_publishes(site.machine, fact)  # its ports are listed, though they lead nowhere
    if reachable:
        return reachable
    if right:
        raise CheckFailed("port-on-loopback", evidence=evidence, **values)
    if fact.network_mode == "host":
        raise CheckFailed("port-host-network", evidence=evidence, **values)
    if not fact.ports:
        _require_network_that_publishes(site.machine, fact)
    holder = find_publishing_container(site.machine, wanted, besides=fact.id)
    raise CheckFailed(_port_code(site.machine, fact, wanted, inside), container=holder, evidence=evidence, **values)


def _require_network_that_publishes(machine: Machine, fact: ContainerFact) -> None:
    """Raises `CheckFailed` if ports were requested, but the container's networks cannot publish any."""
    if not fact.requested_ports:
        return
    evidence = tuple(str(port) for port in fact.requested_ports)
    networks = ", ".join(fact.networks)
    if not fact.networks and not fact.ports:
        raise CheckFailed("port-left-network", name=fact.name, evidence=evidence)
    if is_internal_only(machine, fact):
        raise CheckFailed("network-internal", name=fact.name, network=networks, evidence=evidence)


def _require_own_range(site: Site, fact: ContainerFact) -> None:
    mine = site.machine.ports
    for port in fact.requested_ports:
        typed = port.host_port_range or (
            (port.host_port,) if port.host_port and not is_chosen_by_engine(site.machine, port) else ()
        )
        outside = next((number for number in typed if mine and number not in mine), None)
        if mine and outside is not None:
            raise CheckFailed(
                "outside-your-ports",
                name=fact.name,
                published=outside,
                wanted=site.port,
                first=mine.first,
                last=mine.last,
                evidence=(str(port),),
            )


def _port_code(machine: Machine, fact: ContainerFact, wanted: int, inside: int | None) -> str:
    ports = fact.ports
    if any(p.host_port == wanted and inside in {None, p.container_port} and p.protocol == "udp" for p in ports):
        return "port-udp"
    if any(p.host_port == wanted for p in ports):
        return "port-wrong-inside"
    if fact.publish_all or any(
        inside in {None, p.container_port} and is_chosen_by_engine(machine, p) for p in fact.requested_ports
    ):
        return "port-random"
    return "port-other" if ports else "port-not-published"


def _request(site: Site, port: PortFact, path: str, within_s: float = 5) -> Answer | NoAnswer:
    return get_page(site.machine, site.port, path, host=port.host_ip, within_s=within_s)


def diagnose_no_answer(site: Site, fact: ContainerFact, no_answer: NoAnswer) -> CheckFailed:
    """Why there is no usable answer, as far as can be seen inside the container."""
    inside = site.container.wanted.port or require_published_port(site).container_port
    values = {"name": fact.name, "port": site.port, "inside": inside, "why": no_answer.reason}
    evidence = (f"GET http://…:{site.port}: {no_answer.reason}: {no_answer.detail}",)
    if no_answer.reason == "not-http":
        return CheckFailed("site-not-http", evidence=evidence, **values)
    failure = diagnose_not_listening(site.machine, fact, inside)
    if failure is None and is_internal_only(site.machine, fact):
        failure = CheckFailed("network-internal", name=fact.name, network=", ".join(fact.networks))
    return failure.with_evidence(*evidence) if failure else CheckFailed("site-silent", evidence=evidence, **values)


def diagnose_not_listening(machine: Machine, fact: ContainerFact, container_port: int | None) -> CheckFailed | None:
    """What is wrong with how the container listens on its port; `None` if nothing is, or it cannot be seen."""
    sockets = find_listeners(machine, fact.id)
    if sockets is None:
        return None
    here = [one for one in sockets if one.port == container_port]
    if here and all(one.is_on_loopback for one in here):
        return CheckFailed("listens-on-loopback-inside", name=fact.name, inside=container_port)
    if not here and sockets:
        others = ", ".join(sorted({str(one.port) for one in sockets}))
        values: dict[str, Any] = {"name": fact.name, "image": fact.image, "inside": container_port, "others": others}
        return CheckFailed("listens-on-another-port", **values)
    if not here:
        lines = last_lines(read_log(machine, fact), 3)
        return CheckFailed("nothing-listens-inside", name=fact.name, inside=container_port, evidence=tuple(lines))
    return None


def _require_answer_from(fact: ContainerFact, site: Site, port: PortFact, path: str, answer: Answer) -> None:
    """Raises `CheckFailed` unless `fact` itself received the request; `ProbeFailed` if that cannot be seen."""
    readable = False
    for _ in site.machine.attempts(_LOG_DELAYS_S):
        log = read_log(site.machine, fact, fresh=True)
        if log is None:
            break
        if path.encode() in log:
            return
        if not last_lines(log):
            break  # a container that logs nothing will not start now
        readable = True
    before = read_received_bytes(site.machine, fact.id)
    for number in range(_COUNTED_REQUESTS):
        _request(site, port, f"{path}-{number}-{'x' * _PADDING}")
    after = read_received_bytes(site.machine, fact.id)
    if before is not None and after is not None:
        if after - before >= _COUNTED_REQUESTS * _PADDING:
            return
    elif not readable:
        raise ProbeFailed("no-proof", name=fact.name)
    holder = find_port_holder(site.machine, site.port, besides=fact.id)
    raise CheckFailed(
        "someone-else-answers",
        name=fact.name,
        port=site.port,
        server=answer.headers.get("server", "?"),
        container=holder.container,
        program=holder.program,
    )
