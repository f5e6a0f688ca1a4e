"""Compose projects graded behind TCP: what the engine alone shows is judged, what the compose file says is not."""

from __future__ import annotations

import shutil
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.student_shell import ROOT, verdicts_by_check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lab import Engine
    from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.long]


@contextmanager
def engine_over_tcp(engine: Engine) -> Iterator[str]:
    """The address of that engine behind TCP."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve(client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as behind:
            behind.connect(engine.url.removeprefix("unix://"))
            back = threading.Thread(target=pump, args=(behind, client), daemon=True)
            back.start()
            pump(client, behind)
            back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(front.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as front:
        threading.Thread(target=accept, daemon=True).start()
        yield f"tcp://127.0.0.1:{front.getsockname()[1]}"
        front.shutdown(socket.SHUT_RDWR)


def bring_up(student: StudentShell, exercise: str, folder: str) -> None:
    """The reference, as `grader rehearse` brings it up."""
    student.exercise = ROOT / "exercises" / exercise
    work = student.home / folder
    shutil.copytree(student.exercise / "solutions" / "reference", work)
    student.run_shell(f"cd {work} && MATERIAL={student.exercise / 'material'} bash up.sh", limit_s=300)


def test_of_tp6_the_file_alone_is_not_judged(student: StudentShell, images: Callable[..., None]) -> None:
    images("mvertes/alpine-mongo", "python:alpine")
    bring_up(student, "tp6", "todos")
    with engine_over_tcp(student.engine) as url:
        scorecard = student.grade(disposable=True, url=url)
    others = {name: verdict for name, verdict in verdicts_by_check(scorecard).items() if verdict != "passed"}
    assert others == {
        "test_file_is_what_runs": "error compose-elsewhere",
        "test_todo_survives_down_and_up": "error compose-elsewhere",
    }
    assert sum(row.points for row in scorecard) == 15
    assert sum(row.points for row in student.grade(disposable=True)) == 20, "the control: on the machine itself"


def test_of_tp7_all_is_judged(student: StudentShell, images: Callable[..., None]) -> None:
    images("python:alpine", "redis:alpine", "haproxy")
    bring_up(student, "tp7", "tp7")
    with engine_over_tcp(student.engine) as url:
        scorecard = student.grade(disposable=True, url=url)
    assert {name: verdict for name, verdict in verdicts_by_check(scorecard).items() if verdict != "passed"} == {}
