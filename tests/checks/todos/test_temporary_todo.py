"""A temporary todo, added on the page."""

from __future__ import annotations

import pytest

from grader.checks.todos.temporary_todo import TemporaryTodo
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.machine.temporary_files import new_nonce
from tests.checks.fake_machine import fails_with
from tests.checks.fake_todos import FakeTodos


def test_a_todo_is_put_in_told_and_taken_away() -> None:
    lab = FakeTodos()
    todos = lab.subject()
    with TemporaryTodo(todos) as todo:
        assert todo.text == ".grader-nonce-todo"
        assert lab.todos == {"1": "buy milk", "t1": todo.text}
        assert isinstance(todo.answer, Answer)
        assert todo.answer.status == 200
        assert todo.is_in(lab.list(HttpQuestion(8082, "/todos")))  # type: ignore[arg-type]
    assert lab.todos == {"1": "buy milk"}


def test_it_is_told_by_a_good_answer_alone() -> None:
    todo = TemporaryTodo(FakeTodos().subject())
    assert todo.is_in(Answer(200, b"x .grader-nonce-todo"))
    assert not todo.is_in(Answer(500, b".grader-nonce-todo"))
    assert not todo.is_in(Answer(200, b".grader-nonce"))


def test_todos_of_runs_that_were_killed_go_with_it_and_others_stay() -> None:
    living = f".grader-{new_nonce()}"
    dead = living.replace(f"-{living.split('-')[2]}-", "-9999999999-")
    lab = FakeTodos()
    lab.todos |= {"mine": living, "dead": dead, "like": dead.removeprefix(".grader-"), "other": ".grader-of somebody"}
    with TemporaryTodo(lab.subject()):
        pass
    assert set(lab.todos) == {"1", "mine", "like", "other"}


def test_an_id_is_quoted_in_the_path() -> None:
    lab = FakeTodos()
    with TemporaryTodo(lab.subject()) as todo:
        lab.todos = {"a/b?c": todo.text}
    removed = [one.path for one in lab.questions if isinstance(one, HttpQuestion) and one.method == "POST"]
    assert removed == ["/", "/delete/a%2Fb%3Fc"]


@pytest.mark.parametrize("told", [NoAnswer("refused"), Answer(500, b'[{"id": "t1", "text": ".grader-nonce-todo"}]')])
def test_without_the_list_nothing_is_removed(told: Answer | NoAnswer) -> None:
    lab = FakeTodos()
    lab.sites["172.18.0.3:8082"] = told
    with TemporaryTodo(lab.subject()):
        pass
    assert not [one for one in lab.questions if isinstance(one, HttpQuestion) and "/delete" in one.path]


def test_an_api_that_went_away_meanwhile_does_no_harm() -> None:
    lab = FakeTodos()
    todos = lab.subject()
    with TemporaryTodo(todos):
        lab.fake_containers.remove(lab.api)
        todos.machine.clear_answers()
    assert len(lab.todos) == 2


def test_a_page_that_went_away_meanwhile_does_no_harm() -> None:
    lab = FakeTodos()
    todos = lab.subject()
    with TemporaryTodo(todos):
        lab.app.set_state("exited", ExitCode=1)
        todos.machine.clear_answers()


def test_nothing_is_put_in_where_the_page_does_not_run_or_is_not_published() -> None:
    lab = FakeTodos()
    lab.app.set_state("exited", ExitCode=1)
    with fails_with("container-exited"), TemporaryTodo(lab.subject()):
        pass
    lab = FakeTodos()
    lab.app.raw["NetworkSettings"]["Ports"] = lab.app.raw["HostConfig"]["PortBindings"] = {}
    with fails_with("port-not-published"), TemporaryTodo(lab.subject()):
        pass


def test_it_is_put_in_at_the_address_that_the_page_is_published_on() -> None:
    lab = FakeTodos()
    lab.app.raw["NetworkSettings"]["Ports"] = {"7777/tcp": [{"HostIp": "192.0.2.7", "HostPort": "4002"}]}
    with TemporaryTodo(lab.subject()):
        pass
    posted = [one for one in lab.questions if isinstance(one, HttpQuestion) and one.method == "POST"]
    assert {one.host for one in posted} == {"192.0.2.7"}
