"""The root file systems of machines: small Debians, made once and shared read-only."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import debian_packages
from tests.lab.process import on_host_network, print_progress, run

if TYPE_CHECKING:
    from tests.lab.lab_folder import Lab
    from tests.lab.machines.spec import MachineKind

LEFT_OUT = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/perl",
    "usr/share/zoneinfo",
    "usr/lib/git-core",
)
SYSTEM_USERS = "sshd:100 haproxy:103 dockremap:104"
STUDENTS = "student:1000 visitor:1001"
"""`student` may use the engine, `visitor` may not."""

FILES = {
    "etc/containers/containers.conf": """\
[containers]
# Limits cannot be raised on every test machine.
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[network]
network_backend = "netavark"
[engine]
# crun refuses hybrid control groups.
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
""",
    "etc/haproxy/engine.cfg": """\
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen engine
    bind :2376 ssl crt "${SHARED}/tls/server.pem" ca-file "${SHARED}/tls/ca.pem" verify required
    server engine "unix@${SHARED}/engine.sock"
""",
    # The numbers that an ordinary user's containers may use.
    "etc/subuid": "student:100000:65536\ndockremap:200000:65536\n",
    "etc/subgid": "student:100000:65536\ndockremap:200000:65536\n",
    "etc/resolv.conf": "",
    "etc/motd": "",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


def machine_root(lab: Lab, kind: MachineKind) -> Path:
    """The folder of a kind's root file system. Read-only: machines mount an overlay on it."""
    recipe = Path(__file__).read_bytes() + f"{kind.suite} {kind.programs}".encode()
    made = lab.root / "roots" / f"{kind.suite}-{hashlib.sha256(recipe).hexdigest()[:12]}"
    with lab.locked(made.name):
        if not made.exists():
            print_progress(f"making a Debian {kind.suite} root for machines (20 s, once)…")
            made.parent.mkdir(exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=made.parent))
            try:
                _make(kind, folder / "root")
                (folder / "root").rename(made)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    return made


def _make(kind: MachineKind, root: Path) -> None:
    mmdebstrap = debian_packages.require_program("mmdebstrap", "mmdebstrap", "debian-archive-keyring")
    # `extract` runs no maintainer scripts: three times as fast, and little is missing, which is added below.
    include = f"--include={','.join(kind.programs.split())}"
    make: list[str | Path] = [
        mmdebstrap,
        "--quiet",
        "--variant=extract",
        "--format=directory",
        # Sid's list of packages may be some days old on a mirror.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        include,
        kind.suite,
        root,
    ]
    run(on_host_network(make), limit_s=600)
    for folder in LEFT_OUT:
        shutil.rmtree(root / folder, ignore_errors=True)
    for file, text in FILES.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).unlink(missing_ok=True)
        (root / file).write_text(text, encoding="ascii")
    _add_users(root)
    for name in ("iptables", "ip6tables", "iptables-save", "iptables-restore"):
        if not (root / "usr/sbin" / name).exists():
            program = name.replace("tables", "tables-nft", 1)
            (root / "usr/sbin" / name).symlink_to(program)
    if not (root / "usr/bin/awk").exists():
        (root / "usr/bin/awk").symlink_to("mawk")
    shutil.rmtree(root / "var/run", ignore_errors=True)
    (root / "var/run").symlink_to("/run")
    shutil.rmtree(root / "var/log/apt", ignore_errors=True)


def _add_users(root: Path) -> None:
    """Each machine replaces `@HOMES@` in the paths of home folders when it starts."""
    people = [person.split(":") for person in STUDENTS.split()]
    system = [person.split(":") for person in SYSTEM_USERS.split()]
    given = root / "usr/share/base-passwd"
    passwd = (given / "passwd.master").read_text(encoding="ascii").replace("root:/root:", "root:@HOMES@/root:")
    passwd = passwd.replace("root:*:", "root:x:", 1)
    passwd += "".join(f"{name}:x:{number}:{number}::/run:/usr/sbin/nologin\n" for name, number in system)
    passwd += "".join(f"{name}:x:{number}:{number}::@HOMES@/{name}:/bin/bash\n" for name, number in people)
    group = (given / "group.master").read_text(encoding="ascii") + "docker:x:999:student\n"
    group += "".join(f"{name}:x:{number}:\n" for name, number in (*system, *people))
    (root / "etc/passwd").write_text(passwd, encoding="ascii")
    (root / "etc/group").write_text(group, encoding="ascii")
