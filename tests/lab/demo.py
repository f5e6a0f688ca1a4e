"""The demo: a correct answer and four wrong ones, graded on a real engine as a student would."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import Solution, read_solutions
from grader.errors import GraderError
from grader.machine.transport.engine_address import engine_address
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import Suite, read_suite
from tests.lab import Engine, Lab, LabError, ensure_images, ready_engine
from tests.lab.process import print_progress

ROOT = Path(__file__).parents[2]
EXERCISE = Path("exercises/tp2")
RESULTS = Path("results/demo")
SHOWN = ("reference", "port-reversed", "named-volume-not-bind", "container-exited", "index-default")


def main() -> int:
    os.chdir(ROOT)
    began = time.monotonic()
    try:
        lab = Lab.at(ROOT / ".lab")
        engine = ready_engine(lab)
        suite = read_suite(EXERCISE)
        ensure_images(engine, lab, tuple(suite.spec.images))
        os.environ.update(engine.settings())
        _show(engine, suite)
    except (LabError, GraderError) as error:
        print_progress(f"demo: {error}")
        return 1
    except KeyboardInterrupt:
        print_progress("demo: interrupted; everything that it made is removed")
        return 130
    _say_what_next(engine, time.monotonic() - began)
    return 0


def _show(engine: Engine, suite: Suite) -> None:
    _refuse_what_is_taken(engine, suite)
    shutil.rmtree(RESULTS, ignore_errors=True)
    stage = RehearsalEngine(engine_address(parse_machine_url("local"), os.environ), beside_others=True)
    try:
        by_name = {solution.name: solution for solution in read_solutions(suite)}
        for name in SHOWN:
            with stage.bring_up(by_name[name], suite):
                _grade(by_name[name])
    finally:
        stage.empty()
        stage.close()
    report = [sys.executable, "-c", "from grader.cli import main; main()", "report", str(RESULTS), "--page"]
    subprocess.run(report, check=True, timeout=60, stdout=subprocess.DEVNULL)


def _grade(solution: Solution) -> None:
    command = ["pytest", str(EXERCISE), "--student", solution.name, "--results", str(RESULTS)]
    about = (solution.folder / "up.sh").read_text(encoding="utf-8").splitlines()[1].lstrip("# ")
    sys.stdout.write(f"\n{'─' * 78}\n{solution.name}: {about}\n$ {' '.join(command)}\n")
    sys.stdout.flush()
    done = subprocess.run([sys.executable, "-m", *command], check=False, timeout=300)
    if solution.name == "reference" and done.returncode:
        raise LabError(
            "the reference did not earn every point, so this machine has a problem: see above, and run "
            "`.venv/bin/grader doctor`"
        )


def _refuse_what_is_taken(engine: Engine, suite: Suite) -> None:
    """On an engine of someone else, containers and ports that the demo needs may be in use: do not touch them."""
    names = engine.docker("ps", "--all", "--format", "{{.Names}}").stdout.split()
    for container in suite.spec.containers.values():
        if container.name in names:
            raise LabError(
                f"a container named {container.name} is already on {engine.url}; rename or remove it, then try again"
            )
    for port in suite.spec.ports.values():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port.port)) == 0:
                raise LabError(f"port {port.port} of this machine is taken; free it, then try again")


def _say_what_next(engine: Engine, seconds: float) -> None:
    exports = "".join(f"  export {name}={value}\n" for name, value in engine.settings().items())
    sys.stdout.write(
        f"""
{"─" * 78}
Shown: tp2's reference and {len(SHOWN) - 1} wrong solutions, each graded as a student would ({seconds:.0f} s in total).
Files: {RESULTS}/tp2/<solution>.json (the complete result) and .xml (JUnit, for GitLab),
       {RESULTS}/reports/tp2.html (the class page, to open in a browser), and gradebooks beside it.

To continue by hand:
{exports}  .venv/bin/pytest exercises/tp2 --lang en          grade this machine: nothing is done yet, so 0/20
  cat exercises/tp2/README.md                       the handout: do it, and grade again
  .venv/bin/grader rehearse exercises/tp2           prove the suite with all its solutions
  make clean                                        stop and remove everything
"""
    )


if __name__ == "__main__":
    sys.exit(main())
