"""A compose project taken down and brought up again."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.compose.recreation import recreate_project
from grader.machine.question import Answer, ComposeQuestion, NoAnswer
from tests.checks.fake_compose_project import COMPOSE_FILE, FakeComposeProject
from tests.checks.fake_engine_json import compose_labels, fake_container, fake_network
from tests.checks.fake_machine import fails_with, raises_probe_failed


class Cycle(FakeComposeProject):
    def __init__(self, *, leaves: int = 0, fails: dict[str, list[Answer | NoAnswer]] | None = None) -> None:
        super().__init__()
        self.leaves, self.fails = leaves, fails or {}
        self.compose |= {"down": self._down, "up": lambda: self._told("up")}
        self.brought_up = False

    def _down(self) -> Answer:
        answer: Answer = self._told("down")
        if isinstance(answer, Answer) and answer.status == 200:
            self.fake_containers = [one for one in self.fake_containers if one not in (self.api, self.app)]
            self.networks = [one for one in self.networks if one["Name"] != "todos_default"]
        return answer

    def _told(self, verb: str) -> Any:
        left = self.fails.get(verb)
        return left.pop(0) if left else Answer()

    def verbs(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(one.verb, one.profiles) for one in self.questions if isinstance(one, ComposeQuestion)]

    def run(self) -> None:
        recreate_project(self.machine().project())


def test_it_is_taken_down_and_brought_up_from_its_files() -> None:
    lab = Cycle()
    lab.run()
    assert lab.verbs() == [("config", ()), ("down", ()), ("up", ())]
    asked = [one for one in lab.questions if isinstance(one, ComposeQuestion)]
    assert {(one.project, one.folder, one.files) for one in asked} == {("todos", "/home/anna/todos", (COMPOSE_FILE,))}
    assert lab.total_wait_s == 0


def test_what_down_leaves_is_told_and_it_is_brought_up_all_the_same() -> None:
    lab = Cycle()
    lab.fake_containers.append(fake_container("todos-old-1", labels=compose_labels("old")))
    lab.networks.append(fake_network("todos_x", Labels={"com.docker.compose.project": "todos"}))
    with fails_with("down-leaves", project="todos", left="todos-old-1, todos_x"):
        lab.run()
    assert lab.verbs()[-1] == ("up", ())


def test_what_is_not_of_the_file_may_stay() -> None:
    lab = Cycle()
    one_off = compose_labels("api") | {"com.docker.compose.oneoff": "True"}
    lab.fake_containers += [
        fake_container("run", labels=one_off),
        fake_container("x", labels=compose_labels("old", "other")),
        fake_container("y"),
    ]
    lab.networks += [fake_network("bridge"), fake_network("z", Labels={"com.docker.compose.project": "other"})]
    lab.run()


def test_services_of_a_profile_that_run_are_brought_up_too() -> None:
    lab = Cycle()
    lab.services_in_file["app"]["profiles"] = ["front", "all"]
    lab.services_in_file["api"]["profiles"] = ["front"]
    lab.services_in_file["debug"] = {"image": "x", "profiles": ["debug"]}
    lab.fake_containers.append(fake_container("o", labels=compose_labels("debug", "other")))
    lab.run()
    assert lab.verbs() == [("config", ()), ("down", ()), ("up", ("front",))]


def test_a_file_that_compose_refuses_has_no_profiles() -> None:
    lab = Cycle()
    lab.config_error = b"bad"
    lab.run()
    assert lab.verbs()[-1] == ("up", ())


@pytest.mark.parametrize("verb", ["down", "up"])
def test_an_engine_under_load_gets_a_second_try_after_three_seconds(verb: str) -> None:
    lab = Cycle(fails={verb: [Answer(422, b"port in use")]})
    lab.run()
    assert lab.total_wait_s == 3
    assert [one for one, _ in lab.verbs()].count(verb) == 2


@pytest.mark.parametrize("verb", ["down", "up"])
def test_what_compose_refuses_twice_fails_in_its_words(verb: str) -> None:
    words = b"1\n2\n3\n4\n5\nno such image\n"
    lab = Cycle(fails={verb: [Answer(422, b"first"), Answer(422, words)]})
    with fails_with("compose-fails", verb=verb, detail="no such image") as found:
        lab.run()
    assert found[0].evidence == ("2", "3", "4", "5", "no such image")
    assert lab.verbs()[-1][0] == "up"


@pytest.mark.parametrize("verb", ["down", "up"])
def test_without_compose_it_is_no_failure(verb: str) -> None:
    lab = Cycle(fails={verb: [NoAnswer("timeout", "60 s")]})
    with raises_probe_failed("compose-not-at-hand", folder="/home/anna/todos", detail="timeout 60 s"):
        lab.run()
    assert lab.total_wait_s == 0


def test_what_was_seen_before_is_asked_anew() -> None:
    lab = Cycle()
    machine = lab.machine()
    machine.engine("/containers/json", all="1")
    recreate_project(machine.project())
    before = len(lab.questions)
    machine.engine("/containers/json", all="1")
    assert len(lab.questions) == before + 1
