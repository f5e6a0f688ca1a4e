"""Answers questions about the files of a submission, from inside the sandbox: one JSON line each way.

`python -I -m grader.repository.file_agent`
"""

from __future__ import annotations

import sys

import msgspec

from grader.machine.files import LocalFiles
from grader.machine.question import FileQuestion

__all__: list[str] = []


def main() -> None:
    files = LocalFiles()
    for line in sys.stdin.buffer:
        answer = files.ask(msgspec.json.decode(line, type=FileQuestion))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
