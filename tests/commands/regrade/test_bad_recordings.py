"""Recordings come from anyone: whatever one contains affects only that student, and the others are judged."""

from __future__ import annotations

import copy
import math
import os
import unicodedata
import zlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.commands.compare.comparison import compare
from grader.commands.regrade.output import summary_lines
from grader.commands.regrade.regrade import RegradeReport, regrade
from grader.errors import GraderError, MachineUnreachable
from grader.machine.recording.format import read_recording
from grader.results.class_results import read_class_results
from grader.scoring.suite import read_suite
from grader.text.escaping import INVISIBLE_CATEGORIES
from tests.commands.regrade.test_regrade import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.regrade.conftest import RecordedClass

HEAD = b"grader-recording/1\n"
LOST = {"type": "lost", "code": "engine-silent", "values": {"where": "there"}}
WRONG = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
    | st.sampled_from(["\x1b[31m", "{}", "{code}", "{0.__class__}", "x" * 100_000, "../../x", "lost", "e1"])
    | st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=2), max_leaves=5)
    | st.dictionaries(st.sampled_from(["code", "self", "values", "type", "where", "at", "\0"]), st.text(max_size=5))
)
"""Wrong types, numbers that are none, texts with a meaning in some format."""


@pytest.fixture
def bad(recorded_class: RecordedClass) -> Path:
    """The path of the first student's recording, to be spoilt; another student has an honest one."""
    recorded_class.grade("e1")
    recorded_class.grade("e2", port=5000)
    path = recorded_class.results / "tp9" / "e0.recording"
    path.write_bytes(path.with_name("e1.recording").read_bytes())
    return path


def tree(path: Path) -> dict[str, Any]:
    content = msgspec.msgpack.decode(zlib.decompress(path.read_bytes()[len(HEAD) :]))
    assert isinstance(content, dict)
    return content


def write(path: Path, content: object) -> None:
    path.write_bytes(HEAD + zlib.compress(msgspec.msgpack.encode(content), 1))


def places(node: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to each value in it."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [at, *(place for key, child in children for place in places(child, (*at, key)))]


def put(node: Any, place: tuple[Any, ...], value: object) -> None:
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value


def others_are_judged(recorded_class: RecordedClass) -> RegradeReport:
    """All other students are judged, and the output is plain text of a sensible length."""
    done = regrade(recorded_class.results, read_suite(recorded_class.exercise))
    named = {again.path.stem for again in (*done.changed, *done.incomplete)} | {
        one.path.stem for one in done.unreadable
    }
    assert named <= {"e0"}
    assert done.judged + len(done.unreadable) in {2, 3}, "of another exercise, or not; the two others always"
    for language in ("fr", "en"):
        for line in summary_lines(done, recorded_class.results, "en" if language == "en" else "fr"):
            assert not {unicodedata.category(one) for one in line} & INVISIBLE_CATEGORIES
            assert len(line) < 4000
    for again in done.changed:
        assert len(msgspec.json.encode(again.now)) < 100_000
    return done


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_recording_that_was_changed_anywhere_is_one_student_s(
    recorded_class: RecordedClass, bad: Path, data: st.DataObject
) -> None:
    honest = tree(bad.with_name("e1.recording"))
    content = copy.deepcopy(honest)
    if data.draw(st.booleans()):
        content["lost"] = copy.deepcopy(LOST)
    elif data.draw(st.booleans()):
        content["exchanges"][-1][1] = copy.deepcopy(LOST)
    for _ in range(data.draw(st.integers(1, 3))):
        all_places = [place for place in places(content) if place]
        put(content, data.draw(st.sampled_from(all_places)), data.draw(WRONG))
    write(bad, content)
    others_are_judged(recorded_class)


def lost(code: str, values: object, *, at_once: bool) -> Any:
    def change(content: dict[str, Any]) -> None:
        machine_lost = {"type": "lost", "code": code, "values": values}
        if at_once:
            content["lost"] = machine_lost
        else:
            content["exchanges"][0][1] = machine_lost

    return change


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("engine-silent", {"code": "x"}),
        ("engine-silent", {"self": "x"}),
        ("engine-silent", {"where": "{detail.__class__} {0} {}", "detail": "{where}"}),
        ("engine-silent", {}),
        ("engine-silent", {"\x1b[31m": "x", "": "y", "a b": "z"}),
        ("engine-silent", {"where": "y" * 10_000_000}),
        ("engine-silent", {str(number): "x" for number in range(100)}),
        ("engine-silent", {"where": ["x"]}),
        ("engine-silent", [["where", "x"]]),
        ("\x1b]0;owned\x07\nx", {}),
        ("x" * 1_000_000, {}),
        ("nobody-knows-this", {"where": "x"}),
        ("", {}),
    ],
)
def test_what_a_lost_machine_is_said_to_have_said(
    recorded_class: RecordedClass, bad: Path, code: str, values: object, *, at_once: bool
) -> None:
    content = tree(bad)
    lost(code, values, at_once=at_once)(content)
    write(bad, content)
    others_are_judged(recorded_class)


