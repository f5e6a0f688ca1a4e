"""In the sandbox: nothing of ours in reach, no rights, and nothing survives."""

from __future__ import annotations

import http.server
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.programs.bounded import EndReason, FinishedProgram, Limits
from grader.programs.tools import plain_environment
from grader.submission.sandbox import sandbox as sandboxes
from grader.submission.sandbox.quota import Quota
from grader.submission.sandbox.sandbox import Mount, NoSandboxError, make_sandbox
from grader.submission.workspace import Workspace, new_workspace
from tests.inherited_signals import signal_masks

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "canary-4f1c"


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with new_workspace() as made:
        yield made


def run(workspace: Workspace, script: str, limits: Limits | None = None, quota: Quota | None = None) -> FinishedProgram:
    """Runs `script` as a student's `up.sh`."""
    sandbox = make_sandbox(workspace.tmp)
    (workspace.working_copy / "up.sh").write_text(script)
    sandbox.chown_to_sandbox(workspace.working_copy)
    sandbox.chown_to_sandbox(workspace.home)
    bounds = quota or Quota()

    def watch(pid: int) -> str | None:
        return bounds.disk_exceeded(workspace.shared, workspace.tmp) or bounds.memory_exceeded(pid)

    return sandbox.run(
        ["/bin/bash", "up.sh"],
        cwd=workspace.working_copy,
        env=plain_environment(workspace.home, TMPDIR="/tmp"),  # noqa: S108  # the one inside
        mounts=workspace.live_mounts,
        limits=limits or Limits(20, lines=200),
        watch=watch,
    )


