"""A recording of a real machine, judged with its engine stopped, gives exactly the same as the live run."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.commands.rehearse.solution import read_solutions
from grader.machine.recording.format import read_recording
from grader.scoring.suite import read_suite
from tests.lab import wipe
from tests.live_and_replayed import replays_differently, stopped_engine
from tests.student_shell import TP2_SITE_MOUNT, StudentShell

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.recording.format import Recording
    from grader.reports.result import CheckResult
    from tests.lab import Lab

pytestmark = pytest.mark.live

CANARY = "c4n4ry-of-a-student"
OF_EVERY_KIND = {
    "reference",
    "container-crash-loop",  # waited for, on the recording's clock
    "container-exited",  # its log
    "foreground",  # events
    "nothing-listens-inside",  # a command run inside
    "outside-your-ports",
    "mount-mistyped",  # a folder of the machine
    "copied-into-the-image",  # layers
    "site-silent",
}
"""`make faults` does the same with all of them."""


def same(checks: list[CheckResult]) -> bytes:
    return msgspec.json.encode([msgspec.structs.replace(check, duration_s=0.0) for check in checks])


def test_solutions_of_every_kind_are_judged_the_same_with_the_engine_stopped(
    student: StudentShell, lab: Lab, tmp_path: Path
) -> None:
    suite = read_suite(student.exercise)
    chosen = [solution for solution in read_solutions(suite) if solution.name in OF_EVERY_KIND]
    assert len(chosen) == len(OF_EVERY_KIND)
    assert replays_differently(suite, chosen, student.engine, lab, tmp_path) == dict.fromkeys(OF_EVERY_KIND, False)


def test_a_run_is_recorded_and_run_again_from_the_command_line(student: StudentShell, lab: Lab, tmp_path: Path) -> None:
    """With a student's own ports, which are in the recording, and after everything on the machine is gone."""
    student.do_tp2(f"docker run -d --name web -p 41200:80 -e DB_PASSWORD={CANARY} {TP2_SITE_MOUNT} nginx")
    live, again = tmp_path / "live", tmp_path / "again"
    options = ("--ports", "41200-41209", "--student", "e1", "--student-name", "Zoé")
    done = student.run_pytest("--results", str(live), "--record", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    wipe(student.engine)
    with stopped_engine(lab):
        done = student.run_pytest("--results", str(again), f"--machine=recording:{live}/tp2/e1.recording")
    assert done.returncode == 0, done.stdout + done.stderr
    before, after = student.result_of(live, "e1"), student.result_of(again, "e1")
    assert same(after.checks) == same(before.checks)
    assert (after.student, after.mark, after.machine.engine) == (before.student, 20, before.machine.engine)
    assert "recording:" in done.stdout
    assert "41200" in done.stdout


def test_no_secret_of_the_environment_is_in_a_recording(student: StudentShell, tmp_path: Path) -> None:
    prints = "docker run -d --name noisy -e API_TOKEN=$SECRET ubuntu sh -c 'echo $API_TOKEN; env; exit 3'"
    student.do_tp2(
        f"SECRET={CANARY}; docker run -d --name web -e DB_PASSWORD=$SECRET ubuntu sh -c 'env; exit 3'\n{prints}"
    )
    student.run_shell(
        f"""mkdir built && printf 'FROM ubuntu\\nARG A_KEY\\nENV B_SECRET={CANARY}\\nRUN true\\n' > built/Dockerfile
        docker build -q --build-arg A_KEY={CANARY} -t built built
        docker network create --label some.token={CANARY} net; docker volume create --label key={CANARY} vol"""
    )
    try:
        student.run_pytest("--results", str(tmp_path), "--record", "--student", "e1")
    finally:
        student.run_shell("docker rm -f $(docker ps -aq); docker rmi built")
    data = (tmp_path / "tp2" / "e1.recording").read_bytes()
    kept = zlib.decompress(data.partition(b"\n")[2])
    assert CANARY.encode() not in kept
    assert CANARY not in (tmp_path / "tp2" / "e1.json").read_text("utf-8")
    assert b"DB_PASSWORD=" in kept
    assert b"/images/" in kept
    assert student.result_of(tmp_path, "e1").checks[0].diagnosis


PRIVATE = """
printf 'FROM ubuntu\nENV V=m-image-env\nLABEL l=m-image-label\nRUN echo m-image-run\nCMD ["m-image-cmd"]\n' >Dockerfile
docker build -q -t m-image-name .
docker network create --label l=m-network-label --opt com.docker.network.bridge.name=m-bridge m-network-name
docker volume create --label l=m-volume-label \\
    --opt type=tmpfs --opt device=tmpfs --opt o=size=9m,mode=1741 m-volume-name
docker run -d --name m-container-name -p 4009:80 -e V=m-container-env --label l=m-container-label -h m-hostname \
    --network m-network-name --network-alias m-alias -v m-volume-name:/m-target -v "$HOME/m-folder:/f" \
    m-image-name sh -c 'echo m-log; touch /m-file; sleep 600 # m-container-cmd'
"""
NAMES = {"m-container-name", "m-image-name", "m-network-name", "m-volume-name"}
"""All that a recording keeps of these things, besides `m-alias`: a diagnosis may ask whom a name means."""


def _markers(recording: Recording) -> set[str]:
    kept = b" ".join(getattr(one.answer, "body", b"") for one in (*recording.exchanges, *recording.inventory))
    return {word.decode() for word in re.findall(rb"m-[a-z]+(?:-[a-z]+)?", kept)}


@pytest.mark.parametrize("is_in_the_way", [False, True])
def test_of_other_things_on_the_machine_a_recording_holds_the_names(
    student: StudentShell, tmp_path: Path, *, is_in_the_way: bool
) -> None:
    """Also of a container that a diagnosis looks into, since it has the port that the exercise needs."""
    student.run_shell(PRIVATE.replace("4009:", "4000:") if is_in_the_way else PRIVATE)
    try:
        student.do_tp2(f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} nginx || true")
        student.run_pytest("--results", str(tmp_path), "--record", "--student", "e1")
    finally:
        student.run_shell("docker rm -f m-container-name; docker rmi m-image-name; docker network rm m-network-name")
    recording = read_recording(tmp_path / "tp2" / "e1.recording")
    assert NAMES <= _markers(recording) <= NAMES | {"m-alias"}
    codes = [one.diagnosis.code for one in student.result_of(tmp_path, "e1").checks if one.diagnosis]
    assert is_in_the_way == ("port-taken" in codes)


def test_a_recording_holds_the_inspect_data_of_all_that_is_the_exercises(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2(f"docker run -d --name web -p 4000:80 --label l=own-label {TP2_SITE_MOUNT} nginx")
    student.run_pytest("--results", str(tmp_path), "--record", "--student", "e1")
    recording = read_recording(tmp_path / "tp2" / "e1.recording")
    kept = b"".join(getattr(one.answer, "body", b"") for one in recording.inventory)
    assert all(name in kept for name in (b'"/web"', b"own-label", b"nginx:latest", b"IPAM", b"DockerRootDir"))
    assert recording.engine


def test_a_passive_recording_changes_nothing_and_stays_passive(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2()
    live, again = tmp_path / "live", tmp_path / "again"
    student.run_pytest("--results", str(live), "--record", "--student", "e1", "--passive")
    student.run_pytest("--results", str(again), f"--machine=recording:{live}/tp2/e1.recording")
    before, after = student.result_of(live, "e1"), student.result_of(again, "e1")
    assert before.provisional
    assert same(after.checks) == same(before.checks)
    asked = [one.question for one in read_recording(live / "tp2" / "e1.recording").exchanges]
    assert {getattr(question, "method", "GET") for question in asked} == {"GET"}


def test_a_machine_that_was_not_reached_is_not_graded_from_its_recording_either(
    student: StudentShell, tmp_path: Path
) -> None:
    live, again = tmp_path / "live", tmp_path / "again"
    nowhere = f"--machine=unix://{tmp_path}/nowhere.sock"
    assert student.run_pytest("--results", str(live), "--record", "--student", "e1", nowhere).returncode == 6
    done = student.run_pytest("--results", str(again), f"--machine=recording:{live}/tp2/e1.recording")
    assert done.returncode == 6
    before, after = student.result_of(live, "e1"), student.result_of(again, "e1")
    assert after.mark is None
    assert after.reason_code == before.reason_code == "engine-absent"
    assert same(after.checks) == same(before.checks)


def test_options_given_again_win_over_those_recorded(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2()
    student.run_pytest("--results", str(tmp_path), "--record", "--student", "e1")
    recording = f"--machine=recording:{tmp_path}/tp2/e1.recording"
    done = student.run_pytest(recording, "--ports=41200-41209", "--results", str(tmp_path / "again"), "--student", "e2")
    assert done.returncode == 1
    published = next(check for check in student.result_of(tmp_path / "again", "e2").checks if "published" in check.id)
    assert published.diagnosis
    assert published.diagnosis.code == "outside-your-ports"


def test_what_is_no_recording_is_refused_in_one_sentence(student: StudentShell, tmp_path: Path) -> None:
    (tmp_path / "x.recording").write_bytes(b"\x1b[31mnot one")
    done = student.run_pytest(f"--machine=recording:{tmp_path}/x.recording", "--lang=en")
    assert done.returncode == 6
    assert "is not a complete recording" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout
