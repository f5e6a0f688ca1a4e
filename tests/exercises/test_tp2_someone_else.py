"""On the student's port somebody else answers: what comes back is no proof, whatever the container's settings say."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.desk import SITE, verdicts
from tests.lab.process import ended, wait_until

if TYPE_CHECKING:
    from tests.desk import Desk

pytestmark = pytest.mark.live

ON_IPV6_ALONE = f"docker run -d --name web -p '[::]:4000:80' {SITE} nginx"


def test_another_container_on_the_same_port_of_ipv4(desk: Desk) -> None:
    """It serves the very same folder: the pages are right, only the container is not."""
    desk.do_tp2(f"{ON_IPV6_ALONE}\ndocker run -d --name other -p 0.0.0.0:4000:80 {SITE} nginx")
    loses_what_the_site_is_worth(desk)


def test_a_server_of_the_machine_itself(desk: Desk) -> None:
    desk.do_tp2(ON_IPV6_ALONE)
    folder = desk.home / "Docker" / "site"
    command = [sys.executable, "-m", "http.server", "4000", "--bind", "127.0.0.1", "--directory", str(folder)]
    with ended(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)):
        wait_until("a server of the machine on port 4000", answers, 10)
        loses_what_the_site_is_worth(desk)


def answers() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 4000), timeout=1).close()
    except OSError:
        return False
    return True


def loses_what_the_site_is_worth(desk: Desk) -> None:
    came = {name: verdict for name, verdict in verdicts(desk.grade()).items() if verdict != "passed"}
    assert came == {
        "test_site_answers": "failed someone-else-answers",
        "test_dropped_page_is_served": "blocked blocked",
        "test_index_is_your_own": "blocked blocked",
    }
