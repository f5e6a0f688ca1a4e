"""A recording answers as the machine did, in the same order, on the same clock, and to nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.errors import MachineUnreachable, ProbeFailed
from grader.machine.question import (
    Answer,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NoAnswer,
    NonceQuestion,
    WaitQuestion,
)
from grader.machine.recording.format import ConnectionLost, Recording, encode_recording, read_recording
from grader.machine.recording.recorder import Recorder
from grader.machine.recording.replay import Replay
from grader.machine.transport.interface import TransportFacts
from tests.machine.scripts import ScriptedTransport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ABOUT = Recording(exercise="tp2", student="e1", machine=TransportFacts(""))
LIST = EngineQuestion("/containers/json", (("all", "1"),))
LOGS = EngineQuestion("/containers/abc/logs")
SITE = HttpQuestion(4000)


def replay_of(recorder: Recorder, tmp_path: Path) -> Replay:
    """The recording, written and read again."""
    path = tmp_path / "e1.recording"
    path.write_bytes(encode_recording(recorder.recording(ABOUT)))
    return Replay(read_recording(path))


def test_the_same_question_gets_its_answers_in_turn_and_then_the_last(tmp_path: Path) -> None:
    recorder = Recorder(
        ScriptedTransport({LOGS: [Answer(body=b"1"), Answer(body=b"2")], SITE: [NoAnswer("refused", "no")]})
    )
    live = [recorder.ask(question) for question in (LOGS, SITE, LOGS)]
    replay = replay_of(recorder, tmp_path)
    assert [replay.ask(question) for question in (LOGS, SITE, LOGS)] == live
    assert replay.ask(LOGS) == Answer(body=b"2")
    assert replay.ask(SITE) == NoAnswer("refused", "no")


def test_a_lost_machine_is_lost_again_with_the_same_reason(tmp_path: Path) -> None:
    recorder = Recorder(
        ScriptedTransport({LOGS: [Answer(), MachineUnreachable("engine-lost", where="there", detail="gone")]})
    )
    recorder.ask(LOGS)
    with pytest.raises(MachineUnreachable):
        recorder.ask(LOGS)
    replay = replay_of(recorder, tmp_path)
    assert replay.ask(LOGS) == Answer()
    with pytest.raises(MachineUnreachable) as lost:
        replay.ask(LOGS)
    assert (lost.value.code, lost.value.values) == ("engine-lost", {"where": "there", "detail": "gone"})


def test_a_machine_that_was_never_reached_is_not_reached_again() -> None:
    recording = msgspec.structs.replace(ABOUT, lost=ConnectionLost("engine-absent", {"where": "there", "detail": ""}))
    for ask in (lambda: Replay(recording).version(), lambda: Replay(recording).ask(LIST)):
        with pytest.raises(MachineUnreachable, match="engine-absent"):
            ask()


def test_time_passes_as_it_did_and_nobody_waits(tmp_path: Path) -> None:
    script = ScriptedTransport({LOGS: [Answer()]})
    recorder = Recorder(script)
    questions = (LOGS, WaitQuestion(600.0), LOGS, WaitQuestion(600.0))
    live = []
    for question in questions:
        recorder.ask(question)
        live.append(recorder.now())
    replay = replay_of(recorder, tmp_path)
    replayed = []
    for question in questions:
        replay.ask(question)
        replayed.append(replay.now())
    assert replayed == live == [0.25, 600.25, 600.5, 1200.5]
    assert replay.ask(WaitQuestion(600.0)) == Answer(404), "whoever waits sees that nobody waited here"
    assert replay.now() == 1800.5, "a wait that was not recorded takes its time all the same"


def test_each_purpose_has_its_own_nonces_in_whatever_order(tmp_path: Path) -> None:
    site, drop = NonceQuestion("site web"), NonceQuestion("drop /foo")
    recorder = Recorder(ScriptedTransport({site: [Answer(body=b"1-a")], drop: [Answer(body=b"1-b")]}))
    recorder.ask(site)
    recorder.ask(drop)
    replay = replay_of(recorder, tmp_path)
    assert [replay.ask(drop), replay.ask(site)] == [Answer(body=b"1-b"), Answer(body=b"1-a")]


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (EngineQuestion("/containers/abc/top"), "GET /containers/abc/top"),
        (EngineQuestion("/containers/abc/kill", method="POST"), "POST /containers/abc/kill"),
        (HttpQuestion(4000, "/other"), "GET http://…:4000/other"),
        (FileQuestion("list", "/srv/site"), "list /srv/site"),
    ],
)
def test_what_was_never_asked_is_our_failure_to_look(
    tmp_path: Path, question: EngineQuestion | HttpQuestion | FileQuestion, shown: str
) -> None:
    with pytest.raises(ProbeFailed) as failed:
        replay_of(Recorder(ScriptedTransport()), tmp_path).ask(question)
    assert (failed.value.code, failed.value.values) == ("not-recorded", {"asked": shown})


def test_the_engine_is_told_as_it_was(tmp_path: Path) -> None:
    recorder = Recorder(ScriptedTransport())
    live, replayed = recorder.version(), replay_of(recorder, tmp_path).version()
    assert vars(replayed) == vars(live)


def test_what_is_judged_is_what_is_kept(tmp_path: Path) -> None:
    """The checks of the recorded run see no secrets either, so a recording cannot give another verdict."""
    inspect = EngineQuestion("/containers/abc/json")
    script = ScriptedTransport(
        {inspect: [Answer(body=b'{"Env": ["DB_PASSWORD=hunter2hunter2"]}')], LOGS: [Answer(body=b"a b")]}
    )
    recorder = Recorder(script)
    live = recorder.ask(inspect)
    assert live == replay_of(recorder, tmp_path).ask(inspect) == Answer(body=b'{"Env":["DB_PASSWORD=***"]}')


def test_a_log_that_was_read_before_its_secret_was_known_holds_none(tmp_path: Path) -> None:
    inspect = EngineQuestion("/containers/abc/json")
    recorder = Recorder(
        ScriptedTransport(
            {LOGS: [Answer(body=b"hunter2hunter2")], inspect: [Answer(body=b'{"Env": ["A_KEY=hunter2hunter2"]}')]}
        )
    )
    recorder.ask(LOGS)
    recorder.ask(inspect)
    assert b"hunter2" not in msgspec.msgpack.encode(recorder.recording(ABOUT))
    assert replay_of(recorder, tmp_path).ask(LOGS) == Answer(body=b"*" * 14)


def test_where_not_all_was_kept_an_old_answer_does_not_stand_for_a_later_one(tmp_path: Path) -> None:
    big = Answer(body=b"x" * 15 * 1024 * 1024)
    recorder = Recorder(ScriptedTransport({LOGS: [big, big, big, big, Answer(body=b"small")]}))
    for _ in range(5):
        recorder.ask(LOGS)
    replay = replay_of(recorder, tmp_path)
    for _ in range(3):
        assert replay.ask(LOGS) == big
    with pytest.raises(ProbeFailed, match="not-recorded"):
        replay.ask(LOGS)


def listed(*objects: Mapping[str, object]) -> Answer:
    return Answer(body=json.dumps(objects).encode(), at=1_700_000_000.0)


WEB = {"Id": "aa" * 32, "Names": ["/web", "/lb/link"], "State": "running", "Image": "nginx"}
OLD = {"Id": "bb" * 32, "Names": ["/old"], "State": "exited", "Image": "ubuntu"}
NGINX = {"Id": "sha256:" + "cc" * 32, "RepoTags": ["nginx:latest"], "RepoDigests": ["nginx@sha256:12"]}
PODMAN = {"Id": "sha256:" + "dd" * 32, "RepoTags": ["docker.io/library/redis:latest"], "RepoDigests": None}


@pytest.fixture
def replay_with_inventory(tmp_path: Path) -> Replay:
    """A machine of two containers, two images, a network and a volume, about which no check asked anything."""
    details = {
        f"/containers/{WEB['Id']}/json": WEB,
        f"/containers/{OLD['Id']}/json": OLD,
        f"/images/{NGINX['Id']}/json": NGINX,
        f"/images/{PODMAN['Id']}/json": PODMAN,
        "/networks/n1": {"Id": "n1", "Name": "todos-net"},
    }
    script = ScriptedTransport(
        {
            EngineQuestion("/info"): [Answer(body=b'{"Swarm": {"LocalNodeState": "inactive"}}')],
            LIST: [listed(WEB, OLD)],
            EngineQuestion("/images/json"): [listed(NGINX, PODMAN)],
            EngineQuestion("/networks"): [listed({"Id": "n1", "Name": "todos-net"})],
            EngineQuestion("/volumes"): [Answer(body=b'{"Volumes": [{"Name": "data", "Driver": "local"}]}')],
            **{EngineQuestion(path): [Answer(body=json.dumps(held).encode())] for path, held in details.items()},
        }
    )
    return replay_of(Recorder(script), tmp_path)


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ("/containers/web/json", "Id", WEB["Id"]),
        ("/containers/aaaaaaaaaaaa/json", "Id", WEB["Id"]),
        (f"/containers/{OLD['Id']}/json", "Names", ["/old"]),
        ("/images/nginx/json", "Id", NGINX["Id"]),
        ("/images/nginx:latest/json", "Id", NGINX["Id"]),
        ("/images/nginx%3Alatest/json", "Id", NGINX["Id"]),
        ("/images/docker.io/library/redis/json", "Id", PODMAN["Id"]),
        (f"/images/{NGINX['Id']}/json", "Id", NGINX["Id"]),
        ("/networks/todos-net", "Id", "n1"),
        ("/volumes/data", "Driver", "local"),
    ],
)
def test_a_check_written_later_finds_the_inspect_data(
    replay_with_inventory: Replay, path: str, key: str, value: object
) -> None:
    answer = replay_with_inventory.ask(EngineQuestion(path))
    assert isinstance(answer, Answer)
    assert answer.status == 200
    assert json.loads(answer.body)[key] == value


@pytest.mark.parametrize("path", ["/containers/web2/json", "/images/python/json", "/networks/net", "/volumes/other"])
def test_what_is_in_no_list_is_known_not_to_be_there(replay_with_inventory: Replay, path: str) -> None:
    answer = replay_with_inventory.ask(EngineQuestion(path))
    assert isinstance(answer, Answer)
    assert answer.status == 404


def test_docker_ps_is_told_from_docker_ps_all(replay_with_inventory: Replay) -> None:
    every, running = replay_with_inventory.ask(LIST), replay_with_inventory.ask(EngineQuestion("/containers/json"))
    assert isinstance(every, Answer)
    assert isinstance(running, Answer)
    assert [one["Names"][0] for one in json.loads(every.body)] == ["/web", "/old"]
    assert [one["Names"][0] for one in json.loads(running.body)] == ["/web"]
    assert running.at == every.at == 1_700_000_000.0


@pytest.mark.parametrize(
    "question",
    [
        EngineQuestion("/images/redis/json"),  # with or without `docker.io/library`: only the engine knows
        EngineQuestion("/containers/json", (("filters", "{}"),)),
        EngineQuestion("/containers/web/top"),
        EngineQuestion("/containers/web/json", method="DELETE"),
    ],
    ids=str,
)
def test_what_the_inventory_does_not_tell_for_certain_is_not_guessed(
    replay_with_inventory: Replay, question: EngineQuestion
) -> None:
    with pytest.raises(ProbeFailed, match="not-recorded"):
        replay_with_inventory.ask(question)


def test_a_recording_that_is_judged_can_be_recorded_again(tmp_path: Path) -> None:
    """It holds less than the inventory asks for: no details of what is not the exercise's."""
    recording = Recorder(ScriptedTransport({LIST: [listed({"Id": "abc", "Names": ["/x"]})]})).recording(ABOUT)
    kept = [one for one in recording.inventory if one.question == LIST]
    replay = Replay(msgspec.structs.replace(recording, inventory=kept))
    assert [one.question for one in Recorder(replay).recording(ABOUT).inventory] == [LIST]


def test_an_inventory_is_bounded_by_the_clock_of_the_machine(tmp_path: Path) -> None:
    many = [{"Id": f"{number:064x}", "Names": [f"/c{number}"]} for number in range(400)]
    script = ScriptedTransport({EngineQuestion("/info"): [Answer(body=b"{}")], LIST: [listed(*many)]})
    Recorder(script).recording(ABOUT)
    assert len(script.asked) < 15 / 0.25 + 400
    assert script.now() < 100 + 0.25 * 500


def test_an_inventory_of_a_lost_machine_does_not_take_the_recording_away(tmp_path: Path) -> None:
    recorder = Recorder(
        ScriptedTransport({SITE: [Answer(body=b"kept")], LIST: [MachineUnreachable("engine-lost", where="x")]})
    )
    recorder.ask(SITE)
    assert replay_of(recorder, tmp_path).ask(SITE) == Answer(body=b"kept")
