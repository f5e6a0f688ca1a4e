"""The program that listens on a port of a machine behind SSH, as its `ss` tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from grader.machine.question import Answer, FileQuestion
from grader.machine.transport.ssh.files import SshFiles

if TYPE_CHECKING:
    from testinfra.host import Host

NGINX = b'LISTEN 0 511 0.0.0.0:4000 0.0.0.0:* users:(("nginx",pid=12,fd=6),("nginx",pid=11,fd=6))\n'


@dataclass
class Done:
    stdout_bytes: bytes
    rc: int

    @property
    def succeeded(self) -> bool:
        return self.rc == 0


@dataclass
class FakeHost:
    done: Done
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, command: str, *args: str) -> Done:
        self.asked.append((command, *args))
        return self.done


def listener(out: bytes, rc: int = 0) -> object:
    host = FakeHost(Done(out, rc))
    answer = SshFiles(cast("Host", host)).ask(FileQuestion("listener", "4000"))
    assert host.asked == [("(ss -Hltnp %s) 2>&1", "sport = :4000")]
    return answer


def test_the_first_program_is_named() -> None:
    assert listener(NGINX) == Answer(200, b"nginx")


@pytest.mark.parametrize(
    ("out", "rc"),
    [
        (b"", 0),
        (b"LISTEN 0 511 0.0.0.0:4000 0.0.0.0:*\n", 0),  # of another account
        (b"sh: 1: ss: not found\n", 127),
        (b"ss: users:((", 0),
    ],
)
def test_what_it_does_not_tell_is_no_program(out: bytes, rc: int) -> None:
    assert listener(out, rc) == Answer(404)