def test_a_lost_machine_is_told_as_it_was(recorded_class: RecordedClass, bad: Path) -> None:
    """The control: an honest recording, with any names of values."""
    content = tree(bad)
    content["lost"] = LOST | {"values": {"where": "there", "code": "x", "self": "y"}}
    write(bad, content)
    (again,) = others_are_judged(recorded_class).changed
    assert (again.now.status, again.now.reason_code) == ("not-graded", "engine-silent")
    error = read_recording(bad).lost
    assert error is not None
    assert error.to_error().values == {"where": "there", "code": "x", "self": "y"}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e308, -1.0])
def test_times_that_are_none(recorded_class: RecordedClass, bad: Path, number: float) -> None:
    content = tree(bad)
    for exchange in content["exchanges"]:
        exchange[2] = number
    write(bad, content)
    assert [one.path for one in others_are_judged(recorded_class).unreadable] == [bad]


@pytest.mark.parametrize("field", ["student", "student_name", "started_at", "exercise", "suite", "grader", "ports"])
def test_texts_that_have_no_end_are_refused(recorded_class: RecordedClass, bad: Path, field: str) -> None:
    content = tree(bad)
    content[field] = "\x1b[31m" * 1_000_000
    write(bad, content)
    assert [one.path for one in others_are_judged(recorded_class).unreadable] == [bad]


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b'[{"Id":' + b"9" * 5000 + b"}]", b'[{"Id":"\\ud800"}]', b"\xff"]
)
def test_answers_that_no_engine_gives(recorded_class: RecordedClass, bad: Path, body: bytes) -> None:
    content = tree(bad)
    for exchange in content["exchanges"]:
        exchange[1]["body"] = body
    write(bad, content)
    others_are_judged(recorded_class)


def test_one_that_takes_for_ever_is_given_up(
    recorded_class: RecordedClass, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.machine.recording.replay.MOST_S", 0.5)
    content = tree(bad)
    container = b'{"Id":"a","Names":["/web"],"Image":"nginx","State":"running"}'
    content["exchanges"][0][1]["body"] = b"[" + b",".join([container] * 150_000) + b"]"
    write(bad, content)
    (one,) = others_are_judged(recorded_class).unreadable
    assert one.path == bad
    assert "processor time" in one.reason.values["detail"]


def test_files_that_are_no_files(recorded_class: RecordedClass, bad: Path) -> None:
    """A pipe blocks nobody, and names that are not text are shown as far as possible."""
    folder = bad.parent
    bad.unlink()
    os.mkfifo(folder / "pipe.recording")
    (folder / "folder.recording").mkdir()
    (folder / "link.recording").symlink_to("nowhere")
    (folder / "loop.recording").symlink_to("loop.recording")
    (folder / "empty.recording").touch()
    (folder / "cut.recording").write_bytes((folder / "e1.recording").read_bytes()[:-9])
    (folder / "bomb.recording").write_bytes(HEAD + zlib.compress(bytes(1 << 28), 9))
    (folder / os.fsdecode(b"\xff\x1b[31m\n.recording")).write_bytes(b"x")
    done = regrade(recorded_class.results, read_suite(recorded_class.exercise))
    assert (done.judged, len(done.unreadable)) == (2, 8)
    said = [line for line in summary_lines(done, recorded_class.results, "en") if line.startswith("cannot be read")]
    assert len(said) == 8
    assert all(line.isprintable() for line in said)


def test_a_result_that_is_none_does_not_keep_the_others_from_being_judged(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    recorded_class.grade("e2", port=5000)
    for old, new in (("points=5, fr", "points=8, fr"), ("points=15,", "points=12,")):
        recorded_class.change(old, new)
    path = recorded_class.results / "tp9" / "e1.json"
    path.write_text("{}", "utf-8")
    done = run(recorded_class, "--write", "--reason", "x")
    assert done.returncode == 4
    assert "e1.json: not a result" in done.stderr
    assert path.read_text("utf-8") == "{}"
    assert recorded_class.result("e2").mark == 8


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_compare_and_report_go_on(recorded_class: RecordedClass, bad: Path, data: st.DataObject) -> None:
    content = tree(bad.with_name("e1.recording"))
    put(content, data.draw(st.sampled_from([place for place in places(content) if place])), data.draw(WRONG))
    write(bad, content)
    before, now = bad.with_suffix(".json"), bad.with_name("e1.json")
    before.write_bytes(now.read_bytes())
    compare(before, now, read_suite(recorded_class.exercise))
    before.unlink()
    assert [work.student.id for work in read_class_results(recorded_class.results)] == ["e1", "e2"]


def test_what_cannot_be_read_is_said_in_one_sentence(bad: Path) -> None:
    bad.write_bytes(HEAD + zlib.compress(b"\x91" * 5000))
    with pytest.raises(MachineUnreachable) as error:
        read_recording(bad)
    assert isinstance(error.value, GraderError)
    assert error.value.code == "recording-unreadable"