def test_secrets_are_not_there(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In our environment, our home, another student's clone and the results of the others."""
    monkeypatch.setenv("CI_JOB_TOKEN", CANARY)
    places = [tmp_path / "home" / ".ssh" / "id", tmp_path / "clones" / "other" / "up.sh", tmp_path / "results" / "x"]
    for place in places:
        place.parent.mkdir(parents=True)
        place.write_text(CANARY)
        place.chmod(0o644)
    tmp_path.chmod(0o755)
    done = run(
        workspace,
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


def test_no_rights_and_no_way_to_get_some(workspace: Workspace) -> None:
    done = run(
        workspace,
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


def test_an_honest_script_has_a_shell_a_home_and_a_place_to_write(workspace: Workspace) -> None:
    done = run(
        workspace,
        """set -eu
        mkdir -p ~/Docker/site; echo bonjour > ~/Docker/site/index.html
        echo x > /tmp/scratch; cat <(cat ~/Docker/site/index.html); test "$PWD" = "$(pwd)"
        date > /dev/null; ls | grep up.sh
        """,
    )
    assert done.succeeded, done.last_lines
    assert done.stdout == b"bonjour\nup.sh\n"


def test_nothing_survives(workspace: Workspace) -> None:
    marker = f"9{time.monotonic_ns() % 10**8}"
    done = run(workspace, f"setsid nohup sleep {marker} & (setsid sleep {marker} &) ; disown -a; echo left")
    assert done.succeeded
    assert not processes_with(marker)


def test_a_script_that_is_ended_takes_its_children_along(workspace: Workspace) -> None:
    marker = f"8{time.monotonic_ns() % 10**8}"
    done = run(workspace, f"for i in 1 2 3; do setsid sleep {marker} & done; sleep 600", Limits(1))
    assert done.end_reason is EndReason.TIME_LIMIT
    assert not processes_with(marker)


def test_a_fork_bomb_ends_within_its_limits_and_the_machine_can_still_start_programs(workspace: Workspace) -> None:
    bomb = "b() { b | b & }; b; while :; do sleep 1; b; done"
    done = run(workspace, bomb, Limits(3))
    assert done.end_reason in {EndReason.TIME_LIMIT, EndReason.OUTPUT_LIMIT, EndReason.STOPPED_BY_WATCH}
    assert done.seconds < 20
    assert run(workspace, "echo still here").stdout == b"still here\n"


@pytest.mark.parametrize("folder", ["$HOME", "/tmp", "$PWD"])  # noqa: S108 - the one inside
def test_a_full_disk_ends_it_and_is_empty_again(folder: str) -> None:
    with new_workspace() as workspace:
        script = f'i=0; while :; do i=$((i+1)); head -c 20M /dev/zero > "{folder}/f$i" || sleep 1; done'
        done = run(workspace, script, Limits(60), Quota(disk_bytes=100 << 20))
        folders = (workspace.shared.parent, workspace.private)
    assert done.end_reason is EndReason.STOPPED_BY_WATCH
    assert "more than 100 MiB" in done.reason
    assert not any(one.exists() for one in folders)


def test_files_without_number_end_it(workspace: Workspace) -> None:
    script = "i=0; while :; do i=$((i+1)); : > /tmp/f$i; done"
    done = run(workspace, script, Limits(60), Quota(files=2000))
    assert (done.end_reason, done.reason) == (EndReason.STOPPED_BY_WATCH, "disk: more than 2000 files")


def test_no_place_is_writable_that_is_not_counted(workspace: Workspace) -> None:
    """A file in memory would be neither counted nor removed."""
    done = run(workspace, "find / -xdev -writable -not -path '/proc/*' -type d; find /dev -writable -type d; true")
    inside = {str(workspace.working_copy), str(workspace.home), "/tmp"}  # noqa: S108
    assert set(done.stdout.decode().split()) <= inside


def test_memory_is_bounded_even_between_two_looks(workspace: Workspace) -> None:
    done = run(workspace, """perl -e '$x = "x" x (3 << 30); print "has it"'; true""", Limits(60))
    assert b"has it" not in done.stdout
    assert "Out of memory" in " ".join(done.stderr)


def test_no_service_of_this_machine_is_in_reach(workspace: Workspace) -> None:
    """The control listens on loopback, and answers outside."""

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CANARY.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asks = f"exec 3<>/dev/tcp/127.0.0.1/{server.server_port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3"
        outside = subprocess.run(["bash", "-c", asks], capture_output=True, timeout=20, check=False)
        inside = run(workspace, asks)
        server.shutdown()
    assert CANARY.encode() in outside.stdout
    assert CANARY.encode() not in inside.stdout
    assert not inside.succeeded


def test_no_folder_of_the_student_is_in_the_command_line_outside(workspace: Workspace) -> None:
    prepared = make_sandbox(workspace.tmp).prepared(
        ["/bin/bash", "up.sh"],
        cwd=workspace.working_copy,
        env={"PWD": str(workspace.working_copy)},
        mounts=workspace.live_mounts,
    )
    with prepared as (command, _):
        assert not [word for word in command if str(workspace.shared.parent) in word]


def test_a_program_that_may_write_any_file_has_no_other_right(workspace: Workspace) -> None:
    if os.geteuid() != 0:
        return
    (workspace.working_copy / "theirs").write_text("x")
    (workspace.working_copy / "theirs").chmod(0o400)
    os.chown(workspace.working_copy / "theirs", 12345, 12345)
    done = make_sandbox(workspace.tmp).run(
        ["/bin/bash", "-c", "echo y > theirs; grep CapEff /proc/self/status; mount -t tmpfs none /tmp && echo mounted"],
        cwd=workspace.working_copy,
        env=plain_environment(workspace.home),
        mounts=[*workspace.live_mounts, Mount(Path("/etc/passwd"), Path("/run/passwd"))],
        limits=Limits(20),
        may_write_any_file=True,
    )
    assert (workspace.working_copy / "theirs").read_text() == "y\n"
    assert done.stdout.decode() == "CapEff:\t000000000000000a\n"


def test_without_bubblewrap_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sandboxes, "_launcher", sandboxes._launcher.__wrapped__)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandboxError, match="install bubblewrap"):
        make_sandbox(tmp_path)


def test_where_no_namespace_may_be_made_the_reason_says_what_would_help(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Imitates a container without privileges, where bubblewrap fails in this way."""
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setattr(sandboxes, "_launcher", sandboxes._launcher.__wrapped__)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NoSandboxError, match=r"bwrap: No permissions.*privileged"):
        make_sandbox(tmp_path)


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


def test_a_script_begins_with_every_signal_at_its_default(workspace: Workspace) -> None:
    """Python ignores SIGPIPE, and what is ignored is inherited: a pipe that is left early would be an error."""
    done = run(workspace, "set -e\nyes | head -1\ngrep -E '^Sig(Ign|Blk)' /proc/self/status")
    first, *masks = done.stdout.decode().splitlines()
    assert first == "y"
    assert signal_masks(masks) == {"SigBlk": 0, "SigIgn": 0}
    assert done.stderr == ()
