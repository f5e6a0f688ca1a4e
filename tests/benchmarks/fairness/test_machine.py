"""The changed machine answers as a real engine does: unchanged, and after the mistakes that were recorded for real."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.fairness.judging import judge_by_checks
from benchmarks.fairness.listing import list_fields
from benchmarks.fairness.machine import ChangedMachine
from benchmarks.fairness.operators import OPERATORS
from benchmarks.fairness.state import read_state
from benchmarks.fairness.states import make_states, read_right_answer, right_answer_names
from grader.errors import ProbeFailed
from grader.machine.question import Answer, ComposeQuestion, FileQuestion, HttpQuestion
from tests.replays.replay import judge_recording
from tests.replays.stored_recording import read_stored, recorded_names

if TYPE_CHECKING:
    from benchmarks.fairness.state import State
    from grader.machine.question import Question
    from grader.scoring.scorecard import ScorecardRow

EXERCISES = tuple(f"tp{number}" for number in range(1, 9))
REAL = {
    ("tp2", "port_reversed web"): "port-reversed",
    ("tp2", "port_only_exposed web"): "port-not-published",
    ("tp2", "port_elsewhere web"): "port-other",
    ("tp2", "port_on_loopback web"): "port-on-loopback",
    ("tp2", "port_in_udp web"): "port-udp",
    ("tp2", "port_to_nowhere_inside web"): "port-wrong-inside",
    ("tp2", "port_chosen_by_the_engine web"): "port-random",
    ("tp2", "port_on_the_host_network web"): "port-host-network",
    ("tp2", "container_paused web"): "container-paused",
    ("tp2", "container_stopped web"): "container-stopped",
    ("tp2", "container_not_named web"): "container-unnamed",
    ("tp2", "container_in_the_foreground web"): "foreground",
    ("tp2", "mount_forgotten site"): "mount-missing",
    ("tp2", "mount_of_a_named_volume site"): "named-volume-not-bind",
    ("tp2", "mount_mistyped site"): "mount-mistyped",
    ("tp2", "mount_in_another_case site"): "mount-other-case",
    ("tp4", "host_wrong mongo loopback"): "mydocker-loopback-in-the-database",
    ("tp4", "host_wrong mongo missing"): "mydocker-missing-in-the-database",
    ("tp4", "port_reversed api"): "api-port-reversed",
    ("tp4", "port_in_udp api"): "api-port-udp",
    ("tp4", "port_only_exposed mongo"): "mongo-not-published",
    ("tp5", "target_is_an_address api"): "mongo-by-address",
    ("tp5", "target_is_itself app localhost"): "app-asks-localhost",
    ("tp5", "target_is_a_url app"): "app-asks-a-url",
    ("tp5", "network_default api"): "api-not-on-network",
    ("tp5", "network_another app"): "app-on-other-network",
    ("tp5", "port_on_an_internal_network app"): "network-internal",
    ("tp7", "container_removed lb"): "lb-missing",
    ("tp7", "port_open_inside redis"): "redis-published",
    ("tp7", "replicas_of_another_number two"): "two-replicas",
    ("tp7", "replicas_of_another_number four"): "four-replicas",
}
"""An operator on the reference, and the known-wrong solution with the same mistake."""


def _changed(exercise: str, operator: str) -> State:
    base, name = read_state(f"{exercise}/reference"), operator.partition(" ")[0]
    [found] = [one for one in OPERATORS if one.name == name]
    return next(state for state in found.apply(base) if state.operators == (operator,))


def _outcomes(rows: tuple[ScorecardRow, ...]) -> dict[str, tuple[str, str]]:
    return {row.spec.name: (row.outcome.verdict, row.outcome.code) for row in rows if row.outcome.verdict != "skipped"}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_right_answer_is_judged_right_from_the_simulated_machine(exercise: str) -> None:
    assert [name for name in right_answer_names(exercise) if not read_right_answer(name)] == []


@pytest.mark.parametrize(("exercise", "operator"), [key for key, name in REAL.items()])
def test_a_simulated_mistake_is_judged_as_the_real_one(exercise: str, operator: str) -> None:
    name = f"{exercise}/wrong/{REAL[exercise, operator]}"
    if name not in recorded_names():
        pytest.fail(f"{name} is not recorded")
    real = _outcomes(tuple(judge_recording(read_stored(name))))
    simulated = judge_by_checks(_changed(exercise, operator))
    assert not simulated.missing
    mine = _outcomes(simulated.rows)
    assert mine == {check: real[check] for check in mine}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_list_follows_from_docker_inspect(exercise: str) -> None:
    """Of the reference, before the grading changes anything: every field but the age."""
    state = read_state(f"{exercise}/reference")
    [first, *_] = state.bodies("/containers/json")
    compared = 0
    for entry in first:
        docs = state.inspects(state.slots[entry["Id"]])
        if docs and docs[0]["State"]["Status"] == entry["State"]:
            made = list_fields(docs[0])
            for name in ("Names", "Image", "ImageID", "Labels", "HostConfig"):
                assert made[name] == entry[name], name
            assert sorted(map(str, map(sorted, map(dict.items, made["Ports"])))) == sorted(
                map(str, map(sorted, map(dict.items, entry["Ports"])))
            )
            compared += 1
    assert compared


def _ask(state: State, question: Question) -> Answer:
    answer = ChangedMachine(state).ask(question)
    assert isinstance(answer, Answer)
    return answer


def test_a_folder_is_identified_where_it_is_mounted_and_nowhere_else() -> None:
    state = _changed("tp2", "mount_mistyped site")
    mistyped = _ask(state, FileQuestion("identify", "/home/student/Docker/sitee"))
    device_and_inode, _, path = mistyped.body.decode().partition("\n")
    assert device_and_inode.startswith("65024:")
    assert path == "/home/student/Docker/sitee"
    assert _ask(state, FileQuestion("identify", "~/Docker/site")).status == 404
    with pytest.raises(ProbeFailed):
        ChangedMachine(state).ask(FileQuestion("identify", "/srv/nobody-knows"))


@pytest.mark.parametrize(
    ("operator", "ending"),
    [
        ("container_stopped web", ["create", "start", "kill 15", "die 0", "stop"]),
        ("container_killed web", ["create", "start", "kill 9", "die 137"]),
        ("container_crashed web", ["create", "start", "die 1"]),
    ],
)
def test_the_events_tell_what_ended_a_container(operator: str, ending: list[str]) -> None:
    state = _changed("tp2", operator)
    told = [
        [one["Action"], *(one["Actor"]["Attributes"].get(name, "") for name in ("signal", "exitCode"))]
        for one in state.events["web"]
    ]
    assert [" ".join(filter(None, words)) for words in told] == ending
    times = [one["timeNano"] for one in state.events["web"]]
    assert times == sorted(times)


def test_an_unrecorded_compose_file_follows_from_what_runs() -> None:
    question = ComposeQuestion("config", "tp7", "/home/student/work", ("/home/student/work/compose.yaml",))
    answer = _ask(_changed("tp7", "port_open_inside redis"), question)
    services = json.loads(answer.body)["services"]
    assert set(services) == {"lb", "redis", "web"}
    assert services["redis"]["image"] == "redis:alpine"
    assert [one["target"] for one in services["redis"]["ports"]] == [6379]
    assert set(services["web"]["networks"]) == {"tp7_back-tier", "tp7_front-tier"}
    assert [one["target"] for one in services["lb"]["volumes"]] == ["/usr/local/etc/haproxy/haproxy.cfg"]
    with pytest.raises(ProbeFailed):
        ChangedMachine(read_state("tp7/reference")).ask(ComposeQuestion("hashes", "tp7", "/home/student/work", ()))


def test_an_address_is_that_of_the_container_that_was_last_seen_with_it() -> None:
    """After `down` and `up`, Compose gives the addresses in another order."""
    state = read_state("tp6/right/on-a-network-made-before-with-a-name-for-a-container")
    asked = [one for one in state.exchanges if one["ask"].get("path") == "/todos" and one["ask"]["type"] == "http"]
    assert len({one["ask"]["host"] for one in asked}) > 1
    assert {one["to"].slot for one in asked} == {"todos-api"}


def test_nothing_that_was_asked_of_a_machine_is_known_to_its_copy() -> None:
    machine = ChangedMachine(read_state("tp6/right/on-a-network-made-before-with-a-name-for-a-container"))
    first, other = machine.unasked(), machine.unasked()
    todos = HttpQuestion(8082, "/todos", host="192.168.16.2", within_s=5)
    assert first.ask(todos) == other.ask(todos) != first.ask(todos), "a todo was added meanwhile"


@pytest.mark.parametrize("exercise", ["tp1", "tp8"])
def test_the_selection_has_every_operator_that_applies(exercise: str) -> None:
    def used(*, is_complete: bool) -> set[str]:
        bases = [base for name in right_answer_names(exercise) if (base := read_right_answer(name))]
        states = (state for base in bases for state in make_states(base, is_complete=is_complete))
        return {one.partition(" ")[0] for state in states for one in state.operators}

    assert used(is_complete=False) == used(is_complete=True)
