"""Another program answers on the student's port: its answer is no proof, whatever the container's settings say."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.lab.process import ending, wait_until
from tests.student_shell import TP2_SITE_MOUNT, verdicts_by_check

if TYPE_CHECKING:
    from tests.student_shell import StudentShell

pytestmark = pytest.mark.live

ON_IPV6_ALONE = f"docker run -d --name web -p '[::]:4000:80' {TP2_SITE_MOUNT} nginx"


def test_another_container_on_the_same_port_of_ipv4(student: StudentShell) -> None:
    """It serves the same folder: the pages are right, but not the container."""
    student.do_tp2(f"{ON_IPV6_ALONE}\ndocker run -d --name other -p 0.0.0.0:4000:80 {TP2_SITE_MOUNT} nginx")
    assert_site_points_are_lost(student)


def test_a_server_of_the_machine_itself(student: StudentShell) -> None:
    student.do_tp2(ON_IPV6_ALONE)
    folder = student.home / "Docker" / "site"
    command = [sys.executable, "-m", "http.server", "4000", "--bind", "127.0.0.1", "--directory", str(folder)]
    with ending(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)):
        wait_until("a server of the machine on port 4000", is_port_4000_open, 10)
        assert_site_points_are_lost(student)


def is_port_4000_open() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 4000), timeout=1).close()
    except OSError:
        return False
    return True


def assert_site_points_are_lost(student: StudentShell) -> None:
    came = {name: verdict for name, verdict in verdicts_by_check(student.grade()).items() if verdict != "passed"}
    assert came == {
        "test_site_answers": "failed someone-else-answers",
        "test_dropped_page_is_served": "blocked blocked",
        "test_index_is_your_own": "blocked blocked",
    }
