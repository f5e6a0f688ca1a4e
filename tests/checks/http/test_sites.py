"""A site: published on its port, answering, from the right container, with the student's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.containers.expectation import require_running
from grader.checks.expect import expect
from grader.checks.http.sites import ask_site, diagnose_no_answer, diagnose_not_listening, fetch_page
from grader.machine.question import Answer, HttpQuestion, NoAnswer, WaitQuestion
from grader.roster.ports import PortRange
from tests.checks.fake_engine_json import FakeContainer, File, fake_container, fake_network
from tests.checks.fake_machine import FakeMachine, fails_with, folder, raises_probe_failed, serves
from tests.scripted_machine import DOCKER_20, DOCKER_29, PODMAN_4

if TYPE_CHECKING:
    from grader.machine.subjects import Site
    from tests.scripted_machine import Version

SPEC: dict[str, Any] = {
    "containers": {
        "web": {"name": "web", "image": "nginx", "port": 80},
        "any": {"name": "any", "image": "haproxy"},
        "back": {"name": "back", "image": "httpd"},
    },
    "ports": {"web": {"port": 4000, "offset": 0}, "any": {"port": 4001, "offset": 1}},
    "folders": {
        "site": {"container": "web", "outside": "~/site", "inside": "/html"},
        "more": {"container": "any", "outside": "~/more", "inside": "/more"},
    },
}
MINE = PortRange(41200, 41209)


def site_of(
    machine: FakeMachine, role: str = "web", *, own_ports: PortRange | None = None, passive: bool = False
) -> Site:
    return machine.as_machine(own_ports=own_ports, passive=passive, **SPEC).site(role)


# --- published -------------------------------------------------------------------------------------------------------


def is_published(
    ports: dict[str, str],
    *,
    role: str = "web",
    own_ports: PortRange | None = None,
    version: Version = DOCKER_29,
    live: dict[str, Any] | None = None,
    **more: Any,
) -> None:
    """`live`: the bindings as the engine made them, if they differ from those requested."""
    box = fake_container(role, ports=ports, **more)
    if live is not None:
        box.raw["NetworkSettings"]["Ports"] = live
    expect(site_of(FakeMachine(box, version=version), role, own_ports=own_ports)).to_be_published()


@pytest.mark.parametrize("version", [DOCKER_20, DOCKER_29, PODMAN_4])
@pytest.mark.parametrize("ports", [{"80/tcp": "4000"}, {"80/tcp": "192.0.2.7:4000"}, {"80": "4000"}])
def test_the_port_is_published_on_every_engine(version: Version, ports: dict[str, str]) -> None:
    is_published(ports, version=version)


@pytest.mark.parametrize(
    ("ports", "code"), [({}, "port-not-published"), ({"80/tcp": "4009"}, "port-other"), ({"80/tcp": ""}, "port-random")]
)
@pytest.mark.parametrize(("state", "holder"), [("running", "front"), ("exited", "")])
def test_another_container_with_the_port_is_named(ports: dict[str, str], code: str, state: str, holder: str) -> None:
    boxes = fake_container("web", ports=ports), fake_container("front", ports={"80/tcp": "4000"}, state=state)
    with fails_with(code, container=holder):
        expect(site_of(FakeMachine(*boxes))).to_be_published()


def test_other_ports_beside_it_do_no_harm() -> None:
    is_published({"443/tcp": "4443", "80/tcp": "4000"})
    is_published({"80/tcp": "4000", "4000/tcp": "80"})


def test_where_the_spec_names_no_port_inside_any_will_do() -> None:
    is_published({"8404/tcp": "4001"}, role="any")


def test_a_student_has_the_port_of_the_own_range() -> None:
    is_published({"80/tcp": "41200"}, own_ports=MINE)
    with fails_with("port-other", wanted=41200, published="41209->80/tcp"):
        is_published({"80/tcp": "41209"}, own_ports=MINE)


def test_what_a_container_that_ended_published_is_judged_but_not_what_one_that_never_ran_would() -> None:
    is_published({"80/tcp": "4000"}, state="exited", exit_code=1)
    with fails_with("port-other"):
        is_published({"80/tcp": "4001"}, state="exited", exit_code=1)
    with fails_with("container-created"):
        is_published({"80/tcp": "4000"}, state="created")


@pytest.mark.parametrize(
    ("ports", "code", "published"),
    [
        ({}, "port-not-published", ""),
        ({"4000/tcp": "80"}, "port-reversed", "80->4000/tcp"),
        ({"80/tcp": "4001"}, "port-other", "4001->80/tcp"),
        ({"443/tcp": "4001"}, "port-other", "4001->443/tcp"),
        ({"8080/tcp": "4000"}, "port-wrong-inside", "4000->8080/tcp"),
        ({"8080/udp": "4000"}, "port-wrong-inside", "4000->8080/udp"),
        ({"80/udp": "4000"}, "port-udp", "4000->80/udp"),
        ({"80/tcp": "127.0.0.1:4000"}, "port-on-loopback", "127.0.0.1:4000->80/tcp"),
        ({"80/tcp": "::1:4000"}, "port-on-loopback", "[::1]:4000->80/tcp"),
        ({"4000/tcp": "4001"}, "port-other", "4001->4000/tcp"),
        ({"443/tcp": "80"}, "port-other", "80->443/tcp"),
        ({"80/udp": "4001"}, "port-other", "4001->80/udp"),
        ({"4000/tcp": "4000"}, "port-wrong-inside", "4000->4000/tcp"),
        ({"4000/tcp": "80", "80/udp": "4000"}, "port-udp", "80->4000/tcp, 4000->80/udp"),
    ],
)  # fmt: skip
def test_each_wrong_binding_is_called_by_its_name(ports: dict[str, str], code: str, published: str) -> None:
    with fails_with(code, name="web", wanted=4000, inside=80, published=published) as found:
        is_published(ports)
    assert found[0].evidence == (tuple(published.split(", ")) if published else ("no published port",))


def test_a_port_on_loopback_and_on_an_address_is_reachable() -> None:
    both = [{"HostIp": "127.0.0.1", "HostPort": "4000"}, {"HostIp": "192.0.2.7", "HostPort": "4000"}]
    machine = FakeMachine(fake_container(host={"PortBindings": {"80/tcp": both}}))
    machine.fake_containers[0].raw["NetworkSettings"]["Ports"] = {"80/tcp": both}
    machine.sites["192.0.2.7:4000"] = Answer(200, b"hello")
    assert fetch_page(site_of(machine)).body == b"hello"


def test_the_address_that_the_engine_publishes_on_by_default_is_not_the_students() -> None:
    """`"ip": "127.0.0.1"` in daemon.json, or a setting of Docker Desktop."""
    machine = FakeMachine(fake_container(ports={"80/tcp": "4000"}))
    machine.fake_containers[0].raw["NetworkSettings"]["Ports"] = {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "4000"}]
    }
    machine.sites["127.0.0.1:4000"] = Answer(200, b"hello")
    assert fetch_page(site_of(machine)).body == b"hello"


@pytest.mark.parametrize(
    ("networks", "is_closed"), [({"inner": ""}, True), ({"inner": "", "outer": ""}, False), ({}, False)]
)
def test_podman_lists_ports_that_an_internal_network_does_not_publish(
    networks: dict[str, str], *, is_closed: bool
) -> None:
    box = fake_container(ports={"80/tcp": "4000"})
    box.raw["NetworkSettings"]["Networks"] = {name: {"IPAddress": ""} for name in networks}
    machine = FakeMachine(box, version=PODMAN_4)
    machine.networks = [fake_network("inner", Internal=True), fake_network("outer")]
    if is_closed:
        with fails_with("network-internal", name="web", network="inner"):
            expect(site_of(machine)).to_be_published()
    else:
        expect(site_of(machine)).to_be_published()


@pytest.mark.parametrize("live", [{}, {"80/tcp": None}], ids=["Docker 28", "Docker 29"])
def test_what_was_typed_and_is_not_in_force_is_not_published(live: dict[str, Any]) -> None:
    machine = FakeMachine(fake_container(ports={"80/tcp": "4000"}, networks={"inner": "172.18.0.2"}, mode="inner"))
    machine.networks = [fake_network("inner", Internal=True), fake_network("outer")]
    box = machine.fake_containers[0].raw["NetworkSettings"]
    box["Ports"] = live
    with fails_with("network-internal", name="web", network="inner"):
        fetch_page(site_of(machine))
    box["Networks"] |= {"outer": {"IPAddress": "172.19.0.2"}}
    with fails_with("port-not-published"):
        fetch_page(site_of(machine))
    box["Networks"] = {}
    with fails_with("port-left-network"):
        fetch_page(site_of(machine))


def test_a_port_that_the_engine_chose_is_random() -> None:
    live = {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "32768"}]}  # noqa: S104 - as the engine writes it
    with fails_with("port-random", published="32768->80/tcp"):
        is_published({"80/tcp": ""}, live=live)


def test_a_chosen_port_of_something_else_inside_is_another_port() -> None:
    live = {"443/tcp": [{"HostIp": "", "HostPort": "32768"}]}
    with fails_with("port-other", inside=80):
        is_published({"443/tcp": ""}, live=live)
    with fails_with("port-random", inside="…"):
        is_published({"443/tcp": ""}, live=live, role="any")


def test_all_ports_published_by_chance_are_random() -> None:
    live = {"80/tcp": [{"HostIp": "", "HostPort": "32768"}]}
    with fails_with("port-random"):
        is_published({}, live=live, host={"PublishAllPorts": True})


@pytest.mark.parametrize(
    ("port", "own_ports", "version", "code"),
    [
        ("32769", None, PODMAN_4, "port-random"),
        ("60999", None, PODMAN_4, "port-random"),
        ("32768", None, PODMAN_4, "port-random"),
        ("32769", None, DOCKER_29, "port-other"),
        ("32767", None, PODMAN_4, "port-other"),
        ("61000", None, PODMAN_4, "port-other"),
        ("61001", None, PODMAN_4, "port-other"),
        ("40000", None, PODMAN_4, "port-other"),
        ("41209", MINE, PODMAN_4, "port-other"),
        ("45555", MINE, PODMAN_4, "port-random"),
        ("45555", MINE, DOCKER_29, "outside-your-ports"),
    ],
)
def test_podman_writes_down_a_chosen_port_as_if_it_had_been_typed(
    port: str, own_ports: PortRange | None, version: Version, code: str
) -> None:
    with fails_with(code):
        is_published({"80/tcp": port}, own_ports=own_ports, version=version)


def test_a_port_of_somebody_else_is_outside_your_ports() -> None:
    values = {"name": "web", "published": 4000, "wanted": 41200, "first": 41200, "last": 41209}
    with fails_with("outside-your-ports", **values) as found:
        is_published({"80/tcp": "4000"}, own_ports=MINE)
    assert found[0].evidence == ("4000->80/tcp",)
    with fails_with("outside-your-ports", published=4001):
        is_published({"80/tcp": "41200", "81/tcp": "4001"}, own_ports=MINE)


def test_a_range_to_choose_from_must_be_of_your_ports() -> None:
    live = {"80/tcp": [{"HostIp": "", "HostPort": "41200"}]}
    is_published({"80/tcp": "41200-41209"}, live=live, own_ports=MINE)
    with fails_with("outside-your-ports", published=41210):
        is_published({"80/tcp": "41205-41210"}, live=live, own_ports=MINE)


def test_a_port_left_to_the_engine_is_not_outside_your_ports() -> None:
    live = {"80/tcp": [{"HostIp": "", "HostPort": "41200"}], "81/tcp": [{"HostIp": "", "HostPort": "32768"}]}
    is_published({"80/tcp": "41200", "81/tcp": ""}, live=live, own_ports=MINE)


def test_reversed_ports_are_told_before_whose_port_that_is() -> None:
    with fails_with("port-reversed", published="80->41200/tcp"):
        is_published({"41200/tcp": "80"}, own_ports=MINE)


@pytest.mark.parametrize(("mode", "shown"), [("none", "none"), ("container:abc", "container")])
def test_without_a_network_of_its_own_nothing_is_published(mode: str, shown: str) -> None:
    with fails_with("port-no-network", mode=shown):
        is_published({"80/tcp": "4000"}, mode=mode)


def test_on_the_machines_network_nothing_is_published() -> None:
    with fails_with("port-host-network") as found:
        is_published({}, mode="host")
    assert found[0].evidence == ("no published port",)


# --- answering -------------------------------------------------------------------------------------------------------


def web(**more: Any) -> FakeContainer:
    return fake_container(**({"ports": {"80/tcp": "4000"}} | more))


def answers(
    box: FakeContainer,
    site: Any = None,
    *,
    status: int | None = None,
    from_container: str | None = None,
    within_s: float = 0,
    passive: bool = False,
    others: tuple[FakeContainer, ...] = (),
) -> FakeMachine:
    machine = FakeMachine(box, *others)
    machine.sites[4000] = serves(box) if site is None else site
    expect(site_of(machine, passive=passive), within_s=within_s).to_answer(status, from_container=from_container)
    return machine


def asked_of(machine: FakeMachine) -> list[str]:
    return [one.path for one in machine.questions if isinstance(one, HttpQuestion)]


def test_a_request_found_in_its_log_proves_it() -> None:
    machine = answers(web())
    assert asked_of(machine) == ["/.grader-nonce-site"]
    assert machine.total_wait_s == 0


@pytest.mark.parametrize("status", [301, 404, 499])
def test_any_answer_below_500_will_do(status: int) -> None:
    box = web()
    answers(box, serves(box, status=status))


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_server_is_no_answer(status: int) -> None:
    with fails_with("site-error", port=4000, status=status) as found:
        answers(web(log=b"one\ntwo\nthree\nfour\n"), Answer(status))
    assert found[0].evidence == ("two", "three", "four")


def test_a_page_that_does_not_exist_may_be_an_error_if_the_page_itself_is_none() -> None:
    box = web()

    def only_home(question: HttpQuestion) -> Answer | NoAnswer:
        return serves(box, status=200 if question.path == "/" else 500)(question)

    machine = answers(box, only_home)
    assert asked_of(machine) == ["/.grader-nonce-site", "/"]
    with fails_with("someone-else-answers"):
        answers(web(received=0), lambda question: Answer(200 if question.path == "/" else 500))


def test_a_status_that_is_asked_for_is_that_of_the_page() -> None:
    box = web()
    machine = answers(box, serves(box), status=200)
    assert asked_of(machine) == ["/.grader-nonce-site", "/"]
    with fails_with("site-status", port=4000, status=200, wanted=404):
        answers(box, serves(box), status=404)


def test_a_log_line_may_come_a_little_later() -> None:
    box = web(log=b"started\n")
    machine = FakeMachine(box)
    machine.sites[4000] = Answer(404)
    machine.schedule(1.0, lambda: setattr(box, "log", b"started\nGET /.grader-nonce-site\n"))
    expect(site_of(machine)).to_answer()
    assert machine.total_wait_s == pytest.approx(1.0)


def test_the_log_is_looked_at_for_a_second_at_most() -> None:
    box = web(log=b"started\n")
    machine = FakeMachine(box)
    machine.sites[4000] = Answer(404, headers={"server": "nginx"})
    machine.schedule(1.1, lambda: setattr(box, "log", b"started\nGET /.grader-nonce-site\n"))
    with fails_with("someone-else-answers", name="web", port=4000, server="nginx"):
        expect(site_of(machine)).to_answer()
    assert machine.total_wait_s == pytest.approx(1.0)


def test_a_container_that_logs_nothing_is_not_waited_for() -> None:
    box = web(received=0)
    machine = answers(box, serves(box, logs=False))
    assert machine.total_wait_s == 0
    assert len(asked_of(machine)) == 5


@pytest.mark.parametrize("log", [b"", None], ids=["logs nothing", "keeps no log"])
def test_the_bytes_of_four_requests_prove_it_without_a_log(log: bytes | None) -> None:
    box = web(received=500, log=log)
    answers(box, serves(box, logs=False))


@pytest.mark.parametrize(("count", "is_enough"), [(15_999, False), (16_000, True)])
def test_fewer_bytes_than_four_requests_have_prove_nothing(count: int, *, is_enough: bool) -> None:
    box = web(received=500)

    def site(question: HttpQuestion) -> Answer:
        box.received = 500 + count if "xxx" in question.path else 500
        return Answer(404)

    if is_enough:
        answers(box, site)
    else:
        with fails_with("someone-else-answers", server="?"):
            answers(box, site)


def test_the_requests_that_are_counted_differ_and_are_long() -> None:
    machine = answers(box := web(received=0), serves(box, logs=False))
    probes = asked_of(machine)[1:]
    assert [len(one) for one in probes] == [len("/.grader-nonce-site-0-") + 4000] * 4
    assert len(set(probes)) == 4


def test_without_log_and_counts_nothing_can_be_proved() -> None:
    with raises_probe_failed("no-proof", name="web"):
        answers(web(log=None), Answer(200))


def test_with_a_log_the_counts_are_not_needed_to_tell() -> None:
    with fails_with("someone-else-answers"):
        answers(web(log=b"started\n"), Answer(200))


def test_without_counts_a_container_that_logs_nothing_may_have_received_it() -> None:
    with raises_probe_failed("no-proof", name="web"):
        answers(web(log=b""), Answer(200))


def test_counts_that_come_only_afterwards_prove_nothing() -> None:
    box = web(log=None)

    def site(question: HttpQuestion) -> Answer:
        box.received = 1_000_000 if "xxx" in question.path else None
        return Answer(404)

    with raises_probe_failed("no-proof"):
        answers(box, site)


@pytest.mark.parametrize(("log", "is_seen"), [(b"started\n", True), (b"", False), (None, False)])
def test_counts_that_go_away_prove_nothing(log: bytes | None, *, is_seen: bool) -> None:
    box = web(received=0, log=log)

    def site(question: HttpQuestion) -> Answer:
        box.received = None if "xxx" in question.path else 0
        return Answer(404)

    with fails_with("someone-else-answers") if is_seen else raises_probe_failed("no-proof"):
        answers(box, site)


def test_every_request_has_five_seconds() -> None:
    machine = answers(box := web(received=0), serves(box, logs=False), status=200)
    ask_site(site_of(machine), "/x")
    asked = [one for one in machine.questions if isinstance(one, HttpQuestion)]
    assert len(asked) == 7
    assert {one.within_s for one in asked} == {5}


def test_silence_of_what_is_not_published_is_about_the_sheets_port() -> None:
    site = site_of(FakeMachine(web(ports={}, listens=())))
    mistake = diagnose_no_answer(site, require_running(site.container), NoAnswer("refused"))
    assert (mistake.code, mistake.values["inside"]) == ("nothing-listens-inside", "80")


def test_another_container_may_be_the_one_that_must_answer() -> None:
    back = fake_container("back", image="httpd")
    answers(web(), serves(back), from_container="back", others=(back,))
    with fails_with("someone-else-answers", name="back"):
        answers(
            box := web(),
            serves(box),
            from_container="back",
            others=(fake_container("back", image="httpd", received=0),),
        )
    with fails_with("container-missing", name="back"):
        answers(web(), from_container="back")


@pytest.mark.parametrize(
    ("listens", "code", "values"),
    [
        (("0.0.0.0:80",), "site-silent", {"why": "timeout", "inside": 80, "port": 4000}),
        (("[::]:80", "127.0.0.1:80"), "site-silent", {}),
        (("127.0.0.1:80",), "listens-on-loopback-inside", {"inside": 80}),
        (("[::1]:80", "127.0.0.1:80", "0.0.0.0:443"), "listens-on-loopback-inside", {}),
        (("0.0.0.0:8080", "[::]:8080", "0.0.0.0:9"), "listens-on-another-port", {"inside": 80, "others": "8080, 9"}),
        ((), "nothing-listens-inside", {"inside": 80}),
        (None, "site-silent", {}),
    ],
)
def test_silence_is_explained_by_what_listens_inside(
    listens: tuple[str, ...] | None, code: str, values: dict[str, Any]
) -> None:
    with fails_with(code, name="web", **values) as found:
        answers(web(listens=listens, log=b"a\nb\nc\nd\n"), NoAnswer("timeout", "5 s"))
    lines = ("b", "c", "d") if listens == () else ()
    assert found[0].evidence == (*lines, "GET http://…:4000: timeout: 5 s")


def test_where_only_looking_is_allowed_silence_is_silence() -> None:
    with fails_with("site-silent", why="refused"):
        answers(web(listens=()), NoAnswer("refused"), passive=True)


def test_what_is_no_http_is_told_so_whatever_listens() -> None:
    with fails_with("site-not-http", name="web", port=4000, inside=80, why="not-http") as found:
        answers(web(listens=()), NoAnswer("not-http", "SSH-2.0"))
    assert found[0].evidence == ("GET http://…:4000: not-http: SSH-2.0",)


def test_silence_of_a_site_without_a_port_in_the_spec_is_about_the_published_one() -> None:
    machine = FakeMachine(fake_container("any", ports={"8404/tcp": "4001"}, listens=("0.0.0.0:80",)))
    with fails_with("listens-on-another-port", inside=8404, others="80"):
        expect(site_of(machine, "any")).to_answer()


def test_a_young_container_is_waited_for_and_one_that_has_settled_is_not() -> None:
    box = web(up_s=1, listens=())
    machine = FakeMachine(box)
    machine.sites[4000] = NoAnswer("refused")
    machine.schedule(2.0, lambda: machine.sites.update({4000: serves(box)}))
    expect(site_of(machine), within_s=10).to_answer()
    assert 2 <= machine.total_wait_s < 3.2
    settled = FakeMachine(web(up_s=11, listens=(), log=b"ready\n"))
    with fails_with("nothing-listens-inside") as found:
        expect(site_of(settled), within_s=10).to_answer()
    assert settled.total_wait_s < 1.1, "it is looked at, and not waited for"
    assert round(found[0].waited_s) == 1


def test_it_is_the_container_that_must_answer_that_may_still_start() -> None:
    young, old = fake_container("back", image="httpd", up_s=1, listens=()), web(listens=())
    machine = FakeMachine(old, young)
    with fails_with("nothing-listens-inside"):
        expect(site_of(machine), within_s=5).to_answer(from_container="back")
    assert machine.total_wait_s > 3


def test_a_wait_has_an_end_and_says_how_long_it_was() -> None:
    machine = FakeMachine(web(health="starting", listens=()))
    with fails_with("nothing-listens-inside") as found:
        expect(site_of(machine), within_s=5).to_answer()
    assert 5 <= machine.total_wait_s < 6
    assert round(found[0].waited_s) == 5
    assert len([one for one in machine.questions if isinstance(one, WaitQuestion)]) > 5


# --- asking ----------------------------------------------------------------------------------------------------------


def test_the_address_that_it_is_published_on_is_asked() -> None:
    machine = FakeMachine(fake_container(ports={"80/tcp": "192.0.2.7:4000"}))
    machine.sites["192.0.2.7:4000"] = Answer(200, b"there")
    assert fetch_page(site_of(machine), "/x").body == b"there"
    assert machine.questions[-1] == HttpQuestion(4000, "/x", host="192.0.2.7", within_s=5)


def test_silence_is_given_back_or_raised() -> None:
    machine = FakeMachine(web())
    assert ask_site(site_of(machine)) == NoAnswer("refused", "Connection refused")
    with fails_with("site-silent"):
        fetch_page(site_of(machine))


def test_a_site_is_not_asked_where_its_container_does_not_run_or_publishes_nothing() -> None:
    for box, code in ((web(state="exited", exit_code=1), "container-exited"), (web(ports={}), "port-not-published")):
        machine = FakeMachine(box)
        with fails_with(code):
            ask_site(site_of(machine))
        assert asked_of(machine) == []


def test_what_listens_as_it_should_is_not_deaf() -> None:
    machine = FakeMachine(web(listens=("0.0.0.0:80", "127.0.0.1:9000")))
    judged = machine.as_machine(**SPEC)
    fact = require_running(judged.container("web"))
    assert diagnose_not_listening(judged, fact, 80) is None
    assert diagnose_not_listening(judged, fact, None) is not None


# --- a custom page ---------------------------------------------------------------------------------------------------

DEFAULT = b'<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><a href="http://nginx.org/">nginx.org</a>'


def shows(page: Answer | NoAnswer, *, within_s: float = 0, **more: Any) -> FakeMachine:
    machine = FakeMachine(web(**more))
    machine.sites[4000] = page
    expect(site_of(machine), within_s=within_s).to_show_a_custom_page()
    return machine


@pytest.mark.parametrize(
    "body",
    [
        b"hello",
        b"<title>Welcome to nginx!</title>by anna, with nginx.org",
        b"<h1>Welcome to nginx!</h1>, says anna",
        "\ufeffhello".encode(),
    ],
)
def test_a_page_of_ones_own_is_shown(body: bytes) -> None:
    shows(Answer(200, body))


@pytest.mark.parametrize("status", [403, 404])
def test_no_page_is_told_with_what_is_in_the_folder(status: int) -> None:
    names = [f"{number:02}.html" for number in range(14)]
    with fails_with("index-missing", port=4000, status=status, beside=", ".join(names[:12])):
        shows(Answer(status), files={"/html": folder(*reversed(names)), "/more": folder("not-this")})
    with fails_with("index-missing", beside=""):
        shows(Answer(status), files={"/more": folder("not-this")})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_off_the_machine_is_no_page(status: int) -> None:
    with fails_with("site-redirects-away", port=4000, status=status, to="https://example.org/"):
        shows(Answer(status, headers={"location": "https://example.org/"}))
    with fails_with("site-redirects-away", to="?"):
        shows(Answer(status))


@pytest.mark.parametrize("status", [201, 204, 304, 401, 500])
def test_another_status_is_no_page(status: int) -> None:
    with fails_with("site-status", port=4000, status=status, wanted=200):
        shows(Answer(status, b"hello"))


@pytest.mark.parametrize("body", [b"", b" \t\r\n\v\f", b"\xef\xbb\xbf\r\n", b"\xff\xfe\r\0\n\0"])
def test_a_page_with_nothing_in_it_is_empty(body: bytes) -> None:
    with fails_with("index-empty", port=4000):
        shows(Answer(200, body))


def test_the_page_that_nginx_brings_along_is_not_ones_own() -> None:
    with fails_with("index-default", port=4000):
        shows(Answer(200, DEFAULT))


def test_silence_is_no_page() -> None:
    with fails_with("site-silent", why="refused"):
        shows(NoAnswer("refused"))


def test_a_young_site_may_get_its_page_yet() -> None:
    machine = FakeMachine(web(up_s=1))
    machine.sites[4000] = Answer(404)
    machine.schedule(2, lambda: machine.sites.update({4000: Answer(200, b"hello")}))
    expect(site_of(machine), within_s=10).to_show_a_custom_page()
    old = FakeMachine(web(up_s=10))
    old.sites[4000] = Answer(404)
    with fails_with("index-missing"):
        expect(site_of(old), within_s=10).to_show_a_custom_page()
    assert old.total_wait_s == 0


def test_a_page_that_is_a_file_has_no_names_beside_it() -> None:
    with fails_with("index-missing", beside=""):
        shows(Answer(404), files={"/html": File(b"x")})
