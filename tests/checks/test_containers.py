"""A container: there, up, of its image, and as it was to be started."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.containers import (
    is_settling,
    may_change,
    publishes_nothing,
    running,
    start_if_exited,
    stays_up,
    there,
)
from grader.checks.expect import expect
from grader.machine.question import Answer
from tests.answers import DOCKER_26, PODMAN_4
from tests.checks.engine_json import Box, compose_labels, container, image
from tests.checks.fake_machine import FakeMachine, cannot_look, diagnosed

if TYPE_CHECKING:
    from grader.checks.containers import ContainerExpectation
    from grader.machine.subjects import Container
    from tests.answers import Version

WEB: dict[str, Any] = {"web": {"name": "web", "image": "nginx", "equivalent_images": ["httpd"], "port": 80}}


def subject(
    *boxes: Box, images: tuple[dict[str, Any], ...] = (), version: Version = DOCKER_26, **sheet: Any
) -> Container:
    machine = FakeMachine(*boxes, version=version)
    machine.images = list(images)
    return machine.judged(**({"containers": WEB} | sheet)).container("web")


def web(*boxes: Box, **more: Any) -> ContainerExpectation:
    return expect(subject(*boxes, **more))


def waited(container: Container) -> float:
    link = container.machine.link
    assert isinstance(link, FakeMachine)
    return link.waited_s


# --- there -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["created", "running", "paused", "restarting", "exited", "dead"])
def test_a_container_is_there_in_any_state(state: str) -> None:
    web(container(state=state)).to_exist()


@pytest.mark.parametrize(
    ("boxes", "code", "near"),
    [
        ((), "container-missing", ""),
        ((container("x", image="redis"),), "container-missing", ""),
        ((container("Web1", image="redis"),), "container-misnamed", "Web1"),
        ((container("happy_curie"),), "container-unnamed", "happy_curie"),
        ((container("happy_curie", image="httpd:2"),), "container-unnamed", "happy_curie"),
    ],
)
def test_one_that_is_not_there_is_told_with_one_that_may_be_meant(boxes: tuple[Box, ...], code: str, near: str) -> None:
    with diagnosed(code, name="web", near=near, image="nginx"):
        web(*boxes).to_exist()


def test_a_service_of_compose_that_is_not_there_is_told_as_one() -> None:
    compose = {"project": "todos", "services": {"web": "page", "api": "api"}}
    containers = {"web": {"image": "nginx"}, "api": {"image": "api"}}
    api = container("todos-api-1", image="api", labels=compose_labels("api"))
    with diagnosed("service-missing", service="page", project="todos"):
        web(api, compose=compose, containers=containers).to_exist()


# --- up --------------------------------------------------------------------------------------------------------------


def test_one_that_has_run_for_a_while_stays_up() -> None:
    subject_ = subject(container(up_s=10))
    expect(subject_).to_stay_up()
    assert waited(subject_) == 0


def test_a_younger_one_is_watched() -> None:
    young = subject(container(up_s=0))
    expect(young).to_stay_up()
    assert 3 <= waited(young) < 4.2
    longer = subject(container(up_s=0))
    expect(longer).to_stay_up(for_s=6)
    assert 6 <= waited(longer) < 7.2


def test_one_that_ends_while_it_is_watched_does_not_stay_up() -> None:
    box = container(up_s=0)
    young = subject(box)
    assert isinstance(young.machine.link, FakeMachine)
    young.machine.link.after(2, lambda: box.set_state("exited", ExitCode=1))
    with diagnosed("container-exited", exit_code=1):
        expect(young).to_stay_up()


def test_one_that_never_gets_old_enough_has_just_started() -> None:
    with diagnosed("container-just-started", name="web", seconds=30) as found:
        expect(subject(container(up_s=2))).to_stay_up(for_s=30)
    assert found[0].evidence == ("waited 8 s",)


def test_a_health_check_that_never_ends_is_waited_for_a_second_longer() -> None:
    never = subject(container(up_s=-1000, health="starting"))
    with diagnosed("container-just-started"):
        expect(never).to_stay_up()
    assert waited(never) == 11
    longer = subject(container(up_s=-1000, health="starting"))
    with diagnosed("container-just-started"):
        expect(longer, within_s=20).to_stay_up()
    assert waited(longer) == 21
    longest = subject(container(up_s=-1000, health="starting"))
    with diagnosed("container-just-started"):
        expect(longest).to_stay_up(for_s=30)
    assert waited(longest) == 31


def test_one_that_was_restarted_just_now_is_in_a_loop() -> None:
    fact = there(subject(container(restarts=1, up_s=9.9)))
    machine = subject(container(restarts=1, up_s=9)).machine
    with diagnosed("container-crash-loop", restarts=1):
        stays_up(machine, fact)
    stays_up(machine, there(subject(container(restarts=1, up_s=10))))
    stays_up(machine, there(subject(container(up_s=3))))
    with diagnosed("container-just-started", seconds=3):
        stays_up(machine, there(subject(container(up_s=2.9))))


def test_one_that_is_restarted_once_may_stay_up_yet() -> None:
    once = subject(container(restarts=1, up_s=5))
    expect(once).to_stay_up()
    assert 5 <= waited(once) < 6.2


def test_running_asks_for_no_age() -> None:
    assert running(subject(container(up_s=0))).is_running
    with diagnosed("container-exited"):
        running(subject(container(state="exited", exit_code=1, ran_s=2)))


@pytest.mark.parametrize(
    ("box", "changes"),
    [
        (container(up_s=4.9), True),
        (container(up_s=5), False),
        (container(up_s=60, health="starting"), True),
        (container(up_s=60, health="unhealthy"), False),
        (container(state="restarting", restarts=1), True),
        (container(state="restarting", restarts=2), False),
        (container(state="exited", ran_s=1), False),
        (container(state="exited", ran_s=1, health="starting"), False),
        (container(state="paused", up_s=1), False),
    ],
)
def test_only_what_has_just_started_may_change(box: Box, *, changes: bool) -> None:
    assert may_change(there(subject(box)), 5) is changes
    assert is_settling(subject(box), 5) is changes


def test_one_that_is_not_there_does_not_change() -> None:
    assert not is_settling(subject(), 1000)


# --- its image -------------------------------------------------------------------------------------------------------

BASE = image("nginx:latest", image_id="sha256:nginx", layers=("a", "b"))


def test_the_image_of_the_sheet_has_many_names() -> None:
    for name in ("nginx", "nginx:alpine", "docker.io/library/nginx:1.27", "registry.example/nginx", "httpd"):
        web(container(image=name)).to_be_created_from_its_image()


def test_an_image_of_another_name_is_it_where_a_tag_says_so() -> None:
    used = image("site:latest", "nginx:1.27", image_id="sha256:own")
    web(container(image="site", image_id="sha256:own"), images=(used,)).to_be_created_from_its_image()
    used = image("site:latest", "httpd:2", image_id="sha256:own")
    web(container(image="site", image_id="sha256:own"), images=(used,)).to_be_created_from_its_image()


def test_an_image_of_another_name_is_it_where_it_is_built_on_it() -> None:
    built = image("site:latest", image_id="sha256:own", layers=("a", "b", "c"))
    web(container(image="site", image_id="sha256:own"), images=(built, BASE)).to_be_created_from_its_image()


@pytest.mark.parametrize(
    "images",
    [
        (),
        (image("site:latest", image_id="sha256:own", layers=("x", "y")), BASE),
        (image("site:latest", image_id="sha256:own", layers=("a", "b", "c")),),
        (BASE,),
    ],
    ids=["no image", "other layers", "no base", "not at hand"],
)
def test_another_image_is_another(images: tuple[dict[str, Any], ...]) -> None:
    with diagnosed("container-other-image", name="web", image="site", wanted="nginx"):
        web(container(image="site", image_id="sha256:own"), images=images).to_be_created_from_its_image()


def test_an_image_that_was_only_given_the_name_is_still_the_other_one() -> None:
    renamed = image("nginx:mine", "ubuntu:22.04", image_id="sha256:own")
    box = container(image="nginx:mine", image_id="sha256:own")
    with diagnosed("container-other-image", name="web", image="ubuntu:22.04", wanted="nginx"):
        judged(box, renamed)
    own = image("nginx:mine", "other:1", image_id="sha256:own")
    judged(box, own)


def judged(box: Box, used: dict[str, Any]) -> None:
    machine = FakeMachine(box)
    machine.images = [used]
    sheet: dict[str, Any] = {"containers": WEB, "images": ["nginx", "httpd", "ubuntu"]}
    expect(machine.judged(**sheet).container("web")).to_be_created_from_its_image()


def test_the_name_of_the_image_must_still_be_there() -> None:
    web(container(), images=(BASE,)).to_still_have_its_image()
    with diagnosed("image-gone", name="web", image="nginx"):
        web(container()).to_still_have_its_image()


def test_an_image_that_was_committed_over_is_not_untouched() -> None:
    made_from = image("x:1", image_id="sha256:old", layers=("a",))
    now = image("nginx:latest", image_id="sha256:new", layers=("a", "b"))
    with diagnosed("image-committed-over", name="web", image="nginx"):
        web(container(image_id="sha256:old"), images=(now, made_from)).to_leave_its_image_unchanged()
    web(container(), images=(BASE,)).to_leave_its_image_unchanged()


def test_a_container_of_an_older_build_is_not_of_the_latest() -> None:
    old, new = (
        image("x:1", image_id="sha256:old", layers=("a",)),
        image("nginx:latest", layers=("b",), image_id="sha256:new"),
    )
    with diagnosed("container-of-older-build", name="web", image="nginx"):
        web(container(image_id="sha256:old"), images=(new, old)).to_run_the_latest_build()
    web(container(), images=(BASE,)).to_run_the_latest_build()


# --- a terminal ------------------------------------------------------------------------------------------------------

BOTH: dict[str, Any] = {"Tty": True, "OpenStdin": True}


def test_a_shell_with_a_terminal_is_interactive() -> None:
    web(container(command=("bash",), config=BOTH, state="exited")).to_be_interactive("bash")
    with diagnosed("no-terminal", name="web"):
        web(container(command=("bash",), state="exited")).to_be_interactive("bash")


def test_a_shell_that_ended_by_itself_was_left_cleanly() -> None:
    web(container(state="exited", config=BOTH)).to_have_exited_cleanly()
    with diagnosed("left-by-force", name="web", exit_code=137):
        web(container(state="exited", exit_code=137, config=BOTH)).to_have_exited_cleanly()
    with diagnosed("still-inside", name="web"):
        web(container(config=BOTH)).to_have_exited_cleanly()


@pytest.mark.parametrize(
    ("state", "code"),
    [("created", "container-created"), ("paused", "container-paused"), ("restarting", "container-crash-loop")],
)
def test_one_that_was_never_left_says_what_it_does(state: str, code: str) -> None:
    with diagnosed(code, name="web"):
        web(container(state=state, config=BOTH)).to_have_exited_cleanly()


# --- programs --------------------------------------------------------------------------------------------------------


def test_process_1_is_asked_of_one_that_runs() -> None:
    web(container(command=("nginx",), commands={"sh -c own=": (0, b"")})).to_have_process_1("nginx")
    with diagnosed("process-1-other", name="web", wanted="bash", seen="nginx"):
        web(container(command=("nginx",))).to_have_process_1("bash")
    with diagnosed("container-exited"):
        web(container(state="exited", exit_code=1, ran_s=1)).to_have_process_1("nginx")


def test_its_hostname_is_its_own() -> None:
    for hostname, code in (("0123", ""), ("pc", "hostname-of-the-machine")):
        machine = FakeMachine(container(config={"Hostname": hostname}))
        machine.table["/info"] = {"Name": "pc"}
        judged_ = expect(machine.judged(containers=WEB).container("web"))
        if code:
            with diagnosed(code, name="web", hostname="pc"):
                judged_.to_have_its_own_hostname()
        else:
            judged_.to_have_its_own_hostname()


def test_it_is_not_root() -> None:
    web(container(config={"User": "1000"})).to_not_run_as_root()
    with diagnosed("runs-as-root", name="web"):
        web(container()).to_not_run_as_root()


# --- started ---------------------------------------------------------------------------------------------------------


def test_one_in_the_background_is_detached() -> None:
    web(container()).to_be_detached()
    with diagnosed("foreground", name="web"):
        web(container(config={"AttachStdout": True})).to_be_detached()
    with diagnosed("container-exited"):
        web(container(state="exited", exit_code=1, ran_s=1)).to_be_detached()


def test_where_the_engine_remembers_nothing_it_is_no_failure() -> None:
    with cannot_look("no-events", name="web"):
        web(container(), version=PODMAN_4).to_be_detached()


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
        web(container(**more)).to_publish_no_port()
        return
    with diagnosed(code, name="web", **values) as found:
        web(container(**more)).to_publish_no_port()
    assert found[0].evidence == tuple(values.values())


def test_what_it_would_publish_does_not_count_for_one_that_does_not_run() -> None:
    with diagnosed("container-exited"):
        web(container(state="exited", exit_code=1, ran_s=1, mode="host")).to_publish_no_port()
    with diagnosed("host-network-inside"):
        publishes_nothing(there(subject(container(state="exited", mode="host"))))


def test_no_name_is_known_by_hand() -> None:
    web(container()).to_use_no_add_host_or_link()
    with diagnosed("still-add-host", name="web", hosts="db:10.0.0.1, x:host-gateway"):
        web(container(host={"ExtraHosts": ["db:10.0.0.1", "x:host-gateway"]})).to_use_no_add_host_or_link()
    with diagnosed("still-linked", name="web", links="mongo:db"):
        web(container(state="exited", host={"Links": ["/mongo:/web/db"]})).to_use_no_add_host_or_link()


# --- engines ---------------------------------------------------------------------------------------------------------


def test_fields_that_an_engine_leaves_out_are_as_nothing() -> None:
    box = container()
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
        machine = FakeMachine(container())
        machine.table["/containers/web-id/json"] = Answer(200, body, at=1.0)
        with cannot_look("answer-garbled"):
            expect(machine.judged(containers=WEB).container("web")).to_exist()


def test_an_engine_that_fails_is_no_failure() -> None:
    machine = FakeMachine(container())
    machine.table["/containers/json?all=1"] = Answer(500, b"broken")
    with cannot_look("answer-unexpected", detail="500 broken"):
        expect(machine.judged(containers=WEB).container("web")).to_exist()


def test_an_answer_without_a_date_is_no_failure() -> None:
    machine = FakeMachine(container())
    machine.table["/containers/web-id/json"] = Answer(200, json.dumps(container().raw).encode())
    with cannot_look("no-clock"):
        expect(machine.judged(containers=WEB).container("web")).to_exist()


def test_one_that_ended_is_started_again() -> None:
    machine = FakeMachine(container(state="exited", exit_code=1))
    assert start_if_exited(machine.judged(containers=WEB).container("web")).is_running
    assert machine.posts() == ["POST /containers/web-id/start"]


@pytest.mark.parametrize("state", ["running", "paused", "restarting"])
def test_one_that_has_not_ended_is_left_alone(state: str) -> None:
    machine = FakeMachine(container(state=state))
    assert start_if_exited(machine.judged(containers=WEB).container("web")).state == state
    assert machine.posts() == []


def test_one_that_cannot_be_started_again_is_no_failure() -> None:
    machine = FakeMachine(container(state="exited"))
    machine.table["POST /containers/web-id/start"] = Answer(500, b"no")
    with cannot_look("cannot-renew", asked="/containers/web-id/start"):
        start_if_exited(machine.judged(containers=WEB).container("web"))
