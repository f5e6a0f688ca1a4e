"""As whom the programs of a container run."""

from __future__ import annotations

from grader.probes.processes import parse_users


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
