"""Lets a sandboxed git reach a server over SSH, while `ssh`, its keys and the network stay outside.

Inside, git starts this file in place of `ssh` (`python -I -S ssh_relay.py SOCKET …`), which carries bytes. Outside,
the one connection that comes is given to an `ssh` whose command line is made from the address that was typed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_OPTIONS = ("-oBatchMode=yes", "-oForwardAgent=no", "-oClearAllForwardings=yes", "-oConnectTimeout=20")
_SCP_LIKE = re.compile(r"([A-Za-z0-9_.-]+@[A-Za-z0-9.-]+):(.+)")


def is_ssh(address: str) -> bool:
    return address.startswith("ssh://") or _SCP_LIKE.fullmatch(address) is not None


@contextlib.contextmanager
def ssh_relay(address: str, path: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """Listens at `path` for the git that clones `address`, for the length of the block."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o666)
    listener.listen(1)
    running: list[subprocess.Popen[bytes]] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            client, _ = listener.accept()
            with client:
                command, end = _command(address), client.fileno()
                process = subprocess.Popen(
                    command, stdin=end, stdout=end, stderr=subprocess.DEVNULL, env=dict(environ), cwd="/"
                )
                running.append(process)
                process.wait()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for process in running:
            process.kill()
        thread.join(5)


def _command(address: str) -> list[str]:
    if match := _SCP_LIKE.fullmatch(address):
        host, path, port = match[1], match[2], []
    else:
        url = urlsplit(address)
        host = f"{url.username}@{url.hostname}" if url.username else url.hostname or ""
        path, port = unquote(url.path), [f"-p{url.port}"] if url.port else []
    return ["ssh", *_OPTIONS, *port, "--", host, f"git-upload-pack {shlex.quote(path)}"]


def _copy_streams(path: str) -> None:
    """Standard input to the socket, and what comes from there to standard output."""
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(path)

        def send() -> None:
            while data := os.read(0, 65536):
                end.sendall(data)
            end.shutdown(socket.SHUT_WR)

        threading.Thread(target=send, daemon=True).start()
        while data := end.recv(65536):
            view = memoryview(data)
            while view:
                view = view[os.write(1, view) :]


if __name__ == "__main__":
    _copy_streams(sys.argv[1])
