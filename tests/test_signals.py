"""In the background, under `nohup` or a supervisor, the grader can be stopped and notices when programs end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.commands.batch.batch import command, results_in
from tests.inherited_signals import signal_masks, with_inherited_signals
from tests.lab.process import ending
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
IGNORED = (*ENDING, signal.SIGCHLD, signal.SIGQUIT, signal.SIGUSR1)
CHILD = """
import subprocess
from grader.signals import reset_signals
reset_signals()
subprocess.run(["grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"])
print(subprocess.run(["false"]).returncode)
"""


def python(code: str, **inherited: tuple[signal.Signals, ...]) -> str:
    words = with_inherited_signals([sys.executable, "-c", code], **inherited)
    return subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True, timeout=60).stdout


def test_what_is_started_begins_with_every_signal_at_its_default() -> None:
    *masks, code = python(CHILD, ignored=IGNORED, blocked=ENDING).splitlines()
    assert signal_masks(masks) == {"SigBlk": 0, "SigIgn": 0}
    assert code == "1", "what `false` ended with"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_what_somebody_chose_to_ignore_stays_ignored(number: signal.Signals) -> None:
    code = f"""
import os
from grader.output_streams import interrupt_on_termination
from grader.signals import reset_signals
reset_signals()
interrupt_on_termination()
os.kill(os.getpid(), {int(number)})
print("goes on")
"""
    assert python(code, ignored=(number,)) == "goes on\n"


def test_outside_of_the_main_thread_nothing_is_changed() -> None:
    code = """
import signal, threading
from grader.signals import reset_signals
thread = threading.Thread(target=reset_signals)
thread.start()
thread.join()
print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)
"""
    assert python(code, ignored=(signal.SIGINT,)) == "True\n"


@pytest.mark.parametrize(
    ("number", "inherited"),
    [
        (signal.SIGINT, {"ignored": (signal.SIGINT, signal.SIGQUIT)}),
        (signal.SIGINT, {"blocked": ENDING}),
        (signal.SIGTERM, {"blocked": ENDING}),
        (signal.SIGTERM, {"ignored": (signal.SIGINT, signal.SIGHUP)}),
    ],
)
def test_a_batch_in_the_background_can_be_ended(
    number: signal.Signals, inherited: dict[str, tuple[signal.Signals, ...]], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        roster = tmp_path / "class.csv"
        roster.write_text(f"id;machine\ne1;tcp://127.0.0.1:{silent.getsockname()[1]}\n", encoding="utf-8")
        words = with_inherited_signals(command(roster, tmp_path / "results"), **inherited)
        with ending(subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)) as running:
            silent.settimeout(60)
            connection, _ = silent.accept()
            with connection:
                running.send_signal(number)
                _, said = running.communicate(timeout=30)
    assert (running.returncode, said) == (2, "interrupted: what is graded is kept; run again with --resume\n")


def test_a_batch_under_a_supervisor_that_ignores_the_end_of_children_grades_everyone(tmp_path: Path) -> None:
    roster = tmp_path / "class.csv"
    roster.write_text("id;machine\ne1;unix:///nowhere\ne2;unix:///nowhere\n", encoding="utf-8")
    words = with_inherited_signals(command(roster, tmp_path / "results"), ignored=IGNORED)
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, text=True, timeout=60)
    assert done.returncode == 6, done.stderr
    assert set(results_in(tmp_path / "results")) == {"e1", "e2"}


def test_grading_with_pytest_in_the_background_can_be_ended(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        words = [sys.executable, "-m", "pytest", "exercises/tp2", "--machine", url, "--results", str(tmp_path)]
        with ending(
            subprocess.Popen(
                with_inherited_signals(words, ignored=(signal.SIGINT,), blocked=ENDING),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"LANG": "C.UTF-8"},
            )
        ) as running:
            silent.settimeout(60)
            connection, _ = silent.accept()
            with connection:
                running.send_signal(signal.SIGINT)
                running.communicate(timeout=30)
    assert running.returncode == 2
