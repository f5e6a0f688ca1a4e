"""A folder of the machine in a container: mounted, containing a file, served; each near miss has its diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.expect import expect
from grader.checks.failure import CheckSkipped
from grader.checks.mounts.expectation import normalize_text
from grader.machine.question import Answer, FileQuestion, HttpQuestion, NoAnswer
from tests.checks.fake_engine_json import FakeContainer, File, compose_labels, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, folder, raises_probe_failed, serves
from tests.scripted_machine import DOCKER_20, DOCKER_26, DOCKER_29, PODMAN_4

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from tests.scripted_machine import Version

HTML = "/usr/share/nginx/html"
SITE = "/home/anna/Docker/site"
ANONYMOUS = "0123456789abcdef" * 4
SPEC: dict[str, Any] = {
    "containers": {"web": {"name": "web", "image": "nginx", "equivalent_images": ["httpd"], "port": 80}},
    "ports": {"web": {"port": 4000, "offset": 0}},
    "folders": {"site": {"container": "web", "outside": "~/Docker/site", "inside": HTML}},
}


def bind(source: str = SITE, inside: str = HTML) -> dict[str, Any]:
    return {"Type": "bind", "Source": source, "Destination": inside}


def volume(name: str, inside: str = HTML) -> dict[str, Any]:
    return {"Type": "volume", "Name": name, "Source": f"/var/lib/docker/volumes/{name}/_data", "Destination": inside}


def web(*mounts: dict[str, Any], files: dict[str, File] | None = None, **more: Any) -> FakeContainer:
    return fake_container(
        mounts=mounts, files={HTML: folder("index.html")} | (files or {}), ports={"80/tcp": "4000"}, **more
    )


def is_mounted(
    box: FakeContainer,
    *,
    spec: dict[str, Any] = SPEC,
    version: Version = DOCKER_26,
    disk: dict[str, bytes | Answer | NoAnswer] | None = None,
) -> None:
    machine = FakeMachine(box, version=version)
    machine.disk = disk or {}
    machine.table["/volumes/site"] = {"Driver": "local"}
    expect(machine.as_machine(**spec).folder("site")).to_be_mounted()


# --- mounted ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [DOCKER_20, DOCKER_29, PODMAN_4])
def test_the_folder_in_its_place_is_mounted_on_every_engine(version: Version) -> None:
    is_mounted(web(bind()), version=version)


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("/root/Docker/site", HTML),
        (SITE, f"{HTML}/"),
        ("/host_mnt/Users/anna/Docker/site", HTML),
        ("/Users/anna/docker/Site", HTML),
        ("C:\\Users\\anna\\docker\\site", HTML),
        ("/run/desktop/mnt/host/wsl/docker-desktop-bind-mounts/Ubuntu/" + "a" * 64, HTML),
    ],
    ids=["another home", "a slash behind", "macOS", "macOS folds case", "Windows folds case", "WSL tells no name"],
)
def test_the_same_folder_may_be_written_in_other_ways(source: str, inside: str) -> None:
    is_mounted(web(bind(source, inside)))


def test_a_place_inside_may_be_written_with_a_slash_in_the_exercise() -> None:
    spec = SPEC | {"folders": {"site": {"container": "web", "outside": "~/Docker/site", "inside": HTML + "/"}}}
    is_mounted(web(bind()), spec=spec)


def test_a_volume_that_stands_for_the_folder_is_the_folder() -> None:
    machine = FakeMachine(web(volume("site")))
    options = {"type": "none", "o": "bind", "device": SITE}
    machine.table["/volumes/site"] = {"Driver": "local", "Options": options}
    expect(machine.as_machine(**SPEC).folder("site")).to_be_mounted()


def test_a_volume_that_stands_for_another_folder_is_that_other_folder() -> None:
    machine = FakeMachine(web(volume("site")))
    machine.table["/volumes/site"] = {"Driver": "local", "Options": {"o": "bind", "device": "/home/anna/other"}}
    with fails_with("mount-wrong-outside", source="/home/anna/other"):
        expect(machine.as_machine(**SPEC).folder("site")).to_be_mounted()


OWN_COMPUTER = "own-computer:"
"""As the transport of a submission marks it."""
PROJECT_SPEC = SPEC | {"folders": {"site": {"container": "web", "outside": "site", "inside": HTML}}}
OF_PROJECT = compose_labels("web", "todos")


@pytest.mark.parametrize("source", ["/home/zoe/todos/site", "C:\\Users\\zoe\\todos\\site", "/home/anna/todos/site"])
def test_a_folder_of_the_students_own_computer_is_not_the_projects(source: str) -> None:
    with fails_with("mount-on-own-computer", source=source.replace("C:\\", "/c/").replace("\\", "/"), wanted="site"):
        is_mounted(web(bind(f"{OWN_COMPUTER}{source}"), labels=OF_PROJECT), spec=PROJECT_SPEC)


def test_the_projects_own_folder_is_still_the_projects() -> None:
    is_mounted(web(bind("/home/anna/todos/site"), labels=OF_PROJECT), spec=PROJECT_SPEC)


def test_a_folder_of_the_students_home_may_be_written_with_its_whole_path() -> None:
    is_mounted(web(bind(f"{OWN_COMPUTER}/home/zoe/Docker/site")))


def test_another_folder_of_the_students_own_computer_is_named() -> None:
    with fails_with("mount-on-own-computer", source="/home/zoe/elsewhere"):
        is_mounted(web(bind(f"{OWN_COMPUTER}/home/zoe/elsewhere")))


def test_a_volume_bound_to_a_folder_of_the_students_own_computer_is_named() -> None:
    machine = FakeMachine(web(volume("site"), labels=OF_PROJECT))
    machine.table["/volumes/site"] = {
        "Driver": "local",
        "Options": {"o": "bind", "device": f"{OWN_COMPUTER}/home/zoe/x"},
    }
    with fails_with("mount-on-own-computer", source="/home/zoe/x"):
        expect(machine.as_machine(**PROJECT_SPEC).folder("site")).to_be_mounted()


def test_a_file_that_is_only_on_the_students_own_computer_is_missing_for_that_reason() -> None:
    machine = FakeMachine(web(bind(f"{OWN_COMPUTER}/home/zoe/Docker/site")))
    with fails_with("mount-on-own-computer", source="/home/zoe/Docker/site"):
        expect(machine.as_machine(**SPEC).folder("site")).to_contain_file("hello", "x")


def through(*paths: str, real: str = SITE) -> dict[str, bytes | Answer | NoAnswer]:
    """Paths of the machine that lead to one folder."""
    return dict.fromkeys((f"identify {path}" for path in paths), f"64769:1234\n{real}".encode())


@pytest.mark.parametrize(
    ("source", "disk"),
    [
        ("/home/anna/work/site", through("/home/anna/work/site")),
        ("/home/anna/short", through("/home/anna/short")),
        ("/data/anna/site", through("/data/anna/site", "~/Docker/site", real="/data/anna/site")),
        ("/mnt/disk/7", through("/mnt/disk/7", "~/Docker/site", real="/mnt/disk/7")),
    ],
    ids=["a parent is a link", "a link", "a home that is a link", "one disk in two places"],
)
def test_the_folder_through_a_link_is_the_folder(source: str, disk: dict[str, bytes | Answer | NoAnswer]) -> None:
    is_mounted(web(bind(source)), disk=disk)


@pytest.mark.parametrize(
    "disk",
    [
        through("/home/anna/other", real="/home/anna/other"),
        through("/home/anna/other", real="/home/anna/other") | {"identify ~/Docker/site": b"64769:99\n/x/site"},
        through("/home/anna/other", real="/Docker/site"),
        {"identify /home/anna/other": Answer(404)},
        {"identify /home/anna/other": NoAnswer("not-at-hand")},
        {"identify /home/anna/other": b"garbled"},
    ],
    ids=["itself", "yet another", "at the root", "gone", "out of reach", "unreadable"],
)
def test_another_folder_is_another_folder(disk: dict[str, bytes | Answer | NoAnswer]) -> None:
    with fails_with("mount-wrong-outside", source="/home/anna/other"):
        is_mounted(web(bind("/home/anna/other")), disk=disk)


@pytest.mark.parametrize(("key", "is_it"), [("1:2", True), ("1:3", False)])
def test_a_folder_of_the_project_through_a_link_is_that_folder(key: str, *, is_it: bool) -> None:
    spec = SPEC | {"folders": {"site": {"container": "web", "outside": "site", "inside": HTML}}}
    disk: dict[str, bytes | Answer | NoAnswer] = {
        "identify /home/anna/work/site": f"{key}\n/home/anna/todos/site".encode(),
        "identify /home/anna/todos/site": b"1:2\n/home/anna/todos/site",
    }
    box = web(bind("/home/anna/work/site"), labels=compose_labels("web"))
    if is_it:
        is_mounted(box, spec=spec, disk=disk)
    else:
        with fails_with("mount-wrong-outside"):
            is_mounted(box, spec=spec, disk=disk)


def test_no_mount_at_all_is_missing() -> None:
    with fails_with("mount-missing", name="web", inside=HTML, wanted="~/Docker/site") as found:
        is_mounted(web())
    assert found[0].evidence == ("no mount",)


def test_a_container_that_does_not_run_is_diagnosed_before_its_mounts() -> None:
    with fails_with("container-exited", exit_code=1):
        is_mounted(web(state="exited", exit_code=1, ran_s=2))


@pytest.mark.parametrize(
    ("mounts", "code", "values"),
    [
        ([volume("site")], "named-volume-not-bind", {"volume": "site", "source": "/var/lib/docker/volumes/site/_data"}),
        ([volume(ANONYMOUS)], "anonymous-volume-not-bind", {"volume": ANONYMOUS}),
        ([{"Type": "tmpfs", "Destination": HTML}], "mount-not-bind", {"type": "tmpfs"}),
        ([bind(HTML, "/home/anna/Docker/site")], "mount-reversed", {"source": HTML, "there": SITE}),
        ([bind(SITE, "/srv")], "mount-wrong-inside", {"source": SITE, "there": "/srv"}),
        ([bind(f"{SITE}/index.html", f"{HTML}/index.html")], "mount-is-a-file", {"there": f"{HTML}/index.html"}),
        ([bind("/home/anna/Docker/other")], "mount-wrong-outside", {"source": "/home/anna/Docker/other"}),
        ([bind("/home/anna/docker/site")], "mount-other-case", {"source": "/home/anna/docker/site"}),
        ([bind("/home/anna/Docker/mysite")], "mount-wrong-outside", {}),
        ([bind(SITE, "/srv"), volume(ANONYMOUS)], "mount-wrong-inside", {"source": SITE, "there": "/srv"}),
        ([volume("x", "/data"), volume(ANONYMOUS)], "anonymous-volume-not-bind", {}),
        ([bind(SITE, "/srv"), volume("site")], "named-volume-not-bind", {}),
    ],
    ids=[
        "named volume", "anonymous volume", "tmpfs", "reversed", "elsewhere inside", "file of it alone",
        "another folder", "other case", "name ends alike", "beside the image's volume", "two volumes",
        "named volume and a bind elsewhere",
    ],
)  # fmt: skip
def test_each_wrong_mount_is_called_by_its_name(
    mounts: list[dict[str, Any]], code: str, values: dict[str, Any]
) -> None:
    with fails_with(code, name="web", inside=HTML, wanted="~/Docker/site", **values) as found:
        is_mounted(web(*mounts))
    shown = [f"{one['Type']} {one.get('Source', '')} -> {one['Destination']}" for one in mounts]
    assert set(found[0].evidence) & set(shown)


@pytest.mark.parametrize("type_", ["volume", "tmpfs"])
def test_only_a_bind_can_be_reversed_or_elsewhere(type_: str) -> None:
    for source, inside in [(HTML, "/srv"), (SITE, "/srv"), ("/x", f"{HTML}/index.html")]:
        mount = {"Type": type_, "Source": source, "Destination": inside, "Name": "x"}
        with fails_with("mount-missing"):
            is_mounted(web(mount, files={"/srv": folder()}))


def test_an_empty_folder_of_another_name_was_mistyped() -> None:
    with fails_with("mount-mistyped", source="/home/anna/Docker/stie"):
        is_mounted(web(bind("/home/anna/Docker/stie")), disk={"/home/anna/Docker/stie": b""})


def test_what_runs_dropped_makes_no_folder_full() -> None:
    with fails_with("mount-mistyped"):
        is_mounted(web(bind("/home/anna/stie")), disk={"/home/anna/stie": b".grader-1-2.txt\n"})


def test_an_empty_folder_at_the_root_of_the_disk_was_made_by_the_engine() -> None:
    with fails_with("mount-mistyped", source="/Docker/site"):
        is_mounted(web(bind("/Docker/site")), disk={"/Docker/site": b""})


NAMELESS = f"/run/desktop/mnt/host/wsl/docker-desktop-bind-mounts/Ubuntu/{ANONYMOUS}"


def labels_of_docker_desktop(source: str) -> dict[str, str]:
    return {"desktop.docker.io/binds/0/Source": source, "desktop.docker.io/binds/0/Target": HTML}


def test_under_wsl_the_folder_is_the_one_that_was_typed() -> None:
    is_mounted(web(bind(NAMELESS)))
    is_mounted(web(bind(NAMELESS), labels=labels_of_docker_desktop(SITE)))
    with fails_with("mount-wrong-outside"):
        is_mounted(web(bind(NAMELESS), labels=labels_of_docker_desktop("/home/anna/site")))


@pytest.mark.parametrize(
    ("project", "source"),
    [
        ("/mnt/c/Users/Anna/todos", "/run/desktop/mnt/host/c/Users/Anna/todos/site"),
        ("C:\\Users\\Anna\\todos", "/run/desktop/mnt/host/c/Users/Anna/todos/site"),
        ("C:\\Users\\Anna\\todos", "C:\\Users\\anna\\todos\\site"),
        ("\\\\wsl.localhost\\Ubuntu\\home\\anna\\todos", NAMELESS),
    ],
)
def test_in_a_project_under_wsl_the_folder_is_found(project: str, source: str) -> None:
    labels = labels_of_docker_desktop("/home/anna/todos/site") if source == NAMELESS else {}
    labels |= compose_labels("web") | {"com.docker.compose.project.working_dir": project}
    spec = SPEC | {"folders": {"site": {"container": "web", "outside": "site", "inside": HTML}}}
    is_mounted(web(bind(source), labels=labels), spec=spec)
    with fails_with("mount-wrong-outside"):
        labels["desktop.docker.io/binds/0/Source"] = "/home/anna/todos/other"
        is_mounted(web(bind(source if source == NAMELESS else f"{source}s"), labels=labels), spec=spec)


def test_the_folder_at_the_root_of_the_disk_is_nobodys_whatever_a_program_wrote_there() -> None:
    with fails_with("mount-wrong-outside", source="/Docker/site"):
        is_mounted(web(bind("/Docker/site"), files={HTML: folder("x")}), disk={"/Docker/site": b"WiredTiger.wt"})


@pytest.mark.parametrize(
    ("command", "listed", "is_used"),
    [
        pytest.param(("mongod",), b"", True, id="without options"),
        pytest.param(("mongod", "--bind_ip_all"), b"", True, id="with other options"),
        pytest.param(("mongod", "--dbpath", HTML), b"", True, id="told its place"),
        pytest.param(("mongod", "-f", "/etc/mongod.conf"), b"WiredTiger", True, id="another path, and data"),
        pytest.param(("mongod", "--dbpath", "/data"), b"", False, id="another path, and no data"),
    ],
)
def test_the_program_must_use_the_folder(command: tuple[str, ...], listed: bytes, *, is_used: bool) -> None:
    machine = FakeMachine(web(bind(), command=command))
    machine.disk |= {SITE: listed}
    asked = expect(machine.as_machine(**SPEC).folder("site"))
    if is_used:
        asked.to_be_mounted()
        return
    with fails_with("mount-unused", name="web", inside=HTML, command="mongod --dbpath /data", source=SITE):
        asked.to_be_mounted()


def test_the_folder_of_the_machine_is_listed() -> None:
    machine = FakeMachine(web(bind("/home/anna/other")))
    with fails_with("mount-wrong-outside"):
        expect(machine.as_machine(**SPEC).folder("site")).to_be_mounted()
    assert FileQuestion("list", "/home/anna/other") in machine.questions


def test_the_right_folder_may_be_empty() -> None:
    is_mounted(web(bind()), disk={SITE: b""})


@pytest.mark.parametrize("listed", [Answer(404), Answer(404, b"index.html")])
def test_where_the_disk_does_not_show_the_folder_its_inside_tells_whether_it_is_empty(listed: Answer) -> None:
    other = "/home/anna/other"
    with fails_with("mount-mistyped"):
        is_mounted(web(bind(other), files={HTML: folder()}), disk={other: listed})
    with fails_with("mount-wrong-outside"):
        is_mounted(web(bind(other)), disk={other: listed})


def test_a_single_file_in_the_place_of_the_folder_is_a_file() -> None:
    with fails_with("mount-is-a-file", there=HTML):
        is_mounted(web(bind("/home/anna/index.html"), files={HTML: File(b"hello")}))
    box = web(bind("/home/anna/index.html"))
    box.files.clear()
    with fails_with("mount-is-a-file", there=HTML):
        is_mounted(box)


def test_a_folder_of_the_name_is_it_even_where_the_inside_cannot_be_read() -> None:
    box = web(bind())
    box.files.clear()
    is_mounted(box)


def test_files_that_were_copied_in_are_not_mounted() -> None:
    with fails_with("copied-not-mounted"):
        is_mounted(web(changes={"/usr/share/nginx": 0, HTML: 0, f"{HTML}/index.html": 1}))
    with fails_with("mount-missing"):
        is_mounted(web(changes={HTML: 0, f"{HTML}-old/index.html": 1}))


def test_an_image_of_ones_own_has_the_files_copied_in() -> None:
    with fails_with("copied-not-mounted"):
        is_mounted(web(image="mysite"))
    for known in ("nginx:alpine", "docker.io/library/nginx", "httpd:2"):
        with fails_with("mount-missing"):
            is_mounted(web(image=known))
    box = web(image="mysite")
    box.files.clear()
    with fails_with("mount-missing"):
        is_mounted(box)


def test_any_other_folder_that_is_mounted_is_taken_for_the_wrong_place() -> None:
    with fails_with("mount-wrong-inside", source="/home/anna/www", there="/www"):
        is_mounted(web(bind("/etc/app.conf", "/app.conf"), bind("/home/anna/www", "/www"), files={"/www": folder()}))
    with fails_with("mount-missing"):
        is_mounted(web(bind("/etc/nginx.conf", "/etc/nginx.conf"), files={"/etc/nginx.conf": File(b"x")}))


def of_compose(source: str, *, mounts_inside: str = HTML, **labels: str) -> None:
    spec = {
        "compose": {"project": "todos", "services": {"web": "web"}},
        "containers": {"web": {"image": "nginx"}},
        "folders": {"site": {"container": "web", "outside": "mongo/db", "inside": HTML}},
    }
    is_mounted(web(bind(source, mounts_inside), labels=compose_labels("web") | labels), spec=spec)


def test_a_relative_folder_is_that_of_the_project() -> None:
    of_compose("/home/anna/todos/mongo/db")
    with fails_with("mount-wrong-outside"):
        of_compose("/home/anna/elsewhere/mongo/db")


def test_where_the_projects_folder_is_not_known_the_last_names_decide() -> None:
    of_compose("/home/anna/elsewhere/mongo/db", **{"com.docker.compose.project.working_dir": ""})
    of_compose("/home/anna/elsewhere/mongo/db", **{"com.docker.compose.project.working_dir": "C:\\todos"})


@pytest.mark.parametrize("outside", ["~/Docker/site", "/Docker/site"])
def test_a_whole_path_is_not_below_the_project(outside: str) -> None:
    spec = SPEC | {"folders": {"site": {"container": "web", "outside": outside, "inside": HTML}}}
    is_mounted(web(bind(), labels=compose_labels("web")), spec=spec)


# --- holding a file --------------------------------------------------------------------------------------------------

APP = "/foo"
HOLDING: dict[str, Any] = {
    "containers": {"hello": {"name": "hello", "image": "ubuntu"}},
    "folders": {"app": {"container": "hello", "outside": "~/app1", "inside": APP}},
}


def holds(file: File | None, *, state: str = "exited", version: Version = DOCKER_26, **more: Any) -> None:
    made = {"files": {APP: folder("hello", "other"), f"{APP}/hello": file or File()} | more.pop("files", {})}
    if file is None:
        del made["files"][f"{APP}/hello"]
    settings = {"command": ("/foo/hello",)} | made | more
    box = fake_container("hello", image="ubuntu", state=state, mounts=(bind("/home/anna/app1", APP),), **settings)
    machine = FakeMachine(box, version=version)
    expect(machine.as_machine(**HOLDING).folder("app")).to_contain_file("hello", "hello world")


def test_a_file_with_the_words_holds_them_running_or_not() -> None:
    holds(File(b"#!/bin/sh\necho 'Hello, World!'\n"))
    holds(File(b"hello world"), state="running")


def test_a_file_that_is_not_there_is_told_with_what_is_beside_it() -> None:
    with fails_with("file-missing", path="/foo/hello", beside="hello.sh, other"):
        holds(None, files={APP: folder("hello.sh", "other")})
    with fails_with("file-missing", beside=""):
        holds(None, files={APP: folder()})


def test_no_folder_behind_the_mount_has_nothing_beside() -> None:
    box = fake_container("hello", image="ubuntu", mounts=(bind("/home/anna/app1", APP),))
    with fails_with("file-missing", path="/foo/hello", beside=""):
        expect(FakeMachine(box).as_machine(**HOLDING).folder("app")).to_contain_file("hello", "x")


def test_a_folder_is_no_file() -> None:
    with fails_with("file-is-a-folder", path="/foo/hello"):
        holds(folder("x"))


def test_a_link_out_of_the_folder_leads_away() -> None:
    with fails_with("link-leads-away", name="hello", path="/foo/hello", target="/nowhere"):
        holds(File(link_target="/nowhere"))
    with fails_with("link-leads-away", target="/etc/hello"):
        holds(File(link_target="/etc/hello"), files={"/etc/hello": File(b"hello world")})
    holds(File(link_target="other"), files={"/foo/other": File(b"hello world")})


def test_blank_is_empty() -> None:
    with fails_with("file-empty", name="hello", path="/foo/hello"):
        holds(File(b" \n\t\n"))


def test_other_words_are_missing() -> None:
    with fails_with("text-missing", wanted="hello world", seen="good bye | all", name="hello") as found:
        holds(File(b"good bye\n\nall\n"))
    assert found[0].evidence == ("good bye\\x0a\\x0aall\\x0a",)


def test_of_a_long_file_the_beginning_is_shown() -> None:
    with fails_with("text-missing", seen="x" * 80) as found:
        holds(File(b"x" * 300))
    assert found[0].evidence == ("x" * 200,)


def test_a_file_is_looked_for_on_the_right_mount() -> None:
    with fails_with("mount-missing", inside="/foo"):
        box = fake_container("hello", image="ubuntu", files={f"{APP}/hello": File(b"hello world")})
        expect(FakeMachine(box).as_machine(**HOLDING).folder("app")).to_contain_file("hello", "hello world")


def test_a_script_that_prints_the_words_need_not_hold_them_in_one() -> None:
    script = File(b"#!/bin/sh\necho hello\necho world\n")
    with fails_with("script-not-heard", path="/foo/hello"):
        holds(script)
    holds(script, log=b"hello world\n")


def test_the_words_in_the_log_count_only_where_the_file_was_run() -> None:
    script = File(b"#!/bin/sh\necho hello\necho world\n")
    with fails_with("script-not-heard"):
        holds(script, log=b"hello world\n", command=("bash",))
    holds(script, log=b"$ ./hello\nhello world\n", command=("bash",))
    with fails_with("script-not-heard"):
        holds(script, log=b"./hello: not found\n", command=("bash",))
    with fails_with("script-not-heard"):
        holds(script, log=None)


def test_a_program_that_may_not_be_run_is_why_it_never_started() -> None:
    with fails_with("not-executable", name="hello", path="/foo/hello") as found:
        holds(File(b"hello world", mode=0o644), state="created", version=PODMAN_4)
    assert found[0].evidence == ("/foo/hello: 0644",)


@pytest.mark.parametrize(
    ("file", "command"),
    [
        (File(b"hello world", mode=0o755), ("/foo/hello",)),
        (File(b"hello world", mode=0o645), ("/foo/hello",)),
        (File(b"hello world", mode=0o644), ("bash",)),
        (File(b"hello world", mode=0o644), ()),
        (folder(), ("/foo/hello",)),
        (File(link_target="/nowhere", mode=0o644), ("/foo/hello",)),
        (None, ("/foo/hello",)),
    ],
    ids=["executable", "executable for others", "another program", "no command", "folder", "link", "not there"],
)
def test_a_container_that_never_started_has_not_run_its_file(file: File | None, command: tuple[str, ...]) -> None:
    with fails_with("container-created", name="hello"):
        holds(file, state="created", command=command)


# --- served ----------------------------------------------------------------------------------------------------------


class Served:
    """nginx before the folder: what is dropped is served, unless a test says otherwise."""

    def __init__(self, **more: Any) -> None:
        self.box = web(bind(), listens=("0.0.0.0:80",), **more)
        self.machine = FakeMachine(self.box)
        self.machine.disk[SITE] = b""
        self.machine.sites[4000] = serves(self.box, self._page)
        self.stale = False

    def _page(self, question: HttpQuestion) -> Answer:
        dropped = self.machine.disk.get(f"{SITE}{question.path}")
        return Answer(200, dropped) if isinstance(dropped, bytes) and not self.stale else Answer(404, b"Not Found")

    def judge(self, *, passive: bool = False) -> Machine:
        machine = self.machine.as_machine(passive=passive, **SPEC)
        expect(machine.folder("site")).to_be_served_by(machine.site("web"))
        return machine


def test_a_page_dropped_in_the_folder_is_served_and_taken_away() -> None:
    served = Served()
    served.judge()
    assert list(served.machine.disk) == [SITE]


def test_nothing_is_dropped_where_only_looking_is_allowed() -> None:
    with pytest.raises(CheckSkipped, match=r"^passive$"):
        Served().judge(passive=True)


def test_a_container_that_ended_serves_nothing() -> None:
    served = Served()
    served.box.set_state("exited", ExitCode=1)
    with fails_with("container-exited"):
        served.judge()


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"Welcome"), (404, b"Not Found"), (500, b"grader"), (404, b"x" * 121)]
)
def test_what_does_not_come_back_is_not_served(status: int, body: bytes) -> None:
    served = Served()
    served.machine.sites[4000] = Answer(status, body)
    with fails_with("not-served", name="web", status=status, folder=SITE) as found:
        served.judge()
    assert found[0].evidence[0].endswith(f".txt: {status}")
    assert found[0].evidence[1] == body.decode()[:120]
    assert list(served.machine.disk) == [SITE]


def test_the_words_of_the_page_with_an_error_are_not_served() -> None:
    served = Served()
    served.machine.sites[4000] = lambda question: Answer(500, bytes(served.machine.disk[f"{SITE}{question.path}"]))  # type: ignore[arg-type]
    with fails_with("not-served", status=500):
        served.judge()


@pytest.mark.parametrize(
    ("exit_code", "code"), [(1, "mount-stale"), (0, "not-served"), (126, "not-served"), (127, "not-served")]
)
def test_a_container_that_does_not_see_the_page_keeps_an_older_folder(exit_code: int, code: str) -> None:
    served = Served(commands={f"cat {HTML}/.grader-nonce-drop.txt": (exit_code, b"")})
    served.stale = True
    with fails_with(code, name="web", status=404, folder=SITE):
        served.judge()


def forbidden(index: File, *, page: Answer | None = None) -> None:
    served = Served(files={f"{HTML}/index.html": index, f"{HTML}/.git": File(b"y")})
    served.box.files[HTML] = folder(".git", "index.html")

    def site(question: HttpQuestion) -> Answer:
        return Answer(403) if "/." in question.path else page or Answer(200, index.content)

    served.machine.sites[4000] = site
    served.judge()


def test_a_page_that_was_there_before_is_no_proof() -> None:
    served = Served(files={f"{HTML}/index.html": File(b"my page")})
    served.machine.sites[4000] = lambda question: Answer(404 if "/." in question.path else 200, b"my page")
    with fails_with("not-served", status=404):
        served.judge()


def test_a_container_that_ends_meanwhile_cannot_be_looked_into() -> None:
    served = Served()
    served.machine.table["POST /containers/web-id/exec"] = Answer(409)
    served.stale = True
    with fails_with("not-served"):
        served.judge()


def test_a_server_that_keeps_hidden_names_back_is_asked_for_another() -> None:
    forbidden(File(b"my page"))


@pytest.mark.parametrize(
    ("index", "page"),
    [
        (File(b"my page"), Answer(403, b"my page")),
        (File(b"my page"), Answer(200, b"not my page")),
        (File(b""), None),
        (folder("x"), None),
    ],
)
def test_a_server_that_may_read_nothing_cannot_read(index: File, page: Answer | None) -> None:
    with fails_with("unreadable", name="web", status=403, folder=SITE) as found:
        forbidden(index, page=page)
    assert found[0].evidence[0].endswith("403")


def test_without_a_listing_nothing_else_can_be_asked_for() -> None:
    served = Served()
    served.box.files.clear()
    served.machine.sites[4000] = Answer(403)
    with fails_with("unreadable"):
        served.judge()


class OutOfReach(Served):
    """The machine's files are not accessible: the page is written through the container."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.machine.disk.clear()


