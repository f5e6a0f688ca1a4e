"""What can be expected of a name for the machine: containers know it, and it is really the machine's."""

from __future__ import annotations

import difflib
import ipaddress
from typing import TYPE_CHECKING, Any

from grader.checks.containers.expectation import require_container
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed, judge_each
from grader.machine.question import Answer
from grader.probes.containers.find import NoContainer, find_container
from grader.probes.containers.logs import read_log
from grader.probes.http.container_requests import request_address
from grader.probes.networks.addresses import find_container_at, read_machine_addresses
from grader.probes.networks.hosts import HOST_GATEWAY, added_hosts, read_hosts

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.subjects import Container, Host
    from grader.probes.containers.inspect import ContainerFact


class HostExpectation(Expectation):
    _subject: Host

    def to_be_known_in(self, *containers: Container) -> None:
        """Each of the containers was given the name by an option, with whichever address.

        Asks: one inspect and `/etc/hosts` of each. Diagnoses: `host-missing`, `host-misspelt`, `host-by-hand`.
        """
        judge_each(containers, self._address_in)

    def to_resolve_to_this_machine_in(self, *containers: Container) -> None:
        """In each of the containers, the name's address is one of the machine's.

        Asks: the same as `to_be_known_in`; the machine's own addresses, or an answer at that address if they cannot be
        seen. Diagnoses: `host-is-loopback`, `host-is-a-container`, `host-elsewhere`.
        """
        judge_each(containers, self._require_own_address)

    def _require_own_address(self, container: Container) -> None:
        machine = self._subject.machine
        address, fact = self._address_in(container), require_container(container)
        values: dict[str, Any] = {"name": fact.name, "host": self._subject.name, "address": address}
        if address == HOST_GATEWAY or address in {place.gateway for place in fact.networks.values()}:
            return
        ip = ipaddress.ip_address(address)
        if ip.is_loopback or ip.is_unspecified:
            raise CheckFailed("host-is-loopback", **values)
        if address in read_machine_addresses(machine):
            return
        other = find_container_at(machine, address)
        if other:
            raise CheckFailed("host-is-a-container", other=other, **values)
        if not _answers_at(machine, fact, address):
            raise CheckFailed("host-elsewhere", **values)

    def _address_in(self, container: Container) -> str:
        fact = require_container(container)
        name, added = self._subject.name.lower(), added_hosts(fact)
        if name in added:
            # As it was typed: with Docker Desktop, `host-gateway` becomes an address that is none of the machine's.
            return added[name]
        known = read_hosts(self._subject.machine, fact, wanted=name)
        if name in known and name in {alias.lower() for alias in fact.links}:
            return known[name]
        if name in known:
            raise CheckFailed("host-by-hand", name=fact.name, host=self._subject.name, address=known[name])
        near = difflib.get_close_matches(name, added, n=1)
        if near:
            raise CheckFailed("host-misspelt", name=fact.name, host=self._subject.name, near=near[0])
        raise CheckFailed("host-missing", name=fact.name, host=self._subject.name)


def _answers_at(machine: Machine, client: ContainerFact, address: str) -> bool:
    """True if a published container of the exercise answers at that address: its own log shows the request.

    For machines whose addresses cannot be seen from here: laptops on which the engine runs in a virtual machine, and
    machines behind TCP, where a program in the container asks. Raises `ProbeFailed` if the container has none.
    """
    for role in machine.spec.ports:
        fact = find_container(machine.container(role))
        path = f"/.grader-{machine.nonce('host')}"
        answer = request_address(machine, client, address, machine.port(role), path)
        if isinstance(answer, Answer) and not isinstance(fact, NoContainer):
            log = read_log(machine, fact, fresh=True)
            if log and path.encode() in log:
                return True
    return False
