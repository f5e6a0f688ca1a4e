"""Starts machines: networks, keys and files first, then all first processes at once."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import debian_packages
from tests.lab.compose_plugin import buildkit_config, client_config
from tests.lab.engine import Engine
from tests.lab.machines import certificates, keys
from tests.lab.machines.machine import USERS, LabMachine, launch, wait_until_ready
from tests.lab.machines.network import switch_for
from tests.lab.machines.root_filesystems import machine_root
from tests.lab.process import LabError, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    import trustme

    from tests.lab.lab_folder import Lab
    from tests.lab.machines.spec import MachineKind

LONGEST_NAME = 15
COPY_LIMIT_S = 120
NEEDED = {"unshare": "util-linux", "mount": "mount", "ssh": "openssh-client"}


def start(
    lab: Lab, group: Path, kinds: Mapping[str, MachineKind], engine_data: Mapping[MachineKind, Path]
) -> list[LabMachine]:
    """Start machines of these names in a group's folder, on copies of these seeds, and wait until they answer."""
    if os.geteuid() != 0:
        raise LabError("only root can create machines from namespaces: run this as root")
    _check_names(kinds)
    for program, package in NEEDED.items():
        debian_packages.require_program(program, package)
    lowers = {kind: machine_root(lab, kind) for kind in set(kinds.values())}
    with lab.locked("network"):  # until the bridge exists, another group may choose the same network
        switch = switch_for(group)
        (group / "switch").write_text(switch.name, encoding="ascii")
        switch.connect(list(kinds))
    authority = certificates.new_authority(group / "tls")
    keys.new_key(group / "ssh" / "id_ed25519")
    started = []
    for index, (name, kind) in enumerate(kinds.items()):
        own = _lay_out(group / "machines" / name, kind, engine_data.get(kind))
        shared = shared_folder(lab, switch.name) / name
        _write_shared_files(shared, kind, group, authority, switch.address(index))
        settings = {
            "NAME": name,
            "LOWER": str(lowers[kind]),
            "OWN": str(own),
            "SHARED": str(shared),
            "DATA": kind.data,
            "SOCKET": kind.socket,
            "ENGINE_USER": str(USERS[kind.user]),
        }
        _write_engine_script(shared / "engine.sh", kind, shared, f"{switch.name}/{name}")
        started.append(
            LabMachine(
                name=name,
                kind=kind,
                address=switch.address(index),
                namespace=switch.namespace(name),
                shared=shared,
                engine=_engine(lab, kind, lowers[kind], shared),
                certificates=group / "tls",
                ssh_config=group / "ssh" / "config",
                init=launch(switch.namespace(name), settings),
            )
        )
    keys.write_client_settings(group / "ssh", started)
    for machine in started:
        wait_until_ready(machine)
    return started


def shared_folder(lab: Lab, switch: str) -> Path:
    """The parent of a group's folders with the same path inside and outside; short, for the sockets in them."""
    return lab.sockets / "m" / switch


def _engine(lab: Lab, kind: MachineKind, root: Path, shared: Path) -> Engine:
    url = f"unix://{shared / 'docker.sock'}"
    if not kind.buildkit:
        return Engine(url, private=True, client_config=client_config(lab))
    config = buildkit_config(shared, root)
    os.chown(config, USERS[kind.user], USERS[kind.user])
    return Engine(url, private=True, client_config=config, client=config / "bin" / "docker")


def _check_names(kinds: Mapping[str, MachineKind]) -> None:
    for name in kinds:
        if not name.isalnum() or not name.isascii() or len(name) > LONGEST_NAME:
            raise LabError(f"`{name}` cannot name a machine: at most {LONGEST_NAME} letters and digits")


def _lay_out(own: Path, kind: MachineKind, seed: Path | None) -> Path:
    """The machine's own folder: its changes to the root file system, and its engine's data."""
    for part in ("root", "upper", "work", "data"):
        (own / part).mkdir(parents=True)
    os.chown(own / "data", USERS[kind.user], USERS[kind.user])
    if seed:
        _copy_engine_data(seed, own / "data", Path(kind.layers))
    return own


def _copy_engine_data(seed: Path, data: Path, layers: Path) -> None:
    """Copy an engine's data. Engines do not write to files of image layers, so these are hard-linked to save space."""
    for folder in reversed(layers.parents):
        (data / folder).mkdir(exist_ok=True)
        owner = (seed / folder).stat()
        os.chown(data / folder, owner.st_uid, owner.st_gid)
        beside = [entry for entry in (seed / folder).iterdir() if not layers.is_relative_to(folder / entry.name)]
        if beside:
            run(["cp", "--archive", "-t", data / folder, *beside], limit_s=COPY_LIMIT_S)
    run(["cp", "--archive", "--link", seed / layers, data / layers], limit_s=COPY_LIMIT_S)


def _write_shared_files(shared: Path, kind: MachineKind, group: Path, authority: trustme.CA, address: str) -> None:
    for user, number in USERS.items():
        home = shared / "homes" / user
        home.mkdir(parents=True)
        os.chown(home, number, number)
    keys.write_server_settings(shared / "ssh", group / "ssh" / "id_ed25519")
    certificates.write_server_certificate(authority, shared / "tls", address, "localhost", "127.0.0.1")
    (shared / "docker.sock").symlink_to("engine.sock")
    (shared / "daemon.json").write_text(kind.daemon, encoding="ascii")
    os.chown(shared, USERS[kind.user], USERS[kind.user])


def _write_engine_script(path: Path, kind: MachineKind, shared: Path, control_group: str) -> None:
    names = f"export SHARED={shlex.quote(str(shared))} CGROUP={control_group}\n"
    if kind.user != "root":
        names += f"export HOME=$SHARED/homes/{kind.user} XDG_RUNTIME_DIR=/run/user/{USERS[kind.user]}\n"
    path.write_text(f"{names}{kind.engine}", encoding="utf-8")
