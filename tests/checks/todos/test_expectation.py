"""The todos application: its images, that it runs, is connected, delivers a todo, and keeps it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.failure import CheckSkipped
from grader.checks.todos.expectation import TodosExpectation
from grader.machine.question import Answer, EngineQuestion, HttpQuestion, NoAnswer
from tests.checks.fake_engine_json import compose_labels, fake_container, fake_image
from tests.checks.fake_machine import fails_with, raises_probe_failed
from tests.checks.fake_todos import MONGO_IP, SPEC, FakeTodos

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.checks.fake_engine_json import FakeContainer

API = "172.18.0.3:8082"


# --- images ----------------------------------------------------------------------------------------------------------


def with_images(
    mongo: dict[str, Any] | None = None, api: dict[str, Any] | None = None, app: dict[str, Any] | None = None
) -> FakeTodos:
    """Images of other names, which declare what these configurations say; nothing listens."""
    lab = FakeTodos()
    for box, config in ((lab.mongo, mongo), (lab.api, api), (lab.app, app)):
        name = f"strange-{box.name.rpartition('-')[2]}"
        box.raw["Config"]["Image"] = name
        box.listens = ()
        if config is not None:
            lab.images.append(fake_image(f"{name}:latest", image_id=box.raw["Image"], config=config, layers=(name,)))
    return lab


GOOD: dict[str, dict[str, Any]] = {
    "mongo": {"ExposedPorts": {"27017/tcp": {}}},
    "api": {"Env": ["MONGO=x"]},
    "app": {"Env": ["API_URL="]},
}


def test_the_images_of_the_spec_are_right() -> None:
    lab = FakeTodos()
    lab.mongo.listens = lab.api.listens = lab.app.listens = None
    lab.expect().to_be_created_from_their_images()


def test_an_image_that_declares_the_same_is_as_good() -> None:
    with_images(**GOOD).expect().to_be_created_from_their_images()


@pytest.mark.parametrize("role", ["mongo", "api", "app"])
@pytest.mark.parametrize("config", [{}, {"ExposedPorts": {"27017/udp": {}, "8082/tcp": {}}, "Env": ["OTHER=1"]}, None])
def test_an_image_that_declares_something_else_is_another(role: str, config: dict[str, Any] | None) -> None:
    lab = with_images(**(GOOD | {role: config}))
    with fails_with("container-other-image", name=f"todos-{role}", image=f"strange-{role}"):
        lab.expect().to_be_created_from_their_images()


def test_what_listens_where_the_sheets_does_is_as_good() -> None:
    lab = with_images({}, {}, {})
    lab.mongo.listens, lab.api.listens, lab.app.listens = ("0.0.0.0:27017",), ("127.0.0.1:8082",), ("[::]:7777",)
    lab.expect().to_be_created_from_their_images()
    lab.app.listens = ("0.0.0.0:7778",)
    with fails_with("container-other-image", name="todos-app"):
        lab.expect().to_be_created_from_their_images()


def test_a_container_that_ended_is_not_looked_into() -> None:
    lab = with_images({}, api=GOOD["api"], app=GOOD["app"])
    lab.mongo.listens = ("0.0.0.0:27017",)
    lab.mongo.set_state("exited")
    with fails_with("container-other-image", name="todos-mongo"):
        lab.expect().to_be_created_from_their_images()


def test_a_young_program_may_listen_yet() -> None:
    lab = with_images({}, api=GOOD["api"], app=GOOD["app"])
    lab.mongo.raw["State"] = fake_container("x", up_s=1).raw["State"]
    lab.schedule(4, lambda: setattr(lab.mongo, "listens", ("0.0.0.0:27017",)))
    lab.expect().to_be_created_from_their_images()
    assert lab.total_wait_s >= 4


def test_an_old_program_is_not_waited_for() -> None:
    lab = with_images({}, api=GOOD["api"], app=GOOD["app"])
    with fails_with("container-other-image"):
        lab.expect().to_be_created_from_their_images()
    assert lab.total_wait_s < 1.1, "it is looked at, and not waited for"


# --- up --------------------------------------------------------------------------------------------------------------


def test_three_containers_that_run_are_up() -> None:
    lab = FakeTodos()
    lab.expect().to_run()
    assert lab.total_wait_s == 0


@pytest.mark.parametrize("role", ["mongo", "api", "app"])
def test_each_of_the_three_must_run(role: str) -> None:
    lab = FakeTodos()
    box: FakeContainer = getattr(lab, role)
    box.set_state("exited", ExitCode=1)
    with fails_with("container-exited", name=box.name):
        lab.expect().to_run()


def test_one_that_never_listens_is_for_other_checks() -> None:
    lab = FakeTodos()
    lab.api.listens = ()
    lab.app.listens = ("0.0.0.0:9",)
    lab.expect().to_run()


def young(**env: Any) -> FakeTodos:
    return FakeTodos(4, **env)


def test_one_that_has_just_started_is_watched_until_it_listens() -> None:
    lab = young()
    lab.api.listens = ()
    lab.schedule(7, lambda: setattr(lab.api, "listens", ("0.0.0.0:8082",)))
    lab.expect(within_s=30).to_run()
    assert 7 <= lab.total_wait_s < 8.5


def test_one_that_listens_is_looked_into_once() -> None:
    lab = young()
    lab.api.listens = ()
    lab.schedule(7, lambda: setattr(lab.api, "listens", ("0.0.0.0:8082",)))
    lab.expect(within_s=30).to_run()
    looks = Counter(
        one.path.split("/")[2]
        for one in lab.questions
        if isinstance(one, EngineQuestion) and one.path.endswith("/exec")
    )
    assert looks[lab.mongo.id] == 1
    assert looks[lab.api.id] > 2


def test_one_that_has_just_started_is_watched_until_it_ends() -> None:
    lab = young()
    lab.api.listens = ()
    lab.schedule(7, lambda: lab.api.set_state("exited", ExitCode=3))
    with fails_with("container-exited", name="todos-api", exit_code=3):
        lab.expect(within_s=30).to_run()


def test_one_that_is_too_old_to_change_is_not_watched() -> None:
    lab = FakeTodos(up_s=31)
    lab.api.listens, lab.api.log = (), b"ready\n"
    lab.expect(within_s=30).to_run()
    assert lab.total_wait_s < 1.1, "it is looked at, and not waited for"


def slow_database(*, log: bytes, state: str, ready_s: float) -> FakeTodos:
    """The database started 32 s ago on a busy machine, and opens its port so many seconds after the first look."""
    lab = FakeTodos(up_s=32)
    lab.mongo.listens, lab.mongo.log = (), log
    lab.mongo.set_thread_states(state)
    good, connected = lab.sites[API], lab.api.connected
    lab.api.connected = ()
    lab.sites[API] = Answer(503, b"the database does not answer on todos-mongo:27017")

    def open_port() -> None:
        lab.mongo.listens = ("0.0.0.0:27017",)
        lab.mongo.set_thread_states("S")
        lab.sites[API], lab.api.connected = good, connected

    lab.schedule(ready_s, open_port)
    return lab


@pytest.mark.parametrize(
    ("log", "state", "ready_s"),
    [(b"", "S", 20), (b"opening\n", "D", 20), (b"opening\n", "R", 80)],
    ids=["nothing said yet", "reading its files", "very slow"],
)
def test_a_database_that_is_slow_on_a_busy_machine_costs_nothing(log: bytes, state: str, ready_s: float) -> None:
    slow_database(log=log, state=state, ready_s=ready_s).expect(within_s=30).to_reach_the_database(by_name=True)
    slow_database(log=log, state=state, ready_s=ready_s).expect(within_s=30).to_deliver_a_todo()


def test_a_database_that_is_idle_and_does_not_listen_is_told_at_once() -> None:
    lab = slow_database(log=b"ready\n", state="S", ready_s=20)
    with fails_with("nothing-listens-inside", name="todos-mongo"):
        lab.expect(within_s=30).to_reach_the_database(by_name=True)
    assert lab.total_wait_s < 1.1


def test_one_that_ended_just_before_it_was_looked_into_is_not_up() -> None:
    lab = FakeTodos()

    def ends_then() -> Answer:
        lab.app.set_state("exited", ExitCode=3)
        return Answer(409)

    lab.app.listens = None
    made = lab._container

    def container_call(method: str, box: FakeContainer, call: str, question: Any) -> Answer | None:
        return (
            ends_then()
            if (method, box.name, call) == ("POST", "todos-app", "exec")
            else made(method, box, call, question)
        )

    lab._container = container_call  # type: ignore[method-assign]
    with fails_with("container-exited", name="todos-app", exit_code=3):
        lab.expect().to_run()


# --- the database ----------------------------------------------------------------------------------------------------


def test_a_connection_to_the_database_is_reached() -> None:
    lab = FakeTodos()
    lab.expect().to_reach_the_database()
    lab.expect().to_reach_the_database(by_name=True)
    assert [one.path for one in lab.questions if isinstance(one, HttpQuestion)] == ["/todos"] * 2


def test_no_connection_is_told_by_where_it_looks() -> None:
    lab = FakeTodos(MONGO="nobody:27017")
    lab.api.connected = ()
    with fails_with("looks-elsewhere", name="todos-api", value="nobody:27017"):
        lab.expect().to_reach_the_database()


def test_no_connection_is_told_by_what_the_api_says() -> None:
    lab = FakeTodos()
    lab.api.connected = ((40000, f"{MONGO_IP}:27018"),)
    lab.sites[API] = Answer(500, b"no database")
    with fails_with("api-without-database", name="todos-api", database="todos-mongo", status=500):
        lab.expect().to_reach_the_database()


def test_an_address_is_no_name_even_where_it_leads_there() -> None:
    lab = FakeTodos(MONGO=f"{MONGO_IP}:27017")
    lab.expect().to_reach_the_database()
    with fails_with("address-not-name", name="todos-api", variable="MONGO", value=f"{MONGO_IP}:27017"):
        lab.expect().to_reach_the_database(by_name=True)


def test_a_wrong_place_that_is_reached_all_the_same_is_no_mistake() -> None:
    FakeTodos(MONGO="nobody:27017").expect().to_reach_the_database(by_name=True)


def blind(**env: Any) -> FakeTodos:
    lab = FakeTodos(**env)
    lab.api.listens = lab.mongo.listens = None
    return lab


def test_connections_that_cannot_be_seen_are_no_failure() -> None:
    with raises_probe_failed("no-connections", name="todos-api"):
        blind().expect().to_reach_the_database()
    with pytest.raises(CheckSkipped, match=r"^passive$"):
        blind().expect(passive=True).to_reach_the_database()
    with fails_with("looks-elsewhere"):
        blind(MONGO="nobody:1").expect(passive=True).to_reach_the_database()


def test_a_connection_may_come_yet() -> None:
    lab = young()
    lab.api.connected = ()
    lab.schedule(3, lambda: setattr(lab.api, "connected", ((1, f"{MONGO_IP}:27017"),)))
    lab.expect(within_s=10).to_reach_the_database()
    assert lab.total_wait_s >= 3


@pytest.mark.parametrize("role", ["mongo", "api", "app"])
def test_any_of_the_three_that_is_young_is_waited_for(role: str) -> None:
    lab = FakeTodos()
    box: FakeContainer = getattr(lab, role)
    box.raw["State"] = fake_container("x", up_s=1).raw["State"]
    lab.api.connected = ()
    with fails_with("api-without-database") as found:
        lab.expect(within_s=5).to_reach_the_database()
    assert round(found[0].waited_s) == 4


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("127.0.0.1:27017", "asks-itself"),
        ("nobody:27017", "looks-elsewhere"),
        ("todos-mongo:27018", "looks-on-another-port"),
    ],
)
def test_what_a_container_was_told_is_not_waited_for(value: str, code: str) -> None:
    lab = young(MONGO=value)
    lab.api.connected = ()
    with fails_with(code):
        lab.expect(within_s=10).to_reach_the_database()
    assert lab.total_wait_s == 0


def test_an_address_is_not_waited_for() -> None:
    lab = young(MONGO=f"{MONGO_IP}:27017")
    with fails_with("address-not-name"):
        lab.expect(within_s=10).to_reach_the_database(by_name=True)
    assert lab.total_wait_s == 0


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_is_shown_by_its_container() -> None:
    lab = FakeTodos()
    lab.expect().to_show_the_page()
    assert [one.path for one in lab.questions if isinstance(one, HttpQuestion)] == ["/", "/.grader-nonce-site"]


def test_a_page_of_somebody_else_is_not_theirs() -> None:
    lab = FakeTodos()
    lab.sites[4002] = Answer(200, b"todos")
    lab.app.log = b"started\n"
    with fails_with("someone-else-answers", name="todos-app"):
        lab.expect().to_show_the_page()


def test_a_silent_page_is_explained() -> None:
    lab = FakeTodos()
    lab.sites[4002] = NoAnswer("refused")
    with fails_with("site-silent", name="todos-app"):
        lab.expect().to_show_the_page()


@pytest.mark.parametrize(("status", "code"), [(201, "page-not-todos"), (404, "page-not-todos"), (500, "site-error")])
def test_a_page_with_an_error_is_explained(status: int, code: str) -> None:
    lab = FakeTodos()
    lab.sites[4002] = Answer(status)
    with fails_with(code, status=status):
        lab.expect().to_show_the_page()


@pytest.mark.parametrize("code", ["network-internal", "url-not-place"])
def test_what_no_time_changes_is_not_waited_for(code: str) -> None:
    lab = young(API_URL="http://todos-api:8082" if code == "url-not-place" else "todos-api:8082")
    if code == "network-internal":
        lab.networks = [{"Id": "n", "Name": "todos-net", "Internal": True}]
    lab.sites[4002] = Answer(500) if code == "url-not-place" else NoAnswer("refused")
    with fails_with(code):
        lab.expect(within_s=10).to_show_the_page()
    assert lab.total_wait_s == 0


# --- a delivered todo ------------------------------------------------------------------------------------------------


def test_a_todo_goes_all_the_way_and_is_taken_away() -> None:
    lab = FakeTodos()
    lab.expect().to_deliver_a_todo()
    assert lab.todos == {"1": "buy milk"}


def test_nothing_is_put_in_where_only_looking_is_allowed() -> None:
    with pytest.raises(CheckSkipped, match=r"^passive$"):
        FakeTodos().expect(passive=True).to_deliver_a_todo()


def test_a_page_that_keeps_the_todo_for_itself_is_found_out() -> None:
    lab = FakeTodos()
    lab.sites[API] = Answer(200, b'[{"id": 1, "text": "buy milk"}]')
    with fails_with("todo-not-at-the-api", page="todos-app", api="todos-api") as found:
        lab.expect().to_deliver_a_todo()
    assert found[0].evidence == ('[{"id": 1, "text": "buy milk"}]',)
    lab = FakeTodos(API_URL="nobody:1")
    lab.sites[API] = Answer(200, b"[]")
    with fails_with("looks-elsewhere", variable="API_URL"):
        lab.expect().to_deliver_a_todo()


@pytest.mark.parametrize(
    ("told", "code"),
    [(NoAnswer("refused"), "site-silent"), (Answer(400), "page-not-todos"), (Answer(500), "site-error")],
)
def test_a_page_that_does_not_take_it_is_explained(told: Answer | NoAnswer, code: str) -> None:
    lab = FakeTodos()
    lab.sites[4002] = told
    with fails_with(code, name="todos-app"):
        lab.expect().to_deliver_a_todo()


def test_a_page_may_answer_a_form_with_any_status_below_400() -> None:
    lab = FakeTodos()

    def form(question: HttpQuestion) -> Answer:
        lab.page(question)
        return Answer(399)

    lab.sites[4002] = form
    lab.expect().to_deliver_a_todo()


@pytest.mark.parametrize(
    ("told", "code"),
    [(NoAnswer("refused"), "site-silent"), (Answer(404), "api-not-todos"), (Answer(500), "api-without-database")],
)
def test_an_api_that_does_not_tell_it_is_explained(told: Answer | NoAnswer, code: str) -> None:
    lab = FakeTodos()
    lab.sites[API] = told
    with fails_with(code, name="todos-api"):
        lab.expect().to_deliver_a_todo()


def test_a_page_that_ended_takes_nothing() -> None:
    lab = FakeTodos()
    lab.app.set_state("exited", ExitCode=1)
    with fails_with("container-exited", name="todos-app"):
        lab.expect().to_deliver_a_todo()


def test_an_api_that_comes_up_late_is_waited_for() -> None:
    lab = young()
    good = lab.sites[API]
    lab.sites[API] = NoAnswer("refused")
    lab.schedule(3, lambda: lab.sites.update({API: good}))
    lab.expect(within_s=10).to_deliver_a_todo()
    assert lab.total_wait_s >= 3


# --- a new database --------------------------------------------------------------------------------------------------


def renewed(then: Callable[[FakeTodos], object]) -> FakeTodos:
    """The new database has the todos that `then` leaves."""
    lab = FakeTodos()
    made = lab._engine

    def engine(question: Any) -> Answer | None:
        if question.path == "/containers/create":
            then(lab)
        return made(question)

    lab._engine = engine  # type: ignore[method-assign]
    return lab


def test_a_todo_survives_a_new_database() -> None:
    lab = renewed(lambda _: None)
    lab.expect().to_survive_a_new_database()
    assert lab.todos == {"1": "buy milk"}
    assert "POST /containers/create" in lab.changes_requested()


def test_a_todo_that_is_gone_with_the_old_database_is_lost() -> None:
    lab = renewed(lambda lab: lab.todos.clear())
    with fails_with("todo-lost", name="todos-mongo") as found:
        lab.expect().to_survive_a_new_database()
    assert found[0].evidence == ("[]",)
    assert lab.total_wait_s == 0


def test_a_database_is_not_taken_away_before_the_todo_has_arrived() -> None:
    lab = FakeTodos()
    lab.sites[API] = Answer(500)
    with fails_with("api-without-database"):
        lab.expect().to_survive_a_new_database()
    assert lab.changes_requested() == []


@pytest.mark.parametrize("not_yet", [NoAnswer("refused"), Answer(500, b"reconnecting"), Answer(503)])
def test_an_api_has_a_minute_to_find_the_new_database(not_yet: Answer | NoAnswer) -> None:
    def away(lab: FakeTodos, until_s: float) -> None:
        good = lab.sites[API]
        lab.sites[API] = not_yet
        lab.schedule(until_s, lambda: lab.sites.update({API: good}))

    lab = renewed(lambda lab: away(lab, 55))
    lab.expect().to_survive_a_new_database()
    late = renewed(lambda lab: away(lab, 70))
    with fails_with("site-silent" if isinstance(not_yet, NoAnswer) else "api-without-database"):
        late.expect().to_survive_a_new_database()
    assert 60 <= late.total_wait_s < 61


def test_the_words_of_the_todo_in_an_error_do_not_count() -> None:
    lab = renewed(lambda lab: lab.sites.update({API: Answer(500, b".grader-nonce-todo")}))
    with fails_with("api-without-database"):
        lab.expect().to_survive_a_new_database()


def test_an_api_that_ended_with_the_database_is_started_again() -> None:
    lab = renewed(lambda lab: lab.api.set_state("exited", ExitCode=1))
    lab.expect().to_survive_a_new_database()
    assert "POST /containers/todos-api-id/start" in lab.changes_requested()


# --- down and up -----------------------------------------------------------------------------------------------------

PROJECT: dict[str, Any] = {
    "compose": {"project": "todos", "services": {"mongo": "todos-mongo", "api": "todos-api", "app": "todos-app"}},
    "containers": {role: {**one, "name": ""} for role, one in SPEC["containers"].items()},
}


def of_compose() -> FakeTodos:
    lab = FakeTodos()
    for box in lab.fake_containers:
        box.raw["Config"]["Labels"] = compose_labels(box.name)
    boxes, networks = list(lab.fake_containers), lab.networks

    def down() -> Answer:
        lab.fake_containers, lab.networks = [], []
        return Answer()

    def up() -> Answer:
        lab.fake_containers, lab.networks = boxes, networks
        return Answer()

    lab.compose = {"config": Answer(200, json.dumps({"services": {}}).encode()), "down": down, "up": up}
    return lab


def survive(lab: FakeTodos) -> None:
    judged = lab.subject(**PROJECT)
    TodosExpectation(judged).to_survive_down_and_up(judged.machine.project())


def test_a_todo_survives_down_and_up() -> None:
    lab = of_compose()
    survive(lab)
    verbs = [one.verb for one in lab.questions if hasattr(one, "verb")]
    assert verbs == ["config", "down", "up"]


def test_a_todo_that_is_gone_after_down_and_up_is_lost() -> None:
    lab = of_compose()
    up = lab.compose["up"]

    def forgetful() -> Answer:
        lab.todos.clear()
        assert callable(up)
        return up()

    lab.compose["up"] = forgetful
    with fails_with("todo-lost", name="todos-mongo"):
        survive(lab)


def test_a_project_is_not_taken_down_before_the_todo_has_arrived() -> None:
    lab = of_compose()
    lab.sites[API] = Answer(500)
    with fails_with("api-without-database"):
        survive(lab)
    assert not [one for one in lab.questions if hasattr(one, "verb")]
