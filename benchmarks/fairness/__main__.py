"""`python -m benchmarks.fairness`: the error rate of the marks; of some exercises, on the screen only."""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks.fairness.part import EXERCISES, TITLE, fairness
from benchmarks.figure import new_part
from benchmarks.page import as_table, save_part
from tests.student_shell import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__)
    parser.add_argument(
        "exercises", nargs="*", metavar="exercise", help="such as tp2; default: all, and write the page"
    )
    parser.add_argument("--all", action="store_true", help="every state, not a selection: it takes four times as long")
    options = parser.parse_args()
    os.chdir(ROOT)
    part = new_part(TITLE)
    part.extend(fairness(exercises=options.exercises or EXERCISES, is_complete=options.all))
    if not (options.exercises or options.all):
        save_part("fairness", part)
    sys.stdout.write(as_table(part))
    return 0


if __name__ == "__main__":
    sys.exit(main())
