"""One assertion or two per line of the handout, on what `docker inspect` says and what `requests.get` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.fairness.plain.host import Host


def ubuntu_is_there(host: Host) -> None:
    assert host.inspect("tp1-ubuntu")["Config"]["Image"] == "ubuntu"


def first_is_interactive(host: Host) -> None:
    config = host.inspect("tp1-ubuntu")["Config"]
    assert config["OpenStdin"]
    assert config["Tty"]
    assert config["Cmd"] == ["bash"]


def first_was_left_cleanly(host: Host) -> None:
    state = host.inspect("tp1-ubuntu")["State"]
    assert state["Status"] == "exited"
    assert state["ExitCode"] == 0


def trace_is_kept(host: Host) -> None:
    assert "/root/trace.txt" in host.diff("tp1-ubuntu")


def background_runs(host: Host) -> None:
    assert host.docker("tp1-fond").is_running
    assert host.inspect("tp1-fond")["Config"]["Cmd"] == ["bash"]


def nothing_is_left_over(host: Host) -> None:
    assert {name for one in host.containers() for name in one["Names"]} == {"/tp1-ubuntu", "/tp1-fond"}


def web_is_running(host: Host) -> None:
    assert host.docker("web").is_running
    assert "nginx" in host.inspect("web")["Config"]["Image"]


def web_is_detached(host: Host) -> None:
    assert not host.inspect("web")["Config"]["AttachStdout"]


def web_is_published(host: Host) -> None:
    assert host.docker("web").host_port(80) == str(host.ports["web"])


def site_answers(host: Host) -> None:
    assert host.get(host.ports["web"]).status_code == 200


def hello_says_hello_world(host: Host) -> None:
    assert host.docker("hello").has_bind("/foo")


def dropped_page_is_served(host: Host) -> None:
    assert host.docker("web").has_bind("/usr/share/nginx/html")


def index_is_your_own(host: Host) -> None:
    assert "Welcome to nginx" not in host.get(host.ports["web"]).text


def added_file(host: Host) -> None:
    assert "/root/ajout.txt" in host.diff("couches")


def changed_file(host: Host) -> None:
    assert "/etc/issue" in host.diff("couches")


def image_is_untouched(host: Host) -> None:
    assert host.inspect("couches")["Config"]["Image"] == "ubuntu"


def image_is_built_here(host: Host) -> None:
    assert host.image("tp3-app")["RootFS"]["Layers"][0] == host.image("python:alpine")["RootFS"]["Layers"][0]


def image_says_how_it_runs(host: Host) -> None:
    config = host.image("tp3-app")["Config"]
    assert config["Cmd"]
    assert "8000/tcp" in config["ExposedPorts"]
    assert config["WorkingDir"]


def image_is_small(host: Host) -> None:
    assert host.image("tp3-app")["Size"] < 120_000_000


def container_answers(host: Host) -> None:
    assert host.docker("tp3-app").is_running
    assert host.get(host.ports["tp3-app"]).status_code == 200


def code_is_in_the_image(host: Host) -> None:
    assert not host.inspect("tp3-app")["Mounts"]


def program_is_not_root(host: Host) -> None:
    assert host.image("tp3-app")["Config"]["User"] not in {"", "root", "0"}


_TODOS: Final = {"todos-mongo": 27017, "todos-api": 8082, "todos-app": 7777}


def three_containers_run(host: Host) -> None:
    for name in _TODOS:
        assert host.docker(name).is_running


def mydocker_is_known(host: Host) -> None:
    for name in _TODOS:
        assert any(one.startswith("mydocker:") for one in host.inspect(name)["HostConfig"]["ExtraHosts"])


def mydocker_is_this_machine(host: Host) -> None:
    for name in _TODOS:
        assert "mydocker:127.0.0.1" not in host.inspect(name)["HostConfig"]["ExtraHosts"]


def _is_published(name: str, role: str) -> Callable[[Host], None]:
    def check(host: Host) -> None:
        assert host.docker(name).host_port(_TODOS[name]) == str(host.ports[role])

    return check


def data_is_in_your_folder(host: Host) -> None:
    assert host.docker("todos-mongo").has_bind("/data/db")


def page_answers(host: Host) -> None:
    assert host.get(host.ports["app"]).status_code == 200


def todo_at_the_api(host: Host) -> None:
    assert isinstance(host.get(host.ports["api"], "/todos").json(), list)


def network_is_there(host: Host) -> None:
    [network] = [one for one in host.networks() if one["Name"] == "todos-net"]
    assert network["Driver"] == "bridge"


def all_three_are_on_it(host: Host) -> None:
    for name in _TODOS:
        assert "todos-net" in host.inspect(name)["NetworkSettings"]["Networks"]


def only_the_page_is_open(host: Host) -> None:
    for name in ("todos-mongo", "todos-api"):
        assert not host.inspect(name)["HostConfig"]["PortBindings"]


def no_name_is_known_by_hand(host: Host) -> None:
    for name in _TODOS:
        config = host.inspect(name)["HostConfig"]
        assert not config["ExtraHosts"]
        assert not config["Links"]


def api_looks_for_the_database(host: Host) -> None:
    assert "MONGO=todos-mongo:27017" in host.inspect("todos-api")["Config"]["Env"]


def _of_service(host: Host, service: str) -> str:
    [one] = host.containers(service)
    return str(one["Names"][0]).lstrip("/")


def project_is_there(host: Host) -> None:
    assert host.containers("todos-app")


def project_has_its_name(host: Host) -> None:
    assert host.containers("todos-app")[0]["Labels"]["com.docker.compose.project"] == "todos"


def services_run(host: Host) -> None:
    for service in _TODOS:
        assert host.docker(_of_service(host, service)).is_running


def images_are_built_here(host: Host) -> None:
    for service in ("todos-api", "todos-app"):
        assert host.containers(service)[0]["Image"] == f"todos-{service}"


def network_joins_the_three(host: Host) -> None:
    for service in _TODOS:
        assert "todos_default" in host.inspect(_of_service(host, service))["NetworkSettings"]["Networks"]


def page_is_published(host: Host) -> None:
    assert host.docker(_of_service(host, "todos-app")).host_port(7777) == str(host.ports["app"])


def others_publish_nothing(host: Host) -> None:
    for service in ("todos-mongo", "todos-api"):
        assert not host.inspect(_of_service(host, service))["HostConfig"]["PortBindings"]


def data_is_in_the_folder(host: Host) -> None:
    assert host.docker(_of_service(host, "todos-mongo")).has_bind("/data/db")


def file_is_what_runs(host: Host) -> None:
    label = "com.docker.compose.project.config_files"
    assert host.containers("todos-app")[0]["Labels"][label].endswith((".yaml", ".yml"))


def web_runs(host: Host) -> None:
    assert any(one["State"] == "running" for one in host.containers("web"))


def three_replicas(host: Host) -> None:
    assert len([one for one in host.containers("web") if one["State"] == "running"]) == 3


def balancer_runs(host: Host) -> None:
    assert host.containers("lb")[0]["State"] == "running"


def balancer_is_published(host: Host) -> None:
    assert host.ports["lb"] in [one.get("PublicPort") for one in host.containers("lb")[0]["Ports"]]


def _tiers(host: Host, service: str, *wanted: str) -> None:
    for one in host.containers(service):
        names = {name.rpartition("_")[2] for name in one["NetworkSettings"]["Networks"]}
        assert names >= set(wanted)


def both_networks(host: Host) -> None:
    names = {one["Name"].rpartition("_")[2]: one["Driver"] for one in host.networks()}
    assert names["front-tier"] == names["back-tier"] == "bridge"


def who_is_in_front(host: Host) -> None:
    _tiers(host, "lb", "front-tier")
    _tiers(host, "web", "front-tier")


def who_is_behind(host: Host) -> None:
    _tiers(host, "redis", "back-tier")
    _tiers(host, "web", "back-tier")
    assert len(host.containers("redis")[0]["NetworkSettings"]["Networks"]) == 1


def replicas_publish_nothing(host: Host) -> None:
    assert not any("PublicPort" in port for one in host.containers("web") for port in one["Ports"])


def swarm_is_active(host: Host) -> None:
    assert host.info()["Swarm"]["LocalNodeState"] == "active"


def overlay_is_there(host: Host) -> None:
    [network] = [one for one in host.networks() if one["Name"] == "tp8-net"]
    assert network["Driver"] == "overlay"


def overlay_is_attachable(host: Host) -> None:
    [network] = [one for one in host.networks() if one["Name"] == "tp8-net"]
    assert network["Attachable"]


def service_runs(host: Host) -> None:
    assert [one for one in host.services() if one["Spec"]["Name"] == "web"]


def three_tasks_run(host: Host) -> None:
    [service] = [one for one in host.services() if one["Spec"]["Name"] == "web"]
    assert service["Spec"]["Mode"]["Replicated"]["Replicas"] == 3


def service_is_on_the_network(host: Host) -> None:
    [service] = [one for one in host.services() if one["Spec"]["Name"] == "web"]
    assert service["Spec"]["TaskTemplate"]["Networks"]


def site_is_published(host: Host) -> None:
    ports = [port.get("PublicPort") for one in host.containers() for port in one["Ports"]]
    ports += [port["PublishedPort"] for one in host.services() for port in one["Endpoint"].get("Ports", [])]
    assert host.ports["web"] in ports


PLAIN: Final[Mapping[str, Mapping[str, Callable[[Host], None]]]] = {
    "tp1": {
        "test_ubuntu_is_there": ubuntu_is_there,
        "test_first_is_interactive": first_is_interactive,
        "test_first_was_left_cleanly": first_was_left_cleanly,
        "test_trace_is_kept": trace_is_kept,
        "test_trace_is_in_the_layer": trace_is_kept,
        "test_background_runs": background_runs,
        "test_nothing_is_left_over": nothing_is_left_over,
    },
    "tp2": {
        "test_web_is_running": web_is_running,
        "test_web_is_detached": web_is_detached,
        "test_web_is_published": web_is_published,
        "test_site_answers": site_answers,
        "test_hello_says_hello_world": hello_says_hello_world,
        "test_dropped_page_is_served": dropped_page_is_served,
        "test_index_is_your_own": index_is_your_own,
    },
    "tp3": {
        "test_added_file_is_in_the_layer": added_file,
        "test_changed_file_is_in_the_layer": changed_file,
        "test_image_is_untouched": image_is_untouched,
        "test_image_is_built_here": image_is_built_here,
        "test_image_says_how_it_runs": image_says_how_it_runs,
        "test_image_is_small": image_is_small,
        "test_container_answers": container_answers,
        "test_code_is_in_the_image": code_is_in_the_image,
        "test_program_is_not_root": program_is_not_root,
    },
    "tp4": {
        "test_three_containers_run": three_containers_run,
        "test_mydocker_is_known": mydocker_is_known,
        "test_mydocker_is_this_machine": mydocker_is_this_machine,
        "test_database_is_published": _is_published("todos-mongo", "mongo"),
        "test_api_is_published": _is_published("todos-api", "api"),
        "test_page_is_published": _is_published("todos-app", "app"),
        "test_data_is_in_your_folder": data_is_in_your_folder,
        "test_page_answers": page_answers,
        "test_todo_goes_all_the_way": todo_at_the_api,
    },
    "tp5": {
        "test_network_is_there": network_is_there,
        "test_three_containers_run": three_containers_run,
        "test_all_three_are_on_it": all_three_are_on_it,
        "test_only_the_page_is_open": only_the_page_is_open,
        "test_page_is_published": _is_published("todos-app", "app"),
        "test_no_name_is_known_by_hand": no_name_is_known_by_hand,
        "test_api_reaches_the_database": api_looks_for_the_database,
        "test_data_is_in_your_folder": data_is_in_your_folder,
    },
    "tp6": {
        "test_project_is_there": project_is_there,
        "test_project_has_its_name": project_has_its_name,
        "test_three_services_run": services_run,
        "test_images_are_built_here": images_are_built_here,
        "test_network_joins_the_three": network_joins_the_three,
        "test_page_is_published": page_is_published,
        "test_only_the_page_is_open": others_publish_nothing,
        "test_data_is_in_the_folder": data_is_in_the_folder,
        "test_file_is_what_runs": file_is_what_runs,
    },
    "tp7": {
        "test_web_runs": web_runs,
        "test_three_replicas": three_replicas,
        "test_balancer_runs": balancer_runs,
        "test_balancer_is_published": balancer_is_published,
        "test_both_networks_are_there": both_networks,
        "test_who_is_in_front": who_is_in_front,
        "test_who_is_behind": who_is_behind,
        "test_replicas_publish_nothing": replicas_publish_nothing,
    },
    "tp8": {
        "test_swarm_is_active": swarm_is_active,
        "test_network_is_there": overlay_is_there,
        "test_network_is_attachable": overlay_is_attachable,
        "test_service_runs": service_runs,
        "test_three_tasks_run": three_tasks_run,
        "test_service_is_on_the_network": service_is_on_the_network,
        "test_site_is_published": site_is_published,
    },
}
"""Check to assertion. What a school would have to break or add to see (a todo, a killed replica) is left out."""
