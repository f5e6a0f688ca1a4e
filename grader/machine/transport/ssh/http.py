"""Sites of a machine over SSH, as a browser on that machine would see them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.errors import MachineUnreachable
from grader.machine.local_addresses import literal_address, parse_bridge_networks, parse_fib_trie, parse_if_inet6
from grader.machine.question import Answer, EngineQuestion, FileQuestion, HttpQuestion, NoAnswer
from grader.machine.transport.http import SiteClient

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.local_addresses import Address
    from grader.machine.transport.ssh.engine import SshEngine
    from grader.machine.transport.ssh.files import SshFiles
    from grader.machine.transport.ssh.master import SshMaster

_NOT_THERE: Final = re.compile(r"timed out|[Nn]o route|unreachable")


class SshSiteClient:
    """Each port is reached through a socket in our private folder.

    A SOCKS proxy (`-D`) would save a request, but it listens on a port: every account of this computer could
    reach the machine through it.
    """

    def __init__(self, master: SshMaster, engine: SshEngine, files: SshFiles) -> None:
        self._master = master
        self._engine = engine
        self._files = files
        self._tunnels: dict[tuple[str, int], Path] = {}
        self._own: set[Address] = set()
        self._client = SiteClient(socket_for=self._tunnel, is_own=self._is_own)

    def ask(self, question: HttpQuestion) -> Answer | NoAnswer:
        """Answers like `SiteClient`. Raises `MachineUnreachable` if the connection failed rather than the site."""
        address = literal_address(question.host or "127.0.0.1")
        if address and (address.is_loopback or self._is_own(address)):
            self._tunnel(str(address), question.port)  # not on the site's time
        size_before = self._master.stderr_size
        got = self._client.ask(question)
        if not isinstance(got, NoAnswer) or got.reason in {"not-http", "redirect", "no-access"}:
            return got
        # A missing answer is the student's failure only if the connection works.
        self._engine.ask(EngineQuestion("/_ping"))
        return explain_refusal(got, self._master.forwarding_refusal(size_before), self._master.where)

    def _tunnel(self, host: str, port: int) -> Path:
        place = (host, port)
        if place not in self._tunnels:
            target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            self._tunnels[place] = self._master.forward(f"site{len(self._tunnels)}", target)
        return self._tunnels[place]

    def _is_own(self, address: Address) -> bool:
        """As for this computer, from the machine's own tables; without `/proc`, only its loopback.

        A gateway, or an account on a school server, must not be made to fetch what only it can reach.
        """
        if address in self._own:
            return True
        own = [*parse_fib_trie(self._read("fib_trie")), *parse_if_inet6(self._read("if_inet6"))]
        # Read each time: a project's network comes and goes with it.
        if str(address) in own or any(address in network for network in parse_bridge_networks(self._read("route"))):
            self._own.add(address)
        return address in self._own

    def _read(self, table: str) -> str:
        answer = self._files.ask(FileQuestion("read", f"/proc/net/{table}"))
        return answer.body.decode("ascii", "replace") if isinstance(answer, Answer) and answer.status == 200 else ""


def explain_refusal(got: NoAnswer, refusal: str, where: str) -> NoAnswer:
    """`got` with the reason that `sshd` gave for refusing the connection. Raises `MachineUnreachable`."""
    if "prohibited" in refusal:
        raise MachineUnreachable("ssh-no-forwarding", where=where, detail=refusal)
    if "refused" in refusal:
        return NoAnswer("refused", refusal)
    return NoAnswer("timeout", refusal) if _NOT_THERE.search(refusal) else got
