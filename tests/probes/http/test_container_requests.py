"""HTTP to a container's own port: from the machine if possible, otherwise by a program inside."""

from __future__ import annotations

from typing import Any

import pytest

from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.probes.http.container_requests import request_container
from tests.probes.inspect_answers import parse_inspect
from tests.scripted_machine import ScriptedAnswers, exec_answers, scripted_machine

PLACES = {"a": {"IPAddress": "172.18.0.3"}, "b": {"IPAddress": "172.19.0.3"}, "c": {"IPAddress": "172.20.0.3"}}
API = parse_inspect("api", networks=PLACES)
NOWHERE = parse_inspect("api")
URL = "http://172.18.0.3:8082/todos"
CURL = ("curl", "--silent", "--fail", "--show-error", "--max-time", "5")
WGET = ("wget", "-q", "-T", "5", "-O", "-")
PYTHON = ("python3", "-c", "import sys,urllib.request as r;print(r.urlopen(sys.argv[1],timeout=5).read().decode())")
TIMEOUT = NoAnswer("timeout", "no route")
UNREACHED = {f"http 172.{n}.0.3:8082/todos": TIMEOUT for n in (18, 19, 20)}
NO_CURL = exec_answers("api-id", *CURL, URL, err=b"not found", code=127)
NO_WGET = exec_answers("api-id", *WGET, URL, code=126)


def test_the_machine_asks_where_it_reaches_its_containers() -> None:
    link = ScriptedAnswers({"http 172.18.0.3:8082/todos": b"[]"})
    answer = request_container(scripted_machine(link), API, 8082, "/todos")
    assert isinstance(answer, Answer)
    assert answer.body == b"[]"
    assert link.questions == [HttpQuestion(8082, "/todos", host="172.18.0.3", within_s=5.0)]


def test_an_error_of_the_server_is_an_answer_too() -> None:
    link = ScriptedAnswers({"http 172.18.0.3:8082/": Answer(500)})
    assert request_container(scripted_machine(link), API, 8082) == Answer(500)


def test_a_second_address_is_tried_and_no_third() -> None:
    link = ScriptedAnswers(UNREACHED | {"http 172.19.0.3:8082/todos": b"[]"})
    assert isinstance(request_container(scripted_machine(link), API, 8082, "/todos"), Answer)
    link = ScriptedAnswers(UNREACHED | exec_answers("api-id", *CURL, URL, out=b"[]"))
    assert isinstance(request_container(scripted_machine(link), API, 8082, "/todos"), Answer)
    assert "http 172.20.0.3:8082/todos" not in link.question_keys


def test_it_is_never_answered_from_memory() -> None:
    link = ScriptedAnswers({"http 172.18.0.3:8082/todos": b"[]"})
    machine = scripted_machine(link)
    request_container(machine, API, 8082, "/todos")
    request_container(machine, API, 8082, "/todos")
    assert len(link.questions) == 2


def test_one_that_refuses_is_not_asked_from_inside_where_the_machine_reached_a_container() -> None:
    refused = NoAnswer("refused", "connection refused")
    others = {f"http 172.{number}.0.3:8082/todos": refused for number in (18, 19)}
    link = ScriptedAnswers(others | {"http 172.18.0.3:80/": b"up"} | exec_answers("api-id", *CURL, URL, out=b"[]"))
    machine = scripted_machine(link)
    assert request_container(machine, API, 8082, "/todos") == Answer(200, b"[]")
    request_container(machine, API, 80)
    assert request_container(machine, API, 8082, "/todos") == refused


def test_one_that_does_not_answer_is_asked_from_inside_all_the_same() -> None:
    """As a container on a macvlan network, which the machine does not reach while it reaches others."""
    entries = UNREACHED | {"http 172.18.0.3:80/": b"up"} | exec_answers("api-id", *CURL, URL, out=b"[]")
    machine = scripted_machine(entries)
    request_container(machine, API, 80)
    assert request_container(machine, API, 8082, "/todos") == Answer(200, b"[]")


