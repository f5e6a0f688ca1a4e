"""Why a todo does not arrive: the nearest cause first."""

from __future__ import annotations

import pytest

from grader.checks.todos.diagnosis import diagnose_api_error, diagnose_page_error, diagnose_page_no_answer
from grader.machine.question import Answer, NoAnswer
from tests.checks.fake_todos import SPEC, FakeTodos

API = "172.18.0.3:8082"


# --- a page that does not answer -------------------------------------------------------------------------------------


def test_on_an_internal_network_nothing_is_published() -> None:
    lab = FakeTodos()
    lab.networks = [{"Id": "n", "Name": "todos-net", "Internal": True}, {"Id": "m", "Name": "open"}]
    mistake = diagnose_page_no_answer(lab.subject(), NoAnswer("refused"))
    assert (mistake.code, mistake.values) == ("network-internal", {"name": "todos-app", "network": "todos-net"})


def test_one_open_network_is_enough() -> None:
    lab = FakeTodos()
    lab.networks = [{"Id": "n", "Name": "todos-net", "Internal": True}]
    lab.app.raw["NetworkSettings"]["Networks"] = {"todos-net": None, "open": None}
    assert diagnose_page_no_answer(lab.subject(), NoAnswer("refused")).code == "site-silent"


def test_no_network_at_all_is_no_internal_one() -> None:
    lab = FakeTodos()
    lab.networks = []
    lab.app.raw["NetworkSettings"]["Networks"] = {}
    assert diagnose_page_no_answer(lab.subject(), NoAnswer("refused")).code == "no-common-network"


def test_a_page_may_wait_for_a_name_that_nobody_has() -> None:
    lab = FakeTodos(API_URL="nobody:8082")
    assert diagnose_page_no_answer(lab.subject(), NoAnswer("timeout")).code == "looks-elsewhere"
    lab.app.listens = ()
    mistake = diagnose_page_no_answer(lab.subject(), NoAnswer("timeout"))
    assert (mistake.code, mistake.values["inside"]) == ("nothing-listens-inside", "7777")
    assert diagnose_page_no_answer(FakeTodos().subject(), NoAnswer("timeout")).code == "site-silent"


# --- a page with an error --------------------------------------------------------------------------------------------


def test_a_page_that_looks_elsewhere_is_told_so_first() -> None:
    lab = FakeTodos(API_URL="nobody:8082", MONGO="nobody:27017")
    assert diagnose_page_error(lab.subject(), Answer(500)).values["variable"] == "API_URL"


@pytest.mark.parametrize("told", [NoAnswer("refused"), Answer(500)])
def test_behind_a_page_that_fails_may_be_an_api_that_fails(told: Answer | NoAnswer) -> None:
    lab = FakeTodos(MONGO="nobody:27017")
    lab.sites[API] = told
    assert diagnose_page_error(lab.subject(), Answer(500)).values["variable"] == "MONGO"


def test_a_url_in_the_place_of_a_name_is_why_a_page_fails() -> None:
    lab = FakeTodos(API_URL="http://todos-api:8082/")
    mistake = diagnose_page_error(lab.subject(), Answer(500, b"Traceback" + b"x" * 300))
    assert mistake.code == "url-not-place"
    assert mistake.evidence == ("Traceback" + "x" * 191,)


@pytest.mark.parametrize(
    ("status", "code"), [(404, "page-not-todos"), (499, "page-not-todos"), (500, "site-error"), (503, "site-error")]
)
def test_a_page_of_something_else_is_told_from_an_error(status: int, code: str) -> None:
    lab = FakeTodos()
    lab.app.log = b"a\nb\nc\nd\n"
    mistake = diagnose_page_error(lab.subject(), Answer(status))
    assert (mistake.code, mistake.evidence) == (code, ("b", "c", "d"))
    assert mistake.values == {"name": "todos-app", "port": "4002", "status": str(status)}


# --- an API with an error --------------------------------------------------------------------------------------------


def test_an_api_that_looks_elsewhere_is_told_so_first() -> None:
    assert diagnose_api_error(FakeTodos(MONGO="nobody:1").subject(), NoAnswer("refused")).code == "looks-elsewhere"


def test_silence_of_the_api_is_explained_by_what_listens_there() -> None:
    lab = FakeTodos()
    mistake = diagnose_api_error(lab.subject(), NoAnswer("refused"))
    assert (mistake.code, mistake.values["port"], mistake.values["name"]) == ("site-silent", "8082", "todos-api")
    lab.api.listens = ("127.0.0.1:8082",)
    assert diagnose_api_error(lab.subject(), NoAnswer("refused")).code == "listens-on-loopback-inside"


