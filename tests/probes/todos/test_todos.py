"""The todos in the API's JSON, in whatever shape a school's own API gives it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.probes.todos.todos import ask_api, parse_todos
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import mangle, many_examples
from tests.scripted_machine import ScriptedAnswers, exercise_spec, scripted_machine


@pytest.mark.parametrize(
    ("body", "todos"),
    [
        (b'[{"id": "1", "text": "pain"}]', {"1": "pain"}),
        (b'{"todos": [{"id": 7, "text": "pain", "done": false}], "count": 1}', {"7": "pain"}),
        (b'{"id": "1", "text": "seul"}', {"1": "seul"}),
        (b'[{"_id": "1", "text": "pain"}]', {}),
        (b"[]", {}),
        (b"<html>", {}),
        (b"\xff", {}),
        (b"[" * 100_000, {}),
    ],
)
def test_todos_are_found_wherever_they_stand(body: bytes, todos: dict[str, str]) -> None:
    assert parse_todos(body, "id", "text") == todos


@pytest.mark.parametrize(
    ("todo", "read"),
    [
        ({"id": None, "text": True}, {"None": "True"}),
        ({"id": [1], "text": {"a": 1}}, {"[1]": "{'a': 1}"}),
        ({"id": "\ud83d", "text": "coup\ud83d"}, {"?": "coup?"}),
        ({"id": 10**400, "text": ""}, {str(10**400): ""}),
        ({"id": "1"}, {}),
        ({"text": "pain"}, {}),
    ],
)
def test_an_odd_todo_is_read_as_words_that_can_be_written_down(todo: dict[str, Any], read: dict[str, str]) -> None:
    assert parse_todos(json.dumps(todo).encode(), "id", "text") == read


def test_a_number_of_thousands_of_digits_is_no_json_that_can_be_read() -> None:
    assert parse_todos(b'[{"id": ' + b"9" * 5000 + b', "text": "x"}]', "id", "text") == {}


def test_a_todo_below_what_is_none_is_found_and_one_below_a_todo_is_not() -> None:
    body = {"a": [{"b": {"id": 1, "text": "x", "sub": {"id": 2, "text": "y"}}}, {"id": 3, "text": "z"}], "c": None}
    assert parse_todos(json.dumps(body).encode(), "id", "text") == {"1": "x", "3": "z"}


@many_examples
@given(mangle({"todos": [{"id": 7, "text": "pain"}, {"id": "8", "text": "lait"}]}))
def test_any_json_is_todos_or_none(body: Any) -> None:
    todos = parse_todos(json.dumps(body).encode(), "id", "text")
    assert all((number + text).encode() is not None for number, text in todos.items())


CONTAINERS = {"app": {"name": "a"}, "api": {"name": "api", "port": 8082}, "mongo": {"name": "m"}}
TODOS = {
    "mongo_variable": "MONGO", "api_variable": "API", "list": "/todos", "id": "id", "text": "text", "page": "/",
    "field": "text", "remove": "/{id}",
}  # fmt: skip
APP = {"app": {"port": 4002, "offset": 2}}
API = parse_inspect("api", networks={"n": {"IPAddress": "172.18.0.3"}})


def asked(link: ScriptedAnswers, ports: dict[str, Any], containers: dict[str, Any] = CONTAINERS) -> Answer | NoAnswer:
    spec = exercise_spec(todos=TODOS, containers=containers, ports=ports)
    return ask_api(scripted_machine(link, spec, passive=True).todos(), API)


def test_an_api_that_the_spec_publishes_is_asked_at_its_port_each_time() -> None:
    link = ScriptedAnswers({"http :4001/todos": b"[]"})
    answer = asked(link, APP | {"api": {"port": 4001, "offset": 1}})
    assert isinstance(answer, Answer)
    assert link.questions == [HttpQuestion(4001, "/todos")]


def test_one_that_it_does_not_is_asked_at_its_own() -> None:
    link = ScriptedAnswers({"http 172.18.0.3:8082/todos": b"[]"})
    assert isinstance(asked(link, APP), Answer)


def test_one_whose_port_the_spec_leaves_open_is_asked_at_that_of_http() -> None:
    link = ScriptedAnswers({"http 172.18.0.3:80/todos": NoAnswer("refused")})
    assert asked(link, APP, CONTAINERS | {"api": {"name": "api"}}) == NoAnswer("refused")
