"""What runs in a container, and as whom."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.machine.question import Answer
from grader.probes.containers.processes import find_other_executable, find_program_users, parse_users, read_process_1
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import ScriptedAnswers, exec_answers, scripted_machine

FOND = parse_inspect("fond", State={"Status": "running", "Pid": 4711}, Path="bash", Args=["-c", "x"])
TOP = "/containers/fond-id/top"
DOCKER = {
    "Titles": ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"],
    "Processes": [
        ["root", "4750", "4711", "0", "08:00", "?", "00:00:00", "sleep 3"],
        ["root", "4711", "4690", "0", "08:00", "?", "00:00:00", "bash -c x"],
    ],
}
PODMAN = {
    "Titles": ["USER", "PID", "PPID", "%CPU", "ELAPSED", "TTY", "TIME", "COMMAND"],
    "Processes": [
        ["root", "7", "1", "0.0", "1s", "?", "0s", "sleep 3"],
        ["root", "1", "0", "0", "1s", "?", "0s", "bash"],
    ],
}


def status(pid: int, parent: int, user: int) -> bytes:
    return b"Name:\tx\nPid:\t%d\nPPid:\t%d\nUid:\t%d\t%d\t%d\t%d\n" % (pid, parent, 1000, user, user, user)


def test_the_effective_user_counts() -> None:
    assert parse_users(status(1, 0, 65534)) == frozenset({65534})


def test_a_shell_that_only_starts_the_program_does_not() -> None:
    assert parse_users(status(1, 0, 0) + status(7, 1, 65534)) == frozenset({65534})


def test_workers_of_a_root_master_do() -> None:
    assert parse_users(status(1, 0, 0) + status(7, 1, 33) + status(8, 1, 33)) == frozenset({33})


def test_what_came_in_by_docker_exec_does_not() -> None:
    assert parse_users(status(1, 0, 1000) + status(40, 0, 0)) == frozenset({1000})


def test_nothing_to_read_is_not_nobody() -> None:
    assert parse_users(b"cat: not found\n") is None


def first(answer: Any) -> str:
    return read_process_1(scripted_machine({TOP: answer}), FOND)


def test_docker_tells_process_1_by_the_machines_number() -> None:
    link = ScriptedAnswers({TOP: DOCKER})
    assert read_process_1(scripted_machine(link), FOND) == "bash -c x"
    assert link.question_keys == [TOP]


def test_podman_tells_it_by_its_number_inside() -> None:
    assert first(PODMAN) == "bash"


def test_titles_may_be_in_any_case() -> None:
    assert first({"Titles": ["pid", "Command"], "Processes": [["1", "sh"]]}) == "sh"


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"Titles": None, "Processes": None}, {"Titles": ["PID"], "Processes": []}, {"Processes": [["4711", "x"]]},
        {"Titles": ["PID", "CMD"], "Processes": [["99", "other"]]}, Answer(404), Answer(409), Answer(500, b"no ps"),
        {"Titles": ["CMD"], "Processes": [["4711"]]},
    ],
)  # fmt: skip
def test_where_the_engine_cannot_tell_it_is_what_it_was_started_with(answer: Any) -> None:
    assert first(answer) == "bash -c x"


def test_a_row_that_is_cut_short_says_no_command() -> None:
    assert first({"Titles": ["PID", "CMD"], "Processes": [["1"]]}) == ""


@pytest.mark.parametrize(("answer", "code"), [one for one in MALFORMED_ANSWERS if one.id not in {"409", "500"}])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: first(answer)).values["asked"] == "docker top"


@many_examples
@given(answers_like(DOCKER))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: first(answer))


_OTHER_FILE = (
    'own=$(command -v "$0") && file=$(readlink /proc/1/exe) && [ -e "$file" ] && ! [ "$file" -ef "$own" ] '
    '&& echo "$file"'
)
FILE = (
    "sh",
    "-c",
    _OTHER_FILE,
    "bash",
)


def stand_in(out: bytes, code: int = 0) -> str:
    return find_other_executable(scripted_machine(exec_answers("fond-id", *FILE, out=out, code=code)), FOND, "bash")


def test_the_file_that_took_the_name_of_another_is_told() -> None:
    assert stand_in(b"/bin/sleep\n") == "/bin/sleep"
    assert stand_in(b"/tmp/\x1b[31mx\n") == "/tmp/\\x1b[31mx"  # noqa: S108 - a path inside


def test_the_programs_own_file_is_no_other() -> None:
    assert stand_in(b"", 1) == ""


def test_words_of_an_engine_without_a_shell_inside_are_no_file() -> None:
    said = b'OCI runtime exec failed: exec failed: exec: "sh": executable file not found in $PATH: unknown\r\n'
    assert stand_in(said, 127) == ""


def test_where_nothing_may_be_run_nothing_is_told() -> None:
    assert find_other_executable(scripted_machine(passive=True), FOND, "bash") == ""
    assert find_program_users(scripted_machine(passive=True), FOND) is None


def test_the_users_are_read_inside() -> None:
    statuses = status(1, 0, 0) + status(7, 1, 65534)
    table = exec_answers("fond-id", "sh", "-c", "cat /proc/[0-9]*/status", out=statuses, code=1)
    assert find_program_users(scripted_machine(table), FOND) == frozenset({65534})


def test_all_of_a_tree_are_told_to_its_ends() -> None:
    tree = status(1, 0, 0) + status(2, 1, 0) + status(3, 2, 11) + status(4, 2, 12) + status(5, 1, 13)
    assert parse_users(tree) == frozenset({11, 12, 13})


def test_one_whose_parent_comes_later_is_of_the_tree() -> None:
    assert parse_users(status(3, 2, 11) + status(2, 1, 0) + status(1, 0, 0)) == frozenset({11})


def test_one_without_a_user_is_passed_over() -> None:
    assert parse_users(status(1, 0, 5) + b"Pid:\t7\nPPid:\t1\n") is None
    assert parse_users(b"Pid:\t1\nPPid:\t0\nUid:\t0\n") is None


@pytest.mark.parametrize("number", [b"9" * 5000, b"-1", b"x", b""])
def test_a_number_that_a_program_made_up_breaks_nothing(number: bytes) -> None:
    made_up = b"Pid:\t%s\nPPid:\t%s\nUid:\t%s\t%s\n" % ((number,) * 4)
    assert parse_users(made_up + status(1, 0, 5)) == frozenset({5})


def test_parents_in_a_ring_end() -> None:
    assert parse_users(status(1, 2, 5) + status(2, 1, 6)) is None


def test_a_line_of_thousands_that_a_program_made_up_ends_soon() -> None:
    began = time.process_time()
    line = b"".join(b"Pid:\t%d\nPPid:\t%d\nUid:\t0\t7\n" % (n, n - 1) for n in range(1, 20_001))
    assert parse_users(line) == frozenset({7})
    assert time.process_time() - began < 2


@many_examples
@given(st.one_of(st.binary(), st.text("PidUd: 0123456789\t\n").map(str.encode)))
def test_no_words_break_it(statuses: bytes) -> None:
    users = parse_users(statuses)
    assert users is None or users