def test_a_read_only_folder_out_of_reach_is_compared_from_both_sides() -> None:
    served = OutOfReach(files={f"{HTML}/index.html": File(b"my page")})
    served.machine.sites[4000] = Answer(200, b"my page")
    served.judge()


def test_where_nothing_can_be_dropped_nor_compared_it_is_no_failure() -> None:
    served = OutOfReach(files={f"{HTML}/index.html": File(b"my page")})
    served.machine.sites[4000] = Answer(200, b"another page")
    with raises_probe_failed("cannot-drop", name="web", folder=SITE):
        served.judge()


def test_an_engine_that_cannot_be_asked_is_no_failure_even_where_the_page_comes() -> None:
    served = OutOfReach(files={f"{HTML}/index.html": File(b"my page")})
    served.machine.sites[4000] = Answer(200, b"my page")
    served.machine.table["POST /containers/web-id/exec"] = Answer(500, b"broken")
    with raises_probe_failed("answer-unexpected"):
        served.judge()


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        b"hello world",
        b"#!/bin/sh\necho hello world\n",
        b"Hello,\r\n  World!\r\n",
        b"\xef\xbb\xbfhello world",
        "hello world\r\n".encode("utf-16"),
        b"\xfe\xff" + "hello world".encode("utf-16-be"),
        b"\xe9t\xe9: hello world",
    ],
    ids=["plain", "script", "CRLF", "UTF-8 with a mark", "PowerShell", "big-endian", "latin-1"],
)
def test_the_same_words_are_found(written: bytes) -> None:
    assert "hello world" in normalize_text(written)


@pytest.mark.parametrize("written", [b"helloworld", b"hello wolrd", b"world hello", b"", b"\xff\xfe"])
def test_other_words_are_not(written: bytes) -> None:
    assert "hello world" not in normalize_text(written)


def test_text_is_folded_as_bytes_are() -> None:
    assert normalize_text("Hello,  WORLD") == normalize_text(b"Hello,  WORLD") == "hello world"
