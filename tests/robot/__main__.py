"""`python -m tests.robot tp2 tp5/wrong/mongo-stopped …`: repairs known-wrong solutions on `docker`'s empty engine.

`--results FILE` adds what became of each to that file, and leaves out the solutions that are there already.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tests.robot.results import add_repair, read_repairs
from tests.robot.robot import repair_all

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    tried = {one.name for one in read_repairs(options.results)} if options.results else set()
    left = 0
    for one in repair_all(options.names, without=tried):
        left += not one.is_repaired
        if options.results:
            add_repair(options.results, one)
        sys.stdout.write(msgspec.json.encode(one).decode() + "\n")
        sys.stdout.flush()
    return 1 if left else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.robot", description=__doc__)
    parser.add_argument("names", nargs="+", help="such as tp2 or tp2/wrong/port-reversed")
    parser.add_argument("--results", type=Path, help="the file of what became of each")
    return parser


if __name__ == "__main__":
    sys.exit(main())
