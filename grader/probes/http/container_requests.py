"""HTTP requests to a container's own port, published or not, as another container of its network would send them."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from grader.errors import ProbeFailed
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.probes.containers.commands import run_in_container
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_TIMEOUT_S: Final = 5.0
_PYTHON: Final = "import sys,urllib.request as r;print(r.urlopen(sys.argv[1],timeout=5).read().decode())"
_CLIENTS: Final = (
    ("curl", "--silent", "--fail", "--show-error", "--max-time", "5"),
    ("wget", "-q", "-T", "5", "-O", "-"),
    ("python3", "-c", _PYTHON),
)
_STATUS: Final = re.compile(rb"(?:error:|HTTP Error|HTTP/1\.\d) (\d{3})")
"""How curl, busybox's wget and Python report the status."""


def request_container(machine: Machine, container: ContainerFact, port: int, path: str = "/") -> Answer | NoAnswer:
    """The answer to `GET path` of what listens on the port.

    The request is sent from the machine if it can reach its containers, as on Linux; otherwise, if the engine runs in a
    virtual machine, by a program in the container. Then an error has no body. If a container has answered the machine
    before, one that refuses is not ready: to ask from inside as well would take a busy machine seconds.
    """
    answer: Answer | NoAnswer = NoAnswer("unresolved", f"{container.name} has no address")
    # The networks of an engine behind TCP are on another computer: their addresses may be anyone's here.
    if not machine.transport.facts.host:
        for address in container.addresses[:2]:
            with suppress(ProbeFailed):  # the machine cannot reach the address, or no container has it
                answer = machine.ask_uncached(HttpQuestion(port, path, host=address, within_s=_TIMEOUT_S))
            if isinstance(answer, Answer):
                machine.reaches_containers = True
                return answer
    if machine.reaches_containers and isinstance(answer, NoAnswer) and answer.reason == "refused":
        return answer
    own = next(iter(container.addresses), "127.0.0.1")
    return _run_client(machine, container, own, port, path) or answer


def request_address(
    machine: Machine, container: ContainerFact, address: str, port: int, path: str
) -> Answer | NoAnswer | None:
    """What answers to `GET path` at any address; `None` if it is none of the machine's.

    Behind TCP a program in the container asks: from here only the engine's own host is asked, whatever the address.
    Raises `ProbeFailed` if the container has no such program.
    """
    if not machine.transport.facts.host:
        with suppress(ProbeFailed):  # none of the machine's addresses
            return machine.ask(HttpQuestion(port, path, host=address, within_s=2))
        return None
    answer = _run_client(machine, container, address, port, path)
    if answer is None:
        raise ProbeFailed("address-not-asked", address=escape_control_characters(address, 60), port=str(port))
    return answer


def _run_client(
    machine: Machine, container: ContainerFact, address: str, port: int, path: str
) -> Answer | NoAnswer | None:
    """What `GET path` gives to a program in the container; `None` if it has none that can ask."""
    host = f"[{address}]" if ":" in address else address
    url = f"http://{host}:{port}{path}"
    for client in _CLIENTS:
        result = run_in_container(machine, container.id, *client, url)
        if result is None:
            return None
        if result.exit_code in {126, 127}:
            continue
        if result.exit_code == 0:
            return Answer(200, result.stdout)
        status = _STATUS.search(result.stderr)
        return Answer(int(status[1])) if status else NoAnswer("refused", escape_control_characters(result.stderr, 160))
    return None
