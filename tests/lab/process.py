"""Commands with a time limit, waiting with a deadline, and progress messages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

T = TypeVar("T")
Process = TypeVar("Process", subprocess.Popen[bytes], subprocess.Popen[str])

POLL_S = 0.05
END_S = 10.0
"""Time for a process to end when asked to, before it is killed."""

# Python warns about a running process without a reference, and tests treat warnings as errors.
_spawned: list[subprocess.Popen[bytes]] = []


class LabError(Exception):
    """The lab cannot do what was asked. The message is one sentence that says what to do."""


def print_progress(text: str) -> None:
    """Print progress on stderr: stdout is for what a shell evaluates."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def run(
    command: Sequence[str | Path],
    *,
    limit_s: float = 60,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. Raises `LabError` after `limit_s` seconds or, with `check`, if it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, input=stdin, capture_output=True, text=True, errors="replace", timeout=limit_s, env=env, check=False
        )
    except subprocess.TimeoutExpired as expired:
        raise LabError(f"`{' '.join(words)}` did not end within {limit_s:g} s") from expired
    except FileNotFoundError as missing:
        raise LabError(f"`{words[0]}` is not installed") from missing
    if check and done.returncode:
        raise LabError(
            f"`{' '.join(words)}` ended with code {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}"
        )
    return done


def start_daemon(command: Sequence[str | Path], log: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a background process: it may outlive this one, and does not receive Ctrl-C from the terminal."""
    with log.open("ab") as written:
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,
        )
    _spawned.append(child)
    return child


@contextmanager
def ending(process: Process, ask: int = signal.SIGTERM, within_s: float = END_S) -> Iterator[Process]:
    """Ends `process` at the end of the `with` block: by the signal `ask`, and if that fails by killing it."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(ask)
            try:
                process.wait(within_s)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()


def on_host_network(command: Sequence[str | Path]) -> list[str | Path]:
    """The command, run on the network of the nearest ancestor process that has another one than this process."""
    own, ancestor = network_namespace(os.getpid()), os.getppid()
    while own and ancestor > 1:
        reached = network_namespace(ancestor)
        if reached and reached != own:
            return ["nsenter", f"--net=/proc/{ancestor}/ns/net", *command]
        ancestor = _parent(ancestor)
    return list(command)


def network_namespace(pid: int) -> str | None:
    """The network of a process, as /proc names it; `None` if /proc does not show it."""
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except OSError:
        return None


def _parent(pid: int) -> int:
    try:
        return int(
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
        )
    except OSError:
        return 0


def wait_until(what: str, look: Callable[[], T | None], within_s: float) -> T:
    """Call `look` until it returns something true. Raises `LabError`, naming `what`, after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise LabError(f"waited {within_s:g} s for {what}, without success")
        time.sleep(POLL_S)


def last_lines(log: Path) -> str:
    """The last line of a log."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except FileNotFoundError:
        return ""
    return lines[-1][-500:] if lines else ""


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not count."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123  # a path of the kernel
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def peak_mb(pid: int) -> float:
    """The peak memory of a running process; 0 if it has ended.

    `wait4` is no use after its end: it also counts the memory of the parent that started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    kilobytes = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
    return int(kilobytes) / 1024


def end_process(pid: int, signal_number: int) -> None:
    """Send a signal to a process that may have ended."""
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return
