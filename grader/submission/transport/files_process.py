"""Answers questions about a submission's files inside the sandbox: one JSON line per question and per answer.

`python -I -m grader.submission.transport.files_process`
"""

from __future__ import annotations

import sys

import msgspec

from grader.machine.question import FileQuestion
from grader.machine.transport.files import LocalFiles


def main() -> None:
    files = LocalFiles()
    for line in sys.stdin.buffer:
        answer = files.ask(msgspec.json.decode(line, type=FileQuestion))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
