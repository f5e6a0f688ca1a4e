"""Sites of a machine behind `ssh`, as a browser on that machine would see them."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from grader.errors import MachineUnreachable
from grader.machine.question import EngineQuestion, HttpQuestion, NoAnswer
from grader.machine.sites import SiteClient

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.question import Answer
    from grader.machine.ssh.engine import SshEngine
    from grader.machine.ssh.master import SshMaster

__all__ = ["SshSites", "explained"]

_NOT_THERE: Final = re.compile(r"timed out|[Nn]o route|unreachable")


class SshSites:
    """Each port is reached through a socket in our private folder.

    A SOCKS proxy (`-D`) would take one request fewer, but it listens on a port: every account of this computer could
    go through it to the machine.
    """

    def __init__(self, master: SshMaster, engine: SshEngine) -> None:
        self._master = master
        self._engine = engine
        self._tunnels: dict[tuple[str, int], Path] = {}
        self._client = SiteClient(through=self._tunnel)

    def ask(self, question: HttpQuestion) -> Answer | NoAnswer:
        """As `SiteClient` answers. Raises `MachineUnreachable` where it is the connection that failed, not the site."""
        self._tunnel(question.host or "127.0.0.1", question.port)  # not on the site's time
        said = self._master.said
        got = self._client.ask(question)
        if not isinstance(got, NoAnswer) or got.reason in {"not-http", "redirect"}:
            return got
        # Silence is the student's only where the way to the machine is seen to work.
        self._engine.ask(EngineQuestion("/_ping"))
        return explained(got, self._master.refusal_since(said), self._master.where)

    def _tunnel(self, host: str, port: int) -> Path:
        ip = ipaddress.ip_address(host)  # `ssh` would expand other things
        place = (str(ip), port)
        if place not in self._tunnels:
            target = f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"
            self._tunnels[place] = self._master.forward(f"site{len(self._tunnels)}", target)
        return self._tunnels[place]


def explained(got: NoAnswer, refusal: str, where: str) -> NoAnswer:
    """`got`, with the reason that `sshd` gave for not making the connection. Raises `MachineUnreachable`."""
    if "prohibited" in refusal:
        raise MachineUnreachable("ssh-no-forwarding", where=where, detail=refusal)
    if "refused" in refusal:
        return NoAnswer("refused", refusal)
    return NoAnswer("timeout", refusal) if _NOT_THERE.search(refusal) else got
