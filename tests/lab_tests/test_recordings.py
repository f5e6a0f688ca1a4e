"""How recordings are written for git: what is read back, what is made stable, and what counts as equal."""

from __future__ import annotations

import json
import platform
import tarfile
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.machine.question import Answer, EngineQuestion, NonceQuestion, WaitQuestion
from grader.machine.recording.format import RecordedExchange
from grader.probes.containers.files import pack_file, parse_archive, parse_tree
from tests.checks.fake_engine_json import archive_of
from tests.replays.bodies import decode_body, decode_upload, encode_body
from tests.replays.comparison import masked_answers
from tests.replays.document import from_document, to_document
from tests.replays.ids import fold_ids, make_id, unfold_ids
from tests.replays.patch import apply_patch, make_patch
from tests.replays.replay import judge_recording, replay_differences
from tests.replays.runs import repeated, written_out
from tests.replays.stable_values import stabilize
from tests.replays.stored_recording import RECORDINGS, Header, StoredRecording, read_stored, recorded_names
from tests.replays.trim import trim_waits
from tests.student_shell import ROOT

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
CONTAINER = "c" * 40 + "0123456789abcdef01234567"
DATE = "2026-11-29T12:35:06.123456789Z"
AT = 1795955706.0


def inspected(container: str = CONTAINER, date: str = DATE, at: float = AT) -> RecordedExchange:
    body = {"Id": container, "Name": "/web", "State": {"StartedAt": date}, "Config": {"Hostname": container[:12]}}
    answer = Answer(200, json.dumps(body).encode(), {"server": "Docker/20.10"}, at=at)
    return RecordedExchange(EngineQuestion(f"/containers/{container}/json"), answer, 0.5)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a machine that others keep busy
@given(VALUES, VALUES)
def test_what_differs_from_a_value_gives_the_other_back(base: Any, value: Any) -> None:
    assert json.dumps(apply_patch(base, make_patch(base, value)), sort_keys=True) == json.dumps(value, sort_keys=True)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.sampled_from("ab"), max_size=1), max_size=12))
def test_runs_give_the_list_back(values: list[Any]) -> None:
    assert written_out(repeated(values)) == values


def test_lines_that_a_server_writes_per_request_are_written_once() -> None:
    request = [[2, "code 404"], [2, "GET /"]]
    assert repeated([[1, "started"], *request * 12]) == [[1, "started"], {"times": 12, "of": request}]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"a":1}\n', "json"),
        (b'{"a":1}\n{"a":2}\n', "lines"),
        (b"\1\0\0\0\0\0\0\3ab\n\2\0\0\0\0\0\0\1c", "frames"),
        (b"<h1>caf\xc3\xa9</h1>", "text"),
        (b"\xff\xfe\0a", "base64"),
        (b"[not json", "text"),
        (b"\1\0\0\0\0\0\0\xffab", "base64"),
    ],
)
def test_a_body_reads_back_as_the_same_bytes(body: bytes, kind: str) -> None:
    assert list(decode_body(body)) == [kind]
    assert encode_body(decode_body(body)) == body


def test_an_archive_reads_back_with_the_same_members() -> None:
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        info = tarfile.TarInfo("hello")
        info.size, info.mode, info.mtime = 5, 0o755, 7
        tar.addfile(info, BytesIO(b"hello"))
    with tarfile.open(fileobj=BytesIO(encode_body(decode_body(packed.getvalue())))) as tar:
        member = tar.getmember("hello")
        content = tar.extractfile(member)
        assert (member.mode, member.mtime) == (0o755, 7)
        assert content
        assert content.read() == b"hello"


def test_a_file_that_a_check_sends_reads_back_as_the_same_bytes_under_any_name() -> None:
    sent = pack_file(".grader-5bce98f7.txt", b"grader")
    kept = decode_upload(sent)
    assert encode_body(kept) == sent
    kept["upload"]["name"] = ".grader-00000000.txt"
    assert encode_body(kept) == pack_file(".grader-00000000.txt", b"grader")
    assert decode_upload(b"no archive") == {}


def test_a_backup_in_an_archive_is_kept_as_its_members() -> None:
    kept = decode_body(archive_of({"site.tar": archive_of({"./index.html": b"<h1>"})}))
    assert kept["tar"][0]["tar"][0]["text"] == "<h1>"
    file = parse_archive(encode_body(kept))
    tree = parse_tree(file.content)
    assert tree
    assert list(tree.files) == ["index.html"]


def test_two_runs_of_one_solution_are_the_same_once_they_are_stable() -> None:
    first = stabilize([to_document(inspected())])
    second = stabilize([to_document(inspected("d" * 64, "2027-01-02T08:00:00.123456789Z", AT + 2_921_094))])
    assert first == second
    body = first[0]["say"]["body"]["json"]
    assert body["State"]["StartedAt"] == "2026-01-01T12:00:00.123Z"
    assert body["Config"]["Hostname"] == body["Id"][:12]
    assert first[0]["ask"]["path"] == f"/containers/{body['Id']}/json"


