"""Behind the wall: nothing of ours in reach, no rights, and nothing survives."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.repository.area import Area, made_area
from grader.repository.bounded import Ended, Finished, Limits, run_bounded
from grader.repository.tools import plain_environment
from grader.repository.wall import Wall, build_wall
from grader.repository.watch import Quota, QuotaOn

CANARY = "canary-4f1c"


@pytest.fixture(scope="module")
def wall() -> Wall:
    try:
        return build_wall()
    except GraderError as error:
        pytest.skip(str(error))


def behind(wall: Wall, script: str, area: Area, limits: Limits | None = None, quota: Quota | None = None) -> Finished:
    """Runs `script` as a student's `up.sh`."""
    file = area.work / "up.sh"
    file.write_text(script)
    wall.own(area.work)
    wall.own(area.home)
    env = plain_environment(area.home, TMPDIR="/tmp")  # noqa: S108  # the one behind the wall
    argv = wall.command(["/bin/bash", str(file)], area=area.top, cwd=area.work, env=env, files={})
    watch = QuotaOn(quota or Quota(), area.top)
    return run_bounded(argv, env=env, cwd=area.top, limits=limits or Limits(20, lines=200), watch=watch)


def run(wall: Wall, script: str) -> Finished:
    with made_area() as area:
        return behind(wall, script, area)


def test_secrets_are_not_there(wall: Wall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In our environment, our home, another student's clone and the results of the others."""
    monkeypatch.setenv("CI_JOB_TOKEN", CANARY)
    places = [tmp_path / "home" / ".ssh" / "id", tmp_path / "clones" / "other" / "up.sh", tmp_path / "results" / "x"]
    for place in places:
        place.parent.mkdir(parents=True)
        place.write_text(CANARY)
        place.chmod(0o644)
    tmp_path.chmod(0o755)
    done = run(
        wall,
        f"""
        env; cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n'
        cat {" ".join(map(str, places))}
        ls -a / /tmp /root /home /work {tmp_path} ..
        grep -rs --exclude-dir=proc --exclude-dir=usr '{CANARY[:6]}''{CANARY[6:]}' / | grep -v up.sh
        echo looked everywhere
        """,
    )
    said = done.stdout.decode() + "\n".join(done.last_lines)
    assert "looked everywhere" in said
    assert CANARY not in said


def test_no_rights_and_no_way_to_get_some(wall: Wall) -> None:
    done = run(
        wall,
        """
        grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status
        mount -t tmpfs none /tmp && echo mounted
        touch /usr/bin/x /etc/passwd && echo wrote
        su -c id && echo root
        chroot / id && echo chrooted
        kill -9 1; true
        """,
    )
    assert "NoNewPrivs:\t1" in done.stdout.decode()
    if os.geteuid() == 0:
        assert "CapEff:\t0000000000000000" in done.stdout.decode()
        assert not {"mounted", "wrote", "root", "chrooted"} & set(done.stdout.decode().split())


def test_an_honest_script_has_a_shell_a_home_and_a_place_to_write(wall: Wall) -> None:
    done = run(
        wall,
        """set -eu
        mkdir -p ~/Docker/site; echo bonjour > ~/Docker/site/index.html
        echo x > /tmp/scratch; cat <(cat ~/Docker/site/index.html); test "$PWD" = "$(pwd)"
        date > /dev/null; ls | grep up.sh
        """,
    )
    assert done.succeeded, done.last_lines
    assert done.stdout == b"bonjour\nup.sh\n"


def test_nothing_survives(wall: Wall) -> None:
    marker = f"9{time.monotonic_ns() % 10**8}"
    done = run(wall, f"setsid nohup sleep {marker} & (setsid sleep {marker} &) ; disown -a; echo left")
    assert done.succeeded
    assert not processes_with(marker)


def test_a_script_that_is_ended_takes_its_children_along(wall: Wall) -> None:
    marker = f"8{time.monotonic_ns() % 10**8}"
    with made_area() as area:
        done = behind(wall, f"for i in 1 2 3; do setsid sleep {marker} & done; sleep 600", area, Limits(1))
    assert done.ended is Ended.TIME
    assert not processes_with(marker)


def test_a_fork_bomb_ends_within_its_limits_and_the_machine_can_still_start_programs(wall: Wall) -> None:
    with made_area() as area:
        bomb = "b() { b | b & }; b; while :; do sleep 1; b; done"
        done = behind(wall, bomb, area, Limits(3))
    assert done.ended in {Ended.TIME, Ended.OUTPUT, Ended.WATCH}
    assert done.seconds < 20
    assert run(wall, "echo still here").stdout == b"still here\n"


def test_a_full_disk_ends_it_and_is_empty_again(wall: Wall) -> None:
    with made_area() as area:
        script = 'i=0; while :; do i=$((i+1)); head -c 20M /dev/zero > "$HOME/f$i" || sleep 1; done'
        done = behind(wall, script, area, Limits(60), Quota(disk_bytes=100 << 20))
        outer = area.top.parent
    assert done.ended is Ended.WATCH
    assert not outer.exists()


def test_the_small_tmp_fills_up_without_harm(wall: Wall) -> None:
    done = run(wall, "head -c 200M /dev/zero > /tmp/f || echo full; du -m /tmp/f | cut -f1")
    full, size = done.stdout.decode().split()
    assert full == "full"
    assert int(size) <= 64


def processes_with(marker: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if marker.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
