"""What a container printed, if the engine keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.machine.question import Answer, EngineQuestion, NoAnswer
from grader.probes.containers.logs import join_frames, last_lines, read_log
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import many_examples
from tests.scripted_machine import AnswersInTurn, ScriptedAnswers, multiplexed, scripted_machine

WEB = parse_inspect("web")
SHELL = parse_inspect("fond", config={"Tty": True})
LOG = "/containers/web-id/logs?stderr=1&stdout=1&tail=200"
SHELL_LOG = "/containers/fond-id/logs?stderr=1&stdout=1&tail=200"


def test_both_outputs_are_read_in_their_order() -> None:
    link = ScriptedAnswers({LOG: multiplexed(b"GET /\n", b"warn\n")})
    assert read_log(scripted_machine(link), WEB) == b"GET /\nwarn\n"
    assert link.questions == [
        EngineQuestion("/containers/web-id/logs", (("stderr", "1"), ("stdout", "1"), ("tail", "200")))
    ]


def test_a_terminals_log_is_not_framed() -> None:
    shown = b"\x01\0\0\0\0\0\0\x01$ ls\r\n"
    assert read_log(scripted_machine({SHELL_LOG: shown}), SHELL) == shown


def test_an_engine_that_does_not_frame_is_read_as_it_is() -> None:
    assert read_log(scripted_machine({LOG: b"oh no\n"}), WEB) == b"oh no\n"


def test_nothing_printed_is_not_the_same_as_nothing_kept() -> None:
    assert read_log(scripted_machine({LOG: b""}), WEB) == b""


@pytest.mark.parametrize(
    "answer",
    [
        Answer(501, b'{"message":"configured logging driver does not support reading"}'),
        Answer(500, b"x"),
        Answer(404),
        Answer(409),
        NoAnswer("timeout"),
    ],
)
def test_an_engine_that_keeps_none_tells_none(answer: Answer | NoAnswer) -> None:
    assert read_log(scripted_machine({LOG: answer}), WEB) is None


def test_a_log_that_was_cut_is_told_as_far_as_it_came() -> None:
    assert read_log(scripted_machine({LOG: Answer(200, multiplexed(b"x" * 99)[:18], truncated=True)}), WEB) == b"x" * 10


def test_it_is_read_anew_only_where_that_is_asked() -> None:
    link = ScriptedAnswers({LOG: AnswersInTurn(multiplexed(b"one\n"), multiplexed(b"two\n"))})
    machine = scripted_machine(link)
    assert read_log(machine, WEB) == read_log(machine, WEB) == b"one\n"
    assert read_log(machine, WEB, fresh=True) == b"two\n"
    assert len(link.questions) == 2


@pytest.mark.parametrize(
    ("log", "count", "lines"),
    [
        (None, 1, []),
        (b"", 3, []),
        (b"one\n\n  \ntwo\n\n", 1, [b"two"]),
        (b"one\n\n  \ntwo\n\n", 2, [b"one", b"two"]),
        (b"one\r\ntwo\r\nthree", 2, [b"two", b"three"]),
        (b"one", 5, [b"one"]),
        (b"\xff\xfe\0", 1, [b"\xff\xfe\0"]),
    ],
)
def test_the_last_lines_that_say_anything_are_told(log: bytes | None, count: int, lines: list[bytes]) -> None:
    assert last_lines(log, count) == lines


def test_one_line_is_told_where_no_number_is_given() -> None:
    assert last_lines(b"one\ntwo\n") == [b"two"]


# --- two outputs on one connection: complete, cut off, and from engines without frames ---

BOTH = multiplexed(b"one\n", b"two\n") + multiplexed(b"three\n")


def test_both_outputs_come_in_their_order() -> None:
    assert join_frames(BOTH) == b"one\ntwo\nthree\n"


def test_one_output_can_be_asked_for() -> None:
    assert join_frames(BOTH, (1,)) == b"one\nthree\n"
    assert join_frames(BOTH, (2,)) == b"two\n"


def test_stdin_frames_are_none_of_the_outputs() -> None:
    assert join_frames(b"\0\0\0\0\0\0\0\1x" + multiplexed(b"y")) == b"y"


@pytest.mark.parametrize("body", [b"hello world\n", b"hi\n", b"x", b"\3\0\0\0\0\0\0\1x", b"\1\0\0\1\0\0\0\1x", b"\1\1"])
def test_what_is_not_framed_is_given_back_as_it_is(body: bytes) -> None:
    assert join_frames(body) == body


@pytest.mark.parametrize(
    ("kept", "told"), [(0, b""), (1, b""), (4, b""), (7, b""), (8, b""), (10, b"on"), (12, b"one\n")]
)
def test_a_cut_body_is_told_as_far_as_it_goes(kept: int, told: bytes) -> None:
    assert join_frames(BOTH[:kept]) == told


def test_what_follows_frames_and_is_none_is_left_out() -> None:
    assert join_frames(multiplexed(b"one\n") + b"garbage that is long enough") == b"one\n"
    assert join_frames(multiplexed(b"one\n") + b"\1\0\0") == b"one\n"


def test_a_frame_said_to_be_of_gigabytes_is_what_there_is_of_it() -> None:
    assert join_frames(b"\1\0\0\0\xff\xff\xff\xffonly this") == b"only this"


@many_examples
@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary())))
def test_all_that_was_framed_comes_out_and_nothing_else(frames: list[tuple[int, bytes]]) -> None:
    body = b"".join(multiplexed(out=one) if stream == 1 else multiplexed(err=one) for stream, one in frames)
    assert join_frames(body) == b"".join(one for _, one in frames)
    assert join_frames(body, (2,)) == b"".join(one for stream, one in frames if stream == 2)
