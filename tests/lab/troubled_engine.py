"""An engine without any network but a registry that may fail, on a disk that may be small."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.lab import debian_packages
from tests.lab.dockerd import START_LIMIT_S, path_with_iptables
from tests.lab.engine import Engine
from tests.lab.images import load_images
from tests.lab.machines.certificates import new_authority, write_server_certificate
from tests.lab.process import ending, run, start_daemon, wait_until
from tests.lab.registry import HOSTS, write_image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.lab.lab_folder import Lab

_ROOT: Final = Path(__file__).parent.parent.parent
_STOP_S: Final = 30.0
_HOSTS_ARE_KEPT_S: Final = 5.5
"""The engine reads /etc/hosts again after five seconds."""
_BEGIN: Final = """\
set -eu
mount --make-rprivate /
mount --bind hosts /etc/hosts
mount --bind resolv.conf /etc/resolv.conf
[ -z "$DISK" ] || mount -t tmpfs -o "size=$DISK" tmpfs data
ip link set lo up
exec "$@"
"""


@dataclass(frozen=True)
class TroubledEngine:
    engine: Engine
    folder: Path

    def set_registry(self, mode: str) -> None:
        """How the registry answers from now on: see `tests.lab.registry`."""
        (self.folder / "registry" / "mode").write_text(mode, encoding="ascii")

    def resolve_registry(self, *, known: bool) -> None:
        """Whether the registry's name leads to an address. There is no other resolver."""
        names = f"127.0.0.1 {' '.join(HOSTS)}\n" if known else ""
        file, text = self.folder / "hosts", f"127.0.0.1 localhost\n{names}"
        if file.exists() and file.read_text(encoding="ascii") != text:
            file.write_text(text, encoding="ascii")
            time.sleep(_HOSTS_ARE_KEPT_S)
        file.write_text(text, encoding="ascii")


@contextmanager
def troubled_engine(
    lab: Lab,
    images: Sequence[str],
    *,
    on_registry: Sequence[str] = (),
    disk_mb: int | None = None,
    options: Sequence[str] = (),
) -> Iterator[TroubledEngine]:
    """The engine, with `images` on it and `on_registry` to be pulled; with `disk_mb` its data is in memory."""
    dockerd = debian_packages.require_program("dockerd", "docker.io")
    with tempfile.TemporaryDirectory(prefix="troubled-", dir=lab.sockets) as created:
        folder = Path(created)
        (folder / "data").mkdir()
        (folder / "registry").mkdir()
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="ascii")
        (folder / "daemon.json").write_text(json.dumps({"group": "root"}), encoding="ascii")
        write_server_certificate(new_authority(folder / "tls"), folder / "registry" / "tls", *HOSTS)
        found = TroubledEngine(Engine(f"unix://{folder / 's'}", private=True), folder)
        found.resolve_registry(known=True)
        found.set_registry("well")
        command = [
            "unshare", "--net", "--mount", "sh", "-c", _BEGIN, "sh", dockerd,
            f"--config-file={folder / 'daemon.json'}", f"--host={found.engine.url}", f"--data-root={folder / 'data'}",
            f"--exec-root={folder / 'exec'}", f"--pidfile={folder / 'pid'}", *options,
        ]  # fmt: skip
        variables = {
            "PATH": path_with_iptables(lab),
            "DISK": f"{disk_mb}m" if disk_mb else "",
            "SSL_CERT_FILE": str(folder / "tls" / "ca.pem"),
        }
        with ending(
            start_daemon(["env", "-C", folder, *command], folder / "log", os.environ | variables), within_s=_STOP_S
        ) as daemon:
            wait_until(f"dockerd to answer (see {folder / 'log'})", found.engine.answers, START_LIMIT_S)
            load_images(found.engine, lab, [*images, *on_registry])
            for name in on_registry:
                run(["sh", "-c", f"docker save {shlex.quote(name)} > {folder / 'image.tar'}"], env=found.engine.env())
                write_image(folder / "image.tar", folder / "registry", name)
                (folder / "image.tar").unlink()
                found.engine.docker("image", "rm", name)
            serve = [sys.executable, "-m", "tests.lab.registry", str(folder / "registry")]
            with ending(subprocess.Popen(["nsenter", f"--net=/proc/{daemon.pid}/ns/net", *serve], cwd=_ROOT)):
                yield found