def test_an_engine_behind_tcp_has_its_containers_asked_from_inside_alone() -> None:
    link = ScriptedAnswers(exec_answers("api-id", *CURL, URL, out=b"[]"), host="10.0.0.7")
    assert request_container(scripted_machine(link), API, 8082, "/todos") == Answer(200, b"[]")
    assert not any(key.startswith("http") for key in link.question_keys)


@pytest.mark.parametrize(
    ("entries", "body"),
    [
        (exec_answers("api-id", *CURL, URL, out=b"by curl"), b"by curl"),
        (NO_CURL | exec_answers("api-id", *WGET, URL, out=b"by wget"), b"by wget"),
        (NO_CURL | NO_WGET | exec_answers("api-id", *PYTHON, URL, out=b"by python\n"), b"by python\n"),
    ],
)
def test_the_first_program_that_is_there_asks(entries: dict[Any, Any], body: bytes) -> None:
    assert request_container(scripted_machine(UNREACHED | entries), API, 8082, "/todos") == Answer(200, body)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"curl: (22) The requested URL returned error: 503\n", 503),
        (b"wget: server returned error: HTTP/1.1 404 Not Found\n", 404),
        (b"wget: server returned error: HTTP/1.0 404 Not Found\n", 404),
        (b"urllib.error.HTTPError: HTTP Error 500: INTERNAL SERVER ERROR\n", 500),
    ],
)
def test_the_status_is_read_from_what_the_program_says(said: bytes, status: int) -> None:
    entries = UNREACHED | exec_answers("api-id", *CURL, URL, out=b"not this", err=said, code=22)
    assert request_container(scripted_machine(entries), API, 8082, "/todos") == Answer(status)


def test_what_says_no_status_was_not_answered() -> None:
    entries = UNREACHED | exec_answers("api-id", *CURL, URL, err=b"curl: (7) Failed:\x1b refused 4040", code=7)
    assert request_container(scripted_machine(entries), API, 8082, "/todos") == NoAnswer(
        "refused", "curl: (7) Failed:\\x1b refused 4040"
    )


def test_a_program_that_is_there_and_fails_is_the_last_one_asked() -> None:
    link = ScriptedAnswers(UNREACHED | exec_answers("api-id", *CURL, URL, code=28))
    request_container(scripted_machine(link), API, 8082, "/todos")
    assert sum(key.endswith("/exec") for key in link.question_keys) == 1


def test_where_no_program_is_there_what_the_machine_saw_counts() -> None:
    entries = UNREACHED | NO_CURL | NO_WGET | exec_answers("api-id", *PYTHON, URL, code=127)
    assert request_container(scripted_machine(entries), API, 8082, "/todos") == TIMEOUT


def test_so_it_does_where_nothing_may_be_run() -> None:
    assert request_container(scripted_machine(UNREACHED, passive=True), API, 8082, "/todos") == TIMEOUT
    assert (
        request_container(
            scripted_machine(UNREACHED | {"POST /containers/api-id/exec": Answer(409)}), API, 8082, "/todos"
        )
        == TIMEOUT
    )


def test_one_without_an_address_is_asked_at_its_own_loopback() -> None:
    entries = exec_answers("api-id", *CURL, "http://127.0.0.1:80/", out=b"x")
    assert request_container(scripted_machine(entries), NOWHERE, 80) == Answer(200, b"x")
    assert request_container(scripted_machine(passive=True), NOWHERE, 80) == NoAnswer(
        "unresolved", "api has no address"
    )


def test_an_ipv6_address_stands_in_brackets_inside() -> None:
    six = parse_inspect("api", networks={"a": {"GlobalIPv6Address": "2001:db8::3"}})
    entries = {"http 2001:db8::3:80/": TIMEOUT} | exec_answers("api-id", *CURL, "http://[2001:db8::3]:80/", out=b"x")
    assert request_container(scripted_machine(entries), six, 80) == Answer(200, b"x")