def test_moments_keep_their_distance() -> None:
    later = to_document(inspected("e" * 64, "2026-11-29T12:35:09.623Z", AT + 3))
    starts = [one["say"]["body"]["json"]["State"]["StartedAt"] for one in stabilize([to_document(inspected()), later])]
    assert starts == ["2026-01-01T12:00:00.123Z", "2026-01-01T12:00:03.623Z"]


def test_a_word_of_chance_is_the_same_forwards_and_backwards() -> None:
    word = "5bce98f7-9159-3a3dc9a889175e8e"
    page = RecordedExchange(EngineQuestion("/x"), Answer(200, f"grader {word[::-1]}".encode()), 0.0)
    nonce, page_now = stabilize(
        [to_document(RecordedExchange(NonceQuestion("drop"), Answer(body=word.encode()), 0.0)), to_document(page)]
    )
    new = nonce["say"]["body"]["text"]
    assert new.startswith("00000000-1-")
    assert page_now["say"]["body"]["text"] == f"grader {new[::-1]}"


def test_the_students_home_is_at_one_place() -> None:
    mounted = Answer(200, b'{"Source":"/x/homes/root/grader-rehearsal-ab12cd34/home/Docker/site"}')
    [found] = stabilize([to_document(RecordedExchange(EngineQuestion("/x"), mounted, 0.0))])
    assert found["say"]["body"]["json"]["Source"] == "/home/student/Docker/site"


def test_a_folder_beside_the_students_home_names_nothing_of_the_computer() -> None:
    mounted = Answer(200, b'{"Source":"/x/homes/root/grader-rehearsal-ab12cd34/mongo/db"}')
    [found] = stabilize([to_document(RecordedExchange(EngineQuestion("/x"), mounted, 0.0))])
    assert found["say"]["body"]["json"]["Source"] == "/home/rehearsal/mongo/db"


def test_an_id_is_shown_by_its_label() -> None:
    made = make_id("web", 64)
    assert fold_ids(f"/containers/{made}/json") == "/containers/⟨64:web⟩/json"
    assert unfold_ids("/containers/⟨64:web⟩/json") == f"/containers/{made}/json"
    assert unfold_ids(fold_ids("x" * 700)) == "x" * 700


def test_of_a_wait_its_ends_are_kept() -> None:
    def look(at: float) -> RecordedExchange:
        return RecordedExchange(EngineQuestion("/containers/json"), Answer(200, str(at).encode()), at)

    waits = [RecordedExchange(WaitQuestion(seconds), Answer(), 0.0) for seconds in (0.1, 0.2, 0.4)]
    seen = [look(0), waits[0], look(1), waits[1], look(2), waits[2], look(3)]
    assert trim_waits(seen) == [look(0), look(3)]
    assert trim_waits([look(0), waits[0], look(1)]) == [look(0), look(1)]


def test_what_is_another_each_time_is_no_difference() -> None:
    def told(status: str, pid: int, address: str) -> dict[str, str]:
        body = {"Status": status, "State": {"Pid": pid}, "IPAddress": address, "Image": "nginx"}
        return masked_answers(
            [to_document(RecordedExchange(EngineQuestion("/x"), Answer(200, json.dumps(body).encode()), 0.0))]
        )

    assert told("Up 2 seconds", 412, "172.17.0.2") == told("Up About a minute", 97, "172.18.0.3")
    assert told("Up 2 seconds", 412, "172.17.0.2") != told("Exited (1) 2 seconds ago", 412, "172.17.0.2")


def test_a_question_that_was_not_recorded_names_the_solution_and_the_command() -> None:
    name = "tp2/wrong/port-reversed"
    engine = {"product": "Docker", "version": "20.10", "api": "1.41", "oldest_api": "1.12"}
    kept = StoredRecording(Header(name=name, engine=engine, disposable=True), [])
    assert replay_differences(kept, judge_recording(kept)) == [
        f"{name}: a check asks GET /containers/json, which was not recorded: make record NAMES={name}"
    ]


def test_nothing_of_the_computer_that_recorded_stays_in_a_recording() -> None:
    private = [str(ROOT), "grader-rehearsal-", "pytest-of-", "KernelVersion", platform.release(), "DockerRootDir"]
    for path in RECORDINGS.rglob("*.json*"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in private if word in text], path


def test_a_recording_reads_back_as_questions_of_the_grader() -> None:
    for name in recorded_names()[:5]:
        assert all(isinstance(from_document(one), RecordedExchange) for one in read_stored(name).exchanges)
