"""A student's misbehaving sites, each in a container that is otherwise as the handout asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults import servers
from tests.student_shell import TP2_SITE_MOUNT

if TYPE_CHECKING:
    from tests.student_shell import StudentShell

SERVERS_FILE = Path(servers.__file__)


@dataclass(frozen=True)
class SiteFault:
    name: str
    """As in `SITES`."""
    code: str
    """The first diagnosis that the student reads."""

    def bring_up(self, student: StudentShell) -> None:
        """Needs the image `python:alpine`; it is tagged nginx, since another image is a mistake of its own."""
        student.run_shell("docker tag python:alpine nginx:hostile")
        student.do_tp2(
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} -v {SERVERS_FILE}:/servers.py:ro "
            f"nginx:hostile python3 /servers.py '{self.name}'"
        )
        student.run_shell("until docker exec web grep -q ':0050 ' /proc/net/tcp; do sleep 0.1; done")


SITE_FAULTS = (
    SiteFault("endless body", "not-served"),
    SiteFault("endless chunks", "not-served"),
    SiteFault("one byte a second", "site-silent"),
    SiteFault("one byte of the head a second", "site-silent"),
    SiteFault("silent", "site-silent"),
    SiteFault("compressed bomb", "not-served"),
    SiteFault("bomb in a bomb", "site-not-http"),
    SiteFault("thousands of headers", "site-not-http"),
    SiteFault("endless headers", "site-not-http"),
    SiteFault("endless header line", "site-not-http"),
    SiteFault("cut-off body", "site-silent"),
    SiteFault("hangs up", "site-silent"),
    SiteFault("not HTTP", "site-not-http"),
    SiteFault("binary", "site-not-http"),
    SiteFault("broken chunks", "site-not-http"),
    SiteFault("redirect elsewhere", "not-served"),
    SiteFault("redirect to a file", "not-served"),
    SiteFault("redirect without end", "site-silent"),
    SiteFault("broken Location", "not-served"),
    SiteFault("hostile headers", "not-served"),
)
