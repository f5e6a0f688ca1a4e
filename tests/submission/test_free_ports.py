"""A port that another program has before the bring-up is nobody's zero."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from grader.submission import free_ports
from grader.submission.free_ports import require_free_ports
from grader.submission.infrastructure_failure import InfrastructureFailed
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.submission.repositories import RepositoryBench

TP2 = ROOT / "exercises" / "tp2"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_ports, "_RELEASE_S", 0.2)


@pytest.mark.parametrize(("host", "address"), [("", "127.0.0.1"), ("", "::1"), ("127.0.0.1", "127.0.0.1")])
def test_a_port_that_answers_is_in_use_until_it_is_closed(host: str, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as server:
        port = server.getsockname()[1]
        with pytest.raises(InfrastructureFailed) as failed:
            require_free_ports(host, [port])
    assert (failed.value.code, failed.value.values) == ("port-in-use", {"port": str(port)})
    require_free_ports(host, [port])


def test_no_ports_are_free() -> None:
    require_free_ports("192.0.2.1", [])


@pytest.mark.live
@pytest.mark.long
def test_the_same_repository_has_no_mark_while_another_program_has_its_port_and_its_own_mark_afterwards(
    bench: RepositoryBench, images: Callable[..., None]
) -> None:
    images("nginx")
    root = bench.repository({"tp2/up.sh": "docker run -d --name web -p 4000:80 nginx\necho done\n"})
    before = bench.engine_state()
    with socket.create_server(("0.0.0.0", 4000)):  # noqa: S104  # as a program of the machine's would have it
        code, result = bench.run_repo(root, exercise=TP2)
    assert (code, result.mark, result.reason_code) == (6, None, "port-in-use")
    assert result.reason == {
        "en": "port 4000 was in use before the submission was brought up, which is not the student's fault",
        "fr": "le port 4000 était déjà pris avant le lancement du rendu, ce qui n'est pas la faute de l'étudiant",
    }
    assert bench.engine_state() == before
    code, result = bench.run_repo(root, exercise=TP2)
    assert (code, result.mark) == (1, 11.0)
