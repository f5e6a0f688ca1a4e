"""A container: it exists, stays up, is of its image, and was started as required."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.containers.expectation import (
    require_container,
    require_running,
    require_uptime,
    start_if_exited,
)
from grader.checks.expect import expect
from grader.machine.question import Answer
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed
from tests.scripted_machine import DOCKER_26, PODMAN_4

if TYPE_CHECKING:
    from grader.checks.containers.expectation import ContainerExpectation
    from grader.machine.subjects import Container
    from tests.scripted_machine import Version

WEB: dict[str, Any] = {"web": {"name": "web", "image": "nginx", "equivalent_images": ["httpd"], "port": 80}}


def subject(
    *boxes: FakeContainer, images: tuple[dict[str, Any], ...] = (), version: Version = DOCKER_26, **spec: Any
) -> Container:
    machine = FakeMachine(*boxes, version=version)
    machine.images = list(images)
    return machine.as_machine(**({"containers": WEB} | spec)).container("web")


def web(*boxes: FakeContainer, **more: Any) -> ContainerExpectation:
    return expect(subject(*boxes, **more))


def waited(container: Container) -> float:
    link = container.machine.transport
    assert isinstance(link, FakeMachine)
    return link.total_wait_s


# --- existence -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["created", "running", "paused", "restarting", "exited", "dead"])
def test_a_container_is_there_in_any_state(state: str) -> None:
    web(fake_container(state=state)).to_exist()


@pytest.mark.parametrize(
    ("boxes", "code", "near"),
    [
        ((), "container-missing", ""),
        ((fake_container("x", image="redis"),), "container-missing", ""),
        ((fake_container("Web1", image="redis"),), "container-misnamed", "Web1"),
        ((fake_container("happy_curie"),), "container-unnamed", "happy_curie"),
        ((fake_container("happy_curie", image="httpd:2"),), "container-unnamed", "happy_curie"),
    ],
)
def test_one_that_is_not_there_is_told_with_one_that_may_be_meant(
    boxes: tuple[FakeContainer, ...], code: str, near: str
) -> None:
    with fails_with(code, name="web", near=near, image="nginx"):
        web(*boxes).to_exist()


def test_a_service_of_compose_that_is_not_there_is_told_as_one() -> None:
    compose = {"project": "todos", "services": {"web": "page", "api": "api"}}
    containers = {"web": {"image": "nginx"}, "api": {"image": "api"}}
    api = fake_container("todos-api-1", image="api", labels=compose_labels("api"))
    with fails_with("service-missing", service="page", project="todos"):
        web(api, compose=compose, containers=containers).to_exist()


# --- up --------------------------------------------------------------------------------------------------------------


def test_one_that_has_run_for_a_while_stays_up() -> None:
    subject_ = subject(fake_container(up_s=10))
    expect(subject_).to_stay_up()
    assert waited(subject_) == 0


def test_a_younger_one_is_watched() -> None:
    young = subject(fake_container(up_s=0))
    expect(young).to_stay_up()
    assert 3 <= waited(young) < 4.2
    longer = subject(fake_container(up_s=0))
    expect(longer).to_stay_up(for_s=6)
    assert 6 <= waited(longer) < 7.2


def test_one_that_ends_while_it_is_watched_does_not_stay_up() -> None:
    box = fake_container(up_s=0)
    young = subject(box)
    assert isinstance(young.machine.transport, FakeMachine)
    young.machine.transport.schedule(2, lambda: box.set_state("exited", ExitCode=1))
    with fails_with("container-exited", exit_code=1):
        expect(young).to_stay_up()


def test_one_that_never_gets_old_enough_has_just_started() -> None:
    with fails_with("container-just-started", name="web", seconds=30) as found:
        expect(subject(fake_container(up_s=2))).to_stay_up(for_s=30)
    assert round(found[0].waited_s) == 8


def test_a_health_check_that_never_ends_is_waited_for_a_second_longer() -> None:
    never = subject(fake_container(up_s=-1000, health="starting"))
    with fails_with("container-just-started"):
        expect(never).to_stay_up()
    assert waited(never) == 11
    longer = subject(fake_container(up_s=-1000, health="starting"))
    with fails_with("container-just-started"):
        expect(longer, within_s=20).to_stay_up()
    assert waited(longer) == 21
    longest = subject(fake_container(up_s=-1000, health="starting"))
    with fails_with("container-just-started"):
        expect(longest).to_stay_up(for_s=30)
    assert waited(longest) == 31


def test_one_that_was_restarted_just_now_is_in_a_loop() -> None:
    fact = require_container(subject(fake_container(restarts=1, up_s=9.9)))
    machine = subject(fake_container(restarts=1, up_s=9)).machine
    with fails_with("container-crash-loop", restarts=1):
        require_uptime(machine, fact)
    require_uptime(machine, require_container(subject(fake_container(restarts=1, up_s=10))))
    require_uptime(machine, require_container(subject(fake_container(up_s=3))))
    with fails_with("container-just-started", seconds=3):
        require_uptime(machine, require_container(subject(fake_container(up_s=2.9))))


def test_one_that_is_restarted_once_may_stay_up_yet() -> None:
    once = subject(fake_container(restarts=1, up_s=5))
    expect(once).to_stay_up()
    assert 5 <= waited(once) < 6.2


def test_running_asks_for_no_age() -> None:
    assert require_running(subject(fake_container(up_s=0))).is_running
    with fails_with("container-exited"):
        require_running(subject(fake_container(state="exited", exit_code=1, ran_s=2)))


# --- its image -------------------------------------------------------------------------------------------------------

BASE = fake_image("nginx:latest", image_id="sha256:nginx", layers=("a", "b"))


def test_the_image_of_the_spec_has_many_names() -> None:
    for name in ("nginx", "nginx:alpine", "docker.io/library/nginx:1.27", "registry.example/nginx", "httpd"):
        web(fake_container(image=name)).to_be_created_from_its_image()


def test_an_image_of_another_name_is_it_where_a_tag_says_so() -> None:
    used = fake_image("site:latest", "nginx:1.27", image_id="sha256:own")
    web(fake_container(image="site", image_id="sha256:own"), images=(used,)).to_be_created_from_its_image()
    used = fake_image("site:latest", "httpd:2", image_id="sha256:own")
    web(fake_container(image="site", image_id="sha256:own"), images=(used,)).to_be_created_from_its_image()


def test_an_image_of_another_name_is_it_where_it_is_built_on_it() -> None:
    built = fake_image("site:latest", image_id="sha256:own", layers=("a", "b", "c"))
    web(fake_container(image="site", image_id="sha256:own"), images=(built, BASE)).to_be_created_from_its_image()


@pytest.mark.parametrize(
    "images",
    [
        (),
        (fake_image("site:latest", image_id="sha256:own", layers=("x", "y")), BASE),
        (fake_image("site:latest", image_id="sha256:own", layers=("a", "b", "c")),),
        (BASE,),
    ],
    ids=["no image", "other layers", "no base", "not at hand"],
)
def test_another_image_is_another(images: tuple[dict[str, Any], ...]) -> None:
    with fails_with("container-other-image", name="web", image="site", wanted="nginx"):
        web(fake_container(image="site", image_id="sha256:own"), images=images).to_be_created_from_its_image()


def test_an_image_that_was_only_given_the_name_is_still_the_other_one() -> None:
    renamed = fake_image("nginx:mine", "ubuntu:22.04", image_id="sha256:own")
    box = fake_container(image="nginx:mine", image_id="sha256:own")
    with fails_with("container-other-image", name="web", image="ubuntu:22.04", wanted="nginx"):
        judged(box, renamed)
    own = fake_image("nginx:mine", "other:1", image_id="sha256:own")
    judged(box, own)


def judged(box: FakeContainer, used: dict[str, Any]) -> None:
    machine = FakeMachine(box)
    machine.images = [used]
    spec: dict[str, Any] = {"containers": WEB, "images": ["nginx", "httpd", "ubuntu"]}
    expect(machine.as_machine(**spec).container("web")).to_be_created_from_its_image()


def test_the_name_of_the_image_must_still_be_there() -> None:
    web(fake_container(), images=(BASE,)).to_still_have_its_image()
    with fails_with("image-gone", name="web", image="nginx"):
        web(fake_container()).to_still_have_its_image()


def test_an_image_that_was_committed_over_is_not_untouched() -> None:
    made_from = fake_image("x:1", image_id="sha256:old", layers=("a",))
    now = fake_image("nginx:latest", image_id="sha256:new", layers=("a", "b"))
    with fails_with("image-committed-over", name="web", image="nginx"):
        web(fake_container(image_id="sha256:old"), images=(now, made_from)).to_leave_its_image_unchanged()
    web(fake_container(), images=(BASE,)).to_leave_its_image_unchanged()


def test_a_container_of_an_older_build_is_not_of_the_latest() -> None:
    old, new = (
        fake_image("x:1", image_id="sha256:old", layers=("a",)),
        fake_image("nginx:latest", layers=("b",), image_id="sha256:new"),
    )
    with fails_with("container-of-older-build", name="web", image="nginx"):
        web(fake_container(image_id="sha256:old"), images=(new, old)).to_run_the_latest_build()
    web(fake_container(), images=(BASE,)).to_run_the_latest_build()


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [
        ("1000", "1000", ""),
        ("", "1000", "container-of-older-build"),
        ("1000", "", "container-of-older-build"),
        ("", "", "container-of-older-build"),
    ],
)
def test_an_older_build_matters_for_the_user_only_if_one_of_the_two_is_root(before: str, now: str, code: str) -> None:
    old = fake_image("x:1", image_id="sha256:old", layers=("a",), config={"User": before})
    new = fake_image("nginx:latest", image_id="sha256:new", layers=("b",), config={"User": now})
    judged = web(fake_container(image_id="sha256:old", config={"User": before}), images=(new, old), passive=True)
    if not code:
        judged.to_not_run_as_root()
        return
    with fails_with(code, name="web", image="nginx"):
        judged.to_not_run_as_root()


# --- a terminal ------------------------------------------------------------------------------------------------------

BOTH: dict[str, Any] = {"Tty": True, "OpenStdin": True}


def test_a_shell_with_a_terminal_is_interactive() -> None:
    web(fake_container(command=("bash",), config=BOTH, state="exited")).to_be_interactive("bash")
    with fails_with("no-terminal", name="web"):
        web(fake_container(command=("bash",), state="exited")).to_be_interactive("bash")


def test_a_shell_that_ended_by_itself_was_left_cleanly() -> None:
    web(fake_container(state="exited", config=BOTH)).to_have_exited_cleanly()
    with fails_with("left-by-force", name="web", exit_code=137):
        web(fake_container(state="exited", exit_code=137, config=BOTH)).to_have_exited_cleanly()
    with fails_with("still-inside", name="web"):
        web(fake_container(config=BOTH)).to_have_exited_cleanly()


@pytest.mark.parametrize(
    ("state", "code"),
    [("created", "container-created"), ("paused", "container-paused"), ("restarting", "container-crash-loop")],
)
def test_one_that_was_never_left_says_what_it_does(state: str, code: str) -> None:
    with fails_with(code, name="web"):
        web(fake_container(state=state, config=BOTH)).to_have_exited_cleanly()


# --- programs --------------------------------------------------------------------------------------------------------


def test_process_1_is_asked_of_one_that_runs() -> None:
    web(fake_container(command=("nginx",), commands={"sh -c own=": (0, b"")})).to_have_process_1("nginx")
    with fails_with("process-1-other", name="web", wanted="bash", seen="nginx"):
        web(fake_container(command=("nginx",))).to_have_process_1("bash")
    with fails_with("container-exited"):
        web(fake_container(state="exited", exit_code=1, ran_s=1)).to_have_process_1("nginx")


def test_its_hostname_is_its_own() -> None:
    for hostname, code in (("0123", ""), ("pc", "hostname-of-the-machine")):
        machine = FakeMachine(fake_container(config={"Hostname": hostname}))
        machine.table["/info"] = {"Name": "pc"}
        judged_ = expect(machine.as_machine(containers=WEB).container("web"))
        if code:
            with fails_with(code, name="web", hostname="pc"):
                judged_.to_have_its_own_hostname()
        else:
            judged_.to_have_its_own_hostname()


def test_it_is_not_root() -> None:
    web(fake_container(config={"User": "1000"})).to_not_run_as_root()
    with fails_with("runs-as-root", name="web"):
        web(fake_container()).to_not_run_as_root()


# --- started ---------------------------------------------------------------------------------------------------------


def test_one_in_the_background_is_detached() -> None:
    web(fake_container()).to_be_detached()
    with fails_with("foreground", name="web"):
        web(fake_container(config={"AttachStdout": True})).to_be_detached()


def test_how_one_was_started_is_judged_though_it_has_ended() -> None:
    web(fake_container(state="exited", exit_code=1, ran_s=1)).to_be_detached()
    with fails_with("foreground", name="web"):
        web(fake_container(state="exited", exit_code=130, ran_s=60, config={"AttachStdout": True})).to_be_detached()
    with fails_with("container-created", name="web"):
        web(fake_container(state="created")).to_be_detached()


def test_where_the_engine_remembers_nothing_it_is_no_failure() -> None:
    with raises_probe_failed("no-events", name="web"):
        web(fake_container(), version=PODMAN_4).to_be_detached()


@pytest.mark.parametrize(
    ("more", "code", "values"),
    [
        ({}, "", {}),
        ({"config": {"ExposedPorts": {"80/tcp": {}}}}, "", {}),
        (
            {"ports": {"80/tcp": "4000", "81/udp": "127.0.0.1:1"}},
            "published-inside",
            {"published": "4000->80/tcp, 127.0.0.1:1->81/udp"},
        ),
        ({"mode": "host"}, "host-network-inside", {}),
    ],
)
def test_nothing_of_it_is_open_on_the_machine(more: dict[str, Any], code: str, values: dict[str, str]) -> None:
    if not code:
        web(fake_container(**more)).to_publish_no_port()
        return
    with fails_with(code, name="web", **values) as found:
        web(fake_container(**more)).to_publish_no_port()
    assert found[0].evidence == tuple(values.values())


def test_what_a_stopped_container_published_is_judged_but_not_what_one_that_never_ran_would() -> None:
    web(fake_container(state="exited", exit_code=1, ran_s=1)).to_publish_no_port()
    with fails_with("host-network-inside"):
        web(fake_container(state="exited", exit_code=1, ran_s=1, mode="host")).to_publish_no_port()
    with fails_with("container-created"):
        web(fake_container(state="created")).to_publish_no_port()


def test_no_name_is_known_by_hand() -> None:
    web(fake_container()).to_use_no_add_host_or_link()
    with fails_with("still-add-host", name="web", hosts="db:10.0.0.1, x:host-gateway"):
        web(fake_container(host={"ExtraHosts": ["db:10.0.0.1", "x:host-gateway"]})).to_use_no_add_host_or_link()
    with fails_with("still-linked", name="web", links="mongo:db"):
        web(fake_container(state="exited", host={"Links": ["/mongo:/web/db"]})).to_use_no_add_host_or_link()


# --- engines ---------------------------------------------------------------------------------------------------------


def test_fields_that_an_engine_leaves_out_are_as_nothing() -> None:
    box = fake_container()
    for part in ("Mounts", "RestartCount", "Args"):
        del box.raw[part]
    box.raw["Config"]["Labels"] = box.raw["Config"]["Env"] = None
    box.raw["HostConfig"] = {}
    expectation = web(box)
    expectation.to_exist()
    expectation.to_stay_up()
    expectation.to_publish_no_port()
    expectation.to_use_no_add_host_or_link()
    expectation.to_be_created_from_its_image()


def test_an_answer_that_is_none_is_no_failure() -> None:
    for body in (b"", b"[]", b"{", b'{"Id": 5}'):
        machine = FakeMachine(fake_container())
        machine.table["/containers/web-id/json"] = Answer(200, body, at=1.0)
        with raises_probe_failed("answer-garbled"):
            expect(machine.as_machine(containers=WEB).container("web")).to_exist()


def test_an_engine_that_fails_is_no_failure() -> None:
    machine = FakeMachine(fake_container())
    machine.table["/containers/json?all=1"] = Answer(500, b"broken")
    with raises_probe_failed("answer-unexpected", detail="500 broken"):
        expect(machine.as_machine(containers=WEB).container("web")).to_exist()


def test_an_answer_without_a_date_is_no_failure() -> None:
    machine = FakeMachine(fake_container())
    machine.table["/containers/web-id/json"] = Answer(200, json.dumps(fake_container().raw).encode())
    with raises_probe_failed("no-clock"):
        expect(machine.as_machine(containers=WEB).container("web")).to_exist()


def test_one_that_ended_is_started_again() -> None:
    machine = FakeMachine(fake_container(state="exited", exit_code=1))
    assert start_if_exited(machine.as_machine(containers=WEB).container("web")).is_running
    assert machine.changes_requested() == ["POST /containers/web-id/start"]


@pytest.mark.parametrize("state", ["running", "paused", "restarting"])
def test_one_that_has_not_ended_is_left_alone(state: str) -> None:
    machine = FakeMachine(fake_container(state=state))
    assert start_if_exited(machine.as_machine(containers=WEB).container("web")).state == state
    assert machine.changes_requested() == []


def test_one_that_cannot_be_started_again_is_no_failure() -> None:
    machine = FakeMachine(fake_container(state="exited"))
    machine.table["POST /containers/web-id/start"] = Answer(500, b"no")
    with raises_probe_failed("cannot-renew", asked="/containers/web-id/start"):
        start_if_exited(machine.as_machine(containers=WEB).container("web"))
