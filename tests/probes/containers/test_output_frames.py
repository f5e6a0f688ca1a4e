"""Two outputs on one connection, taken apart: whole, cut, and from engines that do not frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.probes.containers.output_frames import join_frames
from tests.probes.malformed_answers import many_examples
from tests.scripted_machine import multiplexed

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