def test_the_port_that_is_told_is_the_machines_where_the_api_is_published() -> None:
    ports = {"app": {"port": 4002, "offset": 2}, "api": {"port": 4001, "offset": 1}}
    assert diagnose_api_error(FakeTodos().subject(ports=ports), NoAnswer("refused")).values["port"] == "4001"


def test_an_api_without_a_port_in_the_spec_is_asked_on_80() -> None:
    containers = SPEC["containers"] | {"api": {"name": "todos-api"}}
    lab = FakeTodos()
    lab.api.raw["NetworkSettings"]["Ports"] = {"8082/tcp": [{"HostPort": "80"}]}
    assert diagnose_api_error(lab.subject(containers=containers), NoAnswer("refused")).values["port"] == "80"


def test_a_database_that_nobody_can_reach_is_why_the_api_fails() -> None:
    lab = FakeTodos()
    lab.mongo.listens = ("127.0.0.1:27017",)
    mistake = diagnose_api_error(lab.subject(), Answer(500, b"x" * 300))
    assert (mistake.code, mistake.values["name"]) == ("listens-on-loopback-inside", "todos-mongo")
    assert mistake.evidence == ("x" * 200,)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (399, "api-without-database"),
        (400, "api-not-todos"),
        (499, "api-not-todos"),
        (500, "api-without-database"),
        (200, "api-without-database"),
    ],
)
def test_what_the_api_says_tells_a_wrong_program_from_one_without_its_database(status: int, code: str) -> None:
    lab = FakeTodos()
    lab.api.log = b"a\nb\nc\nd\n"
    mistake = diagnose_api_error(lab.subject(), Answer(status, b"said" * 100))
    assert mistake.code == code
    assert mistake.values == {"name": "todos-api", "database": "todos-mongo", "status": str(status)}
    assert mistake.evidence == (("said" * 100)[:200], "b", "c", "d")


def test_below_500_the_database_is_not_looked_at() -> None:
    lab = FakeTodos()
    lab.mongo.listens = ()
    assert diagnose_api_error(lab.subject(), Answer(499)).code == "api-not-todos"
    assert diagnose_api_error(lab.subject(), Answer(500)).code == "nothing-listens-inside"


# --- a database that asks for a password -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "command", "variable"),
    [
        ({"MONGO_INITDB_ROOT_USERNAME": "root", "MONGO_INITDB_ROOT_PASSWORD": "x"}, (), "MONGO_INITDB_ROOT_PASSWORD"),
        ({"MONGO_INITDB_ROOT_PASSWORD_FILE": "/run/secrets/x"}, (), "MONGO_INITDB_ROOT_PASSWORD_FILE"),
        ({"MONGODB_ROOT_PASSWORD": "x"}, (), "MONGODB_ROOT_PASSWORD"),
        ({}, ("docker-entrypoint.sh", "mongod", "--auth"), "--auth"),
        ({}, ("/bin/sh", "-c", "mongod --auth --bind_ip_all"), "--auth"),
        ({"MONGO_INITDB_ROOT_USERNAME": "", "MONGO_INITDB_ROOT_PASSWORD": ""}, ("mongod",), ""),
        ({"MONGO_INITDB_DATABASE": "todos"}, ("mongod", "--authenticationDatabase"), ""),
    ],
)
def test_a_database_that_lets_nobody_in_is_told(env: dict[str, str], command: tuple[str, ...], variable: str) -> None:
    lab = FakeTodos()
    lab.mongo.raw["Config"]["Env"] = [f"{name}={value}" for name, value in env.items()]
    if command:
        lab.mongo.raw |= {"Path": command[0], "Args": list(command[1:])}
    mistake = diagnose_api_error(lab.subject(), Answer(500, b"Command insert requires authentication"))
    if not variable:
        assert mistake.code == "api-without-database"
        return
    values = {"name": "todos-mongo", "api": "todos-api", "variable": variable}
    assert (mistake.code, mistake.values) == ("database-wants-password", values)
    assert mistake.evidence[0] == "Command insert requires authentication"


def test_one_that_asks_for_a_password_but_does_not_listen_does_not_listen() -> None:
    lab = FakeTodos()
    lab.mongo.raw["Config"]["Env"] = ["MONGO_INITDB_ROOT_PASSWORD=x"]
    lab.mongo.listens = ()
    assert diagnose_api_error(lab.subject(), Answer(500)).code == "nothing-listens-inside"
