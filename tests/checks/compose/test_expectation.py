"""A compose project: its services, its network, its images, its file."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from grader.machine.question import Answer, FileQuestion, NoAnswer
from tests.checks.fake_compose_project import COMPOSE_FILE, SPEC, FakeComposeProject
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed


def renamed(lab: FakeComposeProject, project: str) -> FakeComposeProject:
    for box in lab.fake_containers:
        box.raw["Config"]["Labels"]["com.docker.compose.project"] = project
    return lab


# --- existence -------------------------------------------------------------------------------------------------------


def test_a_project_is_there_by_any_name() -> None:
    FakeComposeProject().project().to_exist()
    renamed(FakeComposeProject(), "mine").project().to_exist()
    with fails_with("project-missing", project="todos"):
        expect(FakeMachine().as_machine(**SPEC).project()).to_exist()


def test_its_name_is_asked_for_apart() -> None:
    FakeComposeProject().project().to_have_the_required_name()
    with fails_with("project-other-name", project="todos", near="mine"):
        renamed(FakeComposeProject(), "mine").project().to_have_the_required_name()


def test_its_services_run() -> None:
    lab = FakeComposeProject()
    lab.project().to_run_all_its_services()
    lab.app.set_state("exited", ExitCode=1)
    with fails_with("container-exited", name="todos-app-1"):
        lab.project().to_run_all_its_services()
    lab.fake_containers.remove(lab.app)
    with fails_with("service-missing", service="app"):
        lab.project().to_run_all_its_services()


def test_a_container_by_hand_is_no_service_of_it() -> None:
    lab = FakeComposeProject(fake_container("app"))
    lab.fake_containers.remove(lab.app)
    with fails_with("service-missing", service="app"):
        lab.project().to_run_all_its_services()


def test_one_service_runs() -> None:
    lab = FakeComposeProject()
    lab.project().to_run_service(lab.machine().container("app"))
    lab.app.set_state("exited", ExitCode=1)
    with fails_with("container-exited"):
        lab.project().to_run_service(lab.machine().container("app"))
    lab.fake_containers.remove(lab.app)
    lab.fake_containers.append(fake_container("todos-aap-1", labels=compose_labels("aap")))
    with fails_with("service-misspelt", service="app", near="aap"):
        lab.project().to_run_service(lab.machine().container("app"))


# --- network ---------------------------------------------------------------------------------------------------------


def join(lab: FakeComposeProject) -> None:
    machine = lab.machine()
    expect(machine.project()).to_connect(machine.container("api"), machine.container("app"))


def places(box: FakeContainer, *networks: str, mode: str = "x") -> None:
    box.raw["NetworkSettings"]["Networks"] = dict.fromkeys(networks)
    box.raw["HostConfig"]["NetworkMode"] = mode


def test_services_that_share_a_network_join() -> None:
    lab = FakeComposeProject()
    join(lab)
    places(lab.api, "a", "b")
    places(lab.app, "b", "c")
    join(lab)


def test_services_without_a_network_in_common_do_not_meet() -> None:
    lab = FakeComposeProject()
    places(lab.api, "b", "a", "bridge")
    places(lab.app, "c", "bridge")
    with fails_with("networks-do-not-meet", places="todos-api-1: a, b; todos-app-1: c") as found:
        join(lab)
    assert found[0].evidence == ("todos-api-1: a, b; todos-app-1: c",)


@pytest.mark.parametrize(("mode", "code"), [("bridge", "network-default-bridge"), ("host", "network-mode")])
def test_a_service_on_no_network_is_told(mode: str, code: str) -> None:
    lab = FakeComposeProject()
    places(lab.app, mode, mode=mode)
    with fails_with(code, name="todos-app-1", network="todos_default"):
        join(lab)


# --- published -------------------------------------------------------------------------------------------------------

OPEN = {"27017/tcp": "4000"}


def publish(lab: FakeComposeProject) -> None:
    machine = lab.machine()
    expect(machine.project()).to_publish_only(machine.container("app"))


@pytest.mark.parametrize(
    ("other", "is_open"),
    [
        (None, False),
        (fake_container("todos-db-1", labels=compose_labels("db"), ports=OPEN), True),
        (fake_container("todos-db-1", labels=compose_labels("db")), False),
        (fake_container("todos-db-1", labels=compose_labels("db"), ports=OPEN, state="exited"), False),
        (fake_container("x-db-1", labels=compose_labels("db", "x"), ports=OPEN), False),
        (fake_container("todos-old-1", labels=compose_labels("old"), ports=OPEN), True),
        (fake_container("todos-app-run-1", labels=compose_labels("app", oneoff="True"), ports=OPEN), True),
        (fake_container("todos-app-2", labels=compose_labels("app", number=2), ports=OPEN), False),
        (fake_container("todos-api-2", labels=compose_labels("api", number=2), ports=OPEN), True),
    ],
)
def test_only_the_one_service_may_be_open(other: FakeContainer | None, *, is_open: bool) -> None:
    lab = FakeComposeProject(*([other] if other else []))
    lab.services_in_file["db"] = {"image": "mongo"}
    if not is_open:
        publish(lab)
        return
    assert other
    with fails_with("published-inside", name=other.name, published="4000->27017/tcp"):
        publish(lab)


@pytest.mark.parametrize(
    ("ports", "more"),
    [
        ({"7777/tcp": "4002"}, ""),
        ({"7777/tcp": "4009"}, ""),
        ({"7777/tcp": "4002", "7778/tcp": "4003"}, "4003->7778/tcp"),
        ({"7777/tcp": "4008", "7778/tcp": "4009"}, "4008->7777/tcp, 4009->7778/tcp"),
    ],
)
def test_that_service_publishes_one_port(ports: dict[str, str], more: str) -> None:
    """A single wrong one is for the check of that port."""
    lab = FakeComposeProject()
    lab.app.raw["NetworkSettings"]["Ports"] = fake_container(ports=ports).raw["NetworkSettings"]["Ports"]
    if not more:
        publish(lab)
        return
    with fails_with("published-more", name="todos-app-1", wanted=4002, published=more):
        publish(lab)


# --- built -----------------------------------------------------------------------------------------------------------


def build(lab: FakeComposeProject) -> None:
    machine = lab.machine()
    expect(machine.project()).to_build_the_images_of(machine.container("api"), machine.container("app"))


def test_what_the_file_builds_is_built() -> None:
    build(FakeComposeProject())


@pytest.mark.parametrize("written", [{"image": "todos-app"}, {"image": "todos-app", "build": None}, None])
def test_what_the_file_does_not_build_is_not(written: dict[str, Any] | None) -> None:
    lab = FakeComposeProject()
    if written:
        lab.services_in_file["app"] = written
    else:
        del lab.services_in_file["app"]
    with fails_with("image-not-built", service="app", image="todos-app", folder="front"):
        build(lab)


@pytest.mark.parametrize(
    ("api", "app", "wrong"),
    [
        ({"context": "/home/anna/todos/api"}, {"context": "/home/anna/todos/front"}, ""),
        ({"context": "/home/anna/todos/one"}, {"context": "/home/anna/todos/two"}, ""),
        ({"context": ".", "dockerfile": "api/Dockerfile"}, {"context": ".", "dockerfile": "front/Dockerfile"}, ""),
        ({"context": ".", "target": "api"}, {"context": ".", "target": "app"}, ""),
        ({"context": ".", "dockerfile_inline": "FROM a"}, {"context": ".", "dockerfile_inline": "FROM b"}, ""),
        ({"context": "/home/anna/todos/api"}, {"context": "/home/anna/todos/api"}, "app"),
        ({"context": "/home/anna/todos/front"}, {"context": "/home/anna/todos/front"}, "api"),
        ({"context": "/home/anna/todos/front"}, {"context": "/home/anna/todos/api"}, "api"),
        ({"context": "one"}, {"context": "one"}, "api"),
        ({"context": ".", "dockerfile": "front/Dockerfile"}, {"context": "front"}, "api"),
    ],
)
def test_each_is_built_from_its_own_folder(api: dict[str, str], app: dict[str, str], wrong: str) -> None:
    lab = FakeComposeProject()
    lab.services_in_file["api"]["build"], lab.services_in_file["app"]["build"] = api, app
    if not wrong:
        build(lab)
        return
    with fails_with("image-of-another-folder", service=wrong, folder={"api": "api", "app": "front"}[wrong]):
        build(lab)


@pytest.mark.parametrize("gone", ["config", "file"])
@pytest.mark.parametrize(
    ("name", "used", "is_built"),
    [
        ("todos-app", None, True),
        ("todos_app:latest", None, True),
        ("todos-apps", None, False),
        ("other", fake_image("other:1", image_id="sha256:todos-app"), True),
        ("other", fake_image("other:1", image_id="sha256:todos-app", RepoDigests=["x/other@sha256:1"]), False),
        ("other", fake_image("other:1", image_id="sha256:todos-app", RepoDigests=["other@sha256:todos-app"]), True),
    ],
)
def test_without_its_file_what_is_left_on_the_image_tells(
    gone: str, name: str, used: dict[str, Any] | None, *, is_built: bool
) -> None:
    lab = FakeComposeProject()
    lab.images = [fake_image("todos-api:latest"), *([used] if used else [])]
    lab.app.raw["Config"]["Image"] = name
    if gone == "file":
        lab.disk[COMPOSE_FILE] = Answer(404)
    else:
        lab.compose = {}
    if is_built:
        build(lab)
    else:
        with fails_with("image-not-built", service="app", image=name):
            build(lab)


def test_a_service_that_is_not_said_to_be_built_has_no_folder() -> None:
    lab = FakeComposeProject()
    lab.services_in_file["app"] = {"image": "x"}
    machine = lab.as_machine(**(SPEC | {"compose": SPEC["compose"] | {"built": {}}}))
    with fails_with("image-not-built", folder=""):
        expect(machine.project()).to_build_the_images_of(machine.container("app"))


# --- other names -----------------------------------------------------------------------------------------------------


def with_short_names(*, named: bool = True) -> FakeComposeProject:
    """A project of the services `back` and `front`, whose containers have the names that the spec has for services."""
    lab = FakeComposeProject()
    for box, service, name in ((lab.api, "back", "api"), (lab.app, "front", "app")):
        box.raw["Config"]["Labels"] |= {"com.docker.compose.service": service}
        box.raw["Config"]["Image"] = f"todos-{service}"
        box.raw["Name"] = f"/{name}" if named else f"/todos-{service}-1"
        lab.services_in_file[service] = lab.services_in_file.pop(name) | {"image": f"todos-{service}"}
    lab.app.raw["NetworkSettings"]["Ports"] = fake_container(ports={"7777/tcp": "4002"}).raw["NetworkSettings"]["Ports"]
    lab.app.raw["HostConfig"]["PortBindings"] = {"7777/tcp": [{"HostPort": "4002"}]}
    lab.services_in_file["front"]["ports"] = [{"target": 7777, "published": "4002"}]
    lab.images = [fake_image("todos-back:latest"), fake_image("todos-front:latest")]
    lab.hashes = ""
    return lab


@pytest.mark.parametrize("named", [True, False])
def test_services_of_other_names_lose_only_what_the_names_are_worth(*, named: bool) -> None:
    lab = with_short_names(named=named)
    machine = lab.as_machine(**SPEC, judge_near_names=True)
    project, api, app = machine.project(), machine.container("api"), machine.container("app")
    with fails_with("service-other-name", service="api", near="back") as found:
        expect(project).to_run_all_its_services()
    assert [(one.code, one.values["near"]) for one in found[0].also] == [("service-other-name", "front")]
    expect(project).to_exist()
    expect(project).to_have_the_required_name()
    expect(project).to_connect(api, app)
    expect(project).to_build_the_images_of(api, app)
    expect(project).to_publish_only(app)
    expect(project).to_match_its_compose_file()
    machine.clear_answers()
    lab.services_in_file["back"]["build"] = None
    with fails_with("image-not-built", service="back"):
        expect(project).to_build_the_images_of(api, app)


# --- its file --------------------------------------------------------------------------------------------------------


def runs(lab: FakeComposeProject) -> None:
    lab.project().to_match_its_compose_file()


def test_a_file_that_says_what_runs_is_right() -> None:
    lab = FakeComposeProject()
    runs(lab)
    assert FileQuestion("read", COMPOSE_FILE) in lab.questions


def test_a_file_that_is_gone_is_gone() -> None:
    lab = FakeComposeProject()
    lab.disk[COMPOSE_FILE] = Answer(404)
    with fails_with("compose-file-gone", path=COMPOSE_FILE):
        runs(lab)


@pytest.mark.parametrize("told", [NoAnswer("no-access"), NoAnswer("not-at-hand")])
def test_a_file_that_cannot_be_read_may_still_be_told_by_compose(told: NoAnswer) -> None:
    lab = FakeComposeProject()
    lab.disk[COMPOSE_FILE] = told
    runs(lab)


def test_a_file_that_compose_refuses_is_invalid() -> None:
    lab = FakeComposeProject()
    lab.config_error = b"first\nservices.app: bad\n"
    with fails_with("compose-file-invalid", path=COMPOSE_FILE, detail="services.app: bad") as found:
        runs(lab)
    assert found[0].evidence == ("services.app: bad",)


def test_without_compose_it_is_no_failure() -> None:
    lab = FakeComposeProject()
    lab.compose = {}
    with raises_probe_failed("compose-not-at-hand", folder="/home/anna/todos"):
        runs(lab)


def test_without_labels_of_a_folder_it_is_no_failure() -> None:
    lab = FakeComposeProject()
    for box in lab.fake_containers:
        del box.raw["Config"]["Labels"]["com.docker.compose.project.working_dir"]
    with raises_probe_failed("compose-not-at-hand", folder="todos", detail="no labels of compose"):
        runs(lab)


def test_the_first_service_that_has_them_tells_from_which_files() -> None:
    lab = FakeComposeProject()
    del lab.api.raw["Config"]["Labels"]["com.docker.compose.project.working_dir"]
    runs(lab)


def test_a_service_that_does_not_run_is_in_the_file_alone() -> None:
    lab = FakeComposeProject()
    lab.services_in_file["db"] = {"image": "mongo"}
    with fails_with("compose-file-differs", service="db", what="services", file="db", running="-"):
        runs(lab)
    lab.services_in_file["db"] = {"image": "mongo", "profiles": ["debug"]}
    runs(lab)
    lab.services_in_file["db"] = {"image": "mongo"}
    lab.fake_containers.append(fake_container("x-db-1", labels=compose_labels("db", "x")))
    with fails_with("compose-file-differs", service="db"):
        runs(lab)


def test_what_differs_between_file_and_container_is_told() -> None:
    lab = FakeComposeProject()
    lab.services_in_file["app"]["environment"] = {"DEBUG": "1"}
    with fails_with("compose-file-differs", service="app", what="environment: DEBUG", file="1", running="-"):
        runs(lab)


@pytest.mark.parametrize("hashes", ["api hash-api\napp other\n", "api hash-api\napp other more\n", "", "app other"])
def test_another_hash_means_that_the_file_was_changed(hashes: str) -> None:
    lab = FakeComposeProject()
    lab.hashes = hashes
    if len(hashes.split()) in {2, 4}:
        with fails_with("compose-file-changed", service="app", name="todos-app-1"):
            runs(lab)
    else:
        runs(lab)


@pytest.mark.parametrize(
    ("settings", "is_compared"),
    [
        ({"network_mode": "service:api"}, False),
        ({"ipc": "service:api"}, False),
        ({"pid": "service:api"}, False),
        ({"volumes_from": ["api"]}, False),
        ({"network_mode": "bridge", "ipc": "shareable", "pid": "host"}, True),
    ],
)
def test_compose_hashes_a_service_that_shares_with_another_by_ids(
    settings: dict[str, Any], *, is_compared: bool
) -> None:
    lab = FakeComposeProject()
    lab.services_in_file["app"] |= settings
    lab.hashes = "api hash-api\napp other\n"
    if not is_compared:
        runs(lab)
        return
    with fails_with("compose-file-changed", service="app"):
        runs(lab)


def test_a_service_by_hand_among_them_has_no_hash() -> None:
    lab = FakeComposeProject()
    lab.app.raw["Config"]["Labels"]["com.docker.compose.project.config_files"] = ""
    lab.hashes = "app other\n"
    runs(lab)


def test_a_service_that_ended_may_still_be_what_is_written() -> None:
    lab = FakeComposeProject()
    lab.app.set_state("exited", ExitCode=1)
    runs(lab)
