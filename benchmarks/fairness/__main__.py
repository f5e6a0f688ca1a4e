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
    wanted = parser.parse_args().exercises
    os.chdir(ROOT)
    part = new_part(TITLE)
    part.extend(fairness(exercises=wanted or EXERCISES))
    if not wanted:
        save_part("fairness", part)
    sys.stdout.write(as_table(part))
    return 0


if __name__ == "__main__":
    sys.exit(main())
