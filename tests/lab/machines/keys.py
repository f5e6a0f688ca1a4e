"""SSH keys and configuration: one user key per group of machines, one host key per machine, all pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab import debian_packages
from tests.lab.process import run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.lab.machines.machine import LabMachine

SSHD_CONFIG = """\
Port 22
HostKey "{folder}/host_key"
AuthorizedKeysFile "{folder}/authorized_keys"
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
UsePAM no
# The keys lie in a folder of whoever runs the lab.
StrictModes no
UseDNS no
MaxStartups 200
LogLevel VERBOSE
PidFile none
PrintMotd yes
Subsystem sftp internal-sftp
"""
HOST = """\
Host {name}
  HostName {address}
  HostKeyAlias {name}
  User root
  IdentityFile "{folder}/id_ed25519"
  IdentitiesOnly yes
  UserKnownHostsFile "{folder}/known_hosts"
  StrictHostKeyChecking yes
"""


def new_key(path: Path) -> None:
    """Write a new key pair to `path` and `path`.pub, replacing an old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    keygen = debian_packages.require_program("ssh-keygen", "openssh-client")
    run([keygen, "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", path])


def write_server_settings(folder: Path, user_key: Path) -> None:
    """Write what a machine's sshd needs to its folder, which has the same path inside."""
    new_key(folder / "host_key")
    (folder / "authorized_keys").write_bytes(user_key.with_suffix(".pub").read_bytes())
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(folder=folder), encoding="utf-8")


def write_client_settings(folder: Path, machines: Iterable[LabMachine]) -> Path:
    """Write an ssh_config with the machines' names and keys; returns its path."""
    config, known = "", ""
    for machine in machines:
        config += HOST.format(name=machine.name, address=machine.address, folder=folder)
        kind, key, _ = (machine.shared / "ssh" / "host_key.pub").read_text(encoding="ascii").split()
        known += f"{machine.name} {kind} {key}\n"
    (folder / "known_hosts").write_text(known, encoding="utf-8")
    (folder / "config").write_text(config, encoding="utf-8")
    return folder / "config"
