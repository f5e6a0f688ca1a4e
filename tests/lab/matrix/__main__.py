"""`python -m tests.lab.matrix`: every engine, reached in every way, and with every exercise.

First the solutions of tp2 over each transport, then the table of engines and exercises, which is written to
docs/engines.md. `--only` does the second alone, for some engines.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from tests.lab import Lab, LabError
from tests.lab.matrix.engines import ENGINES
from tests.lab.matrix.exercises import EXERCISES, try_engine
from tests.lab.matrix.table import HEAD, table_row, update_page
from tests.lab.matrix.transports import KINDS, try_transports
from tests.lab.process import print_progress
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.matrix.engines import EngineOfMatrix

_PAGE: Final = ROOT / "docs" / "engines.md"


def main() -> int:
    options = _options()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the machines are removed
    lab = Lab.at(ROOT / ".lab")
    try:
        code = 0 if options.only else try_transports(lab, options.engines, options.solutions)
        if not options.engines and not options.solutions:
            engines = [one for one in ENGINES if not options.only or one.kind.name in options.only]
            code = _try_and_print(lab, engines, options.exercises) or code
    except (LabError, GraderError) as error:
        print_progress(f"matrix: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _try_and_print(lab: Lab, engines: Sequence[EngineOfMatrix], exercises: Sequence[str]) -> int:
    """Each engine's line is printed and, if it started, written as soon as it is known."""
    faults = []
    sys.stdout.write("\n".join(HEAD) + "\n")
    for engine in engines:
        row = try_engine(lab, engine, exercises)
        line = table_row(row, datetime.now(tz=UTC).date())
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        if row.cells:
            update_page(_PAGE, [line])
        faults += row.faults
    bad = len({fault.partition(":")[0] for fault in faults})
    good = f"{len(engines) - bad} of {len(engines)} engines: every mark as the solution deserves"
    sys.stdout.write("\n".join(["", *faults, good, ""]))
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.matrix", description=__doc__)
    names = [one.kind.name for one in ENGINES]
    parser.add_argument("--only", nargs="+", choices=names, metavar="ENGINE", help=f"some of: {', '.join(names)}")
    parser.add_argument("--exercises", nargs="+", choices=EXERCISES, default=EXERCISES, help="default: all")
    parser.add_argument("--engines", nargs="+", choices=KINDS, help="transports alone, on these engines")
    parser.add_argument("--solutions", nargs="+", metavar="SOLUTION", help="transports alone, with these of tp2")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
