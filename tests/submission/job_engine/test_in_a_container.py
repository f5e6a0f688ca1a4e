"""`grader repo --engine` in a container without privileges, with the options of docs/ci.md."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.reports.result import read_result
from tests.lab.debian_packages import require_program
from tests.lab.engine import docker_client
from tests.lab.job_engine.packages import require_rootless_packages
from tests.lab.ordinary_user import USER_ID
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lab import Engine

pytestmark = [pytest.mark.live, pytest.mark.long]

LIMIT_S = 580
SCRIPT = f"""
echo 'student:x:{USER_ID}:{USER_ID}::/place/home:/bin/sh' >> /etc/passwd && echo 'student:x:{USER_ID}:' >> /etc/group
chmod 755 /root && chmod 1777 /tmp
export HOME=/place/home PATH=$GRADER_PATH:/usr/bin:/bin:/usr/sbin
exec setpriv --reuid={USER_ID} --regid={USER_ID} --init-groups grader repo /place/work \\
    --exercise={ROOT}/exercises/tp2 --lang=en --results=/place/home/out --areas=/place/home \\
    --disposable --engine=podman --image-archive=/place/images.tar
"""


@pytest.fixture
def place(engine: Engine, images: Callable[..., None], bubblewrap: None) -> Iterator[Path]:
    """What the container of the job has: the images, tp2's reference, and the two programs as docs/ci.md wants them."""
    require_rootless_packages("podman")
    setcap = require_program("setcap", "libcap2-bin")
    images("nginx", "ubuntu")
    with tempfile.TemporaryDirectory(prefix="unprivileged-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o755)
        engine.docker("save", "--output", place / "images.tar", "nginx", "ubuntu", limit_s=120)
        (place / "images.tar").chmod(0o644)
        for name in ("home", "work/tp2"):
            (place / name).mkdir(parents=True)
        shutil.copy(ROOT / "exercises" / "tp2" / "solutions" / "reference" / "up.sh", place / "work" / "tp2")
        os.chown(place / "home", USER_ID, USER_ID)
        (place / "ids").write_text("student:100000:65536\n")
        for name, capability in (("newuidmap", "cap_setuid"), ("newgidmap", "cap_setgid")):
            (place / name).write_bytes(Path(f"/usr/bin/{name}").read_bytes())
            (place / name).chmod(0o755)
            subprocess.run([setcap, f"{capability}+ep", place / name], check=True, timeout=10)
        # On some machines only root may open it; a container sees it with the mode that it has here.
        os.mknod(place / "tun", 0o020666, Path("/dev/net/tun").stat().st_rdev)
        (place / "tun").chmod(0o666)
        yield place


def test_a_container_without_privileges_is_enough(engine: Engine, place: Path) -> None:
    """Its programs are this machine's; its file system, processes, capabilities and network are its own."""
    client = engine.client or docker_client()
    assert client
    mounts = [f"{place}:/place", f"{place}/newuidmap:/usr/bin/newuidmap:ro", f"{place}/newgidmap:/usr/bin/newgidmap:ro"]
    mounts += [f"{place}/ids:/etc/subuid:ro", f"{place}/ids:/etc/subgid:ro"]
    shared = ["/usr", "/etc/alternatives", "/etc/containers", sys.base_prefix, str(ROOT)]
    mounts += [f"{path}:{path}:ro" for path in shared if Path(path).exists()]
    done = subprocess.run(
        [
            *("timeout", str(LIMIT_S), client, "run", "--rm", f"--device={place}/tun:/dev/net/tun"),
            *("--security-opt=seccomp=unconfined", "--security-opt=systempaths=unconfined"),
            *(f"--volume={mount}" for mount in mounts),
            *(f"--env=GRADER_PATH={Path(sys.executable).parent}", "ubuntu", "sh", "-euc", SCRIPT),
        ],
        env=engine.env(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = read_result(place / "home" / "out" / "tp2" / "work.json")
    assert (result.mark, "podman" in (result.machine.engine or "").lower()) == (20.0, True)
