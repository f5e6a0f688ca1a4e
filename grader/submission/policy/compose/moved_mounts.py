"""Which folders are mounted from a copy of their own, and how each container then sees them.

There are two kinds. A folder of the student's own computer does not exist here: the copy is empty. And a folder may be
inside one that another mount shows to a container that may write: with `.:/app` and `./mongo/db:/data/db`, a container
could put a link to the machine in the place of `mongo/db` before the engine mounts it, at its start or at any later
one. The copy lies where no container can change the way to it. Every container that sees the outer folder gets the copy
at its usual place in there, `/app/mongo/db`, so that all see one folder as before.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.submission.policy.changes import MovedFolder, MovedMount
from grader.submission.policy.own_computer import names_a_file
from grader.submission.policy.yaml.tree import YamlMapping, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.submission.policy.changes import Base
    from grader.submission.policy.compose.scope import BindMount, ComposeScope
    from grader.submission.policy.paths import SubmissionFolders
    from grader.submission.policy.yaml.tree import YamlNode


@dataclass(slots=True)
class _Use:
    """Where a compose file mounts one folder."""

    base: Base
    path: str
    is_file: bool = False
    binds: list[BindMount] = field(default_factory=list)


def moved_folders(scope: ComposeScope, services: YamlNode | None) -> tuple[MovedFolder, ...]:
    """The folders to move, for the mounts of `scope`, which are as Compose itself understands them."""
    uses = _uses(scope)
    targets = {name: _targets(service) for name, service in services} if isinstance(services, YamlMapping) else {}
    return tuple(_moved(use, uses, targets) for use in uses if _must_move(use, uses))


def _uses(scope: ComposeScope) -> list[_Use]:
    found: dict[tuple[Base, str], _Use] = {}
    for bind in scope.binds:
        base, path, is_file = _place(bind, scope.folders)
        use = found.setdefault((base, path), _Use(base, path, is_file))
        use.binds.append(bind)
    return list(found.values())


def _place(bind: BindMount, folders: SubmissionFolders) -> tuple[Base, str, bool]:
    if isinstance(bind.source, str):
        path = bind.source.replace("$$", "$").rstrip("/")
        return "own-computer", path, names_a_file(path, _target_of(bind) or "")
    real = bind.source.real_path
    if real.is_relative_to(folders.repository):
        return "repository", real.relative_to(folders.repository).as_posix(), real.is_file()
    return "home", real.relative_to(folders.home).as_posix(), real.is_file()


def _must_move(use: _Use, uses: Iterable[_Use]) -> bool:
    if use.base == "own-computer":
        return True
    return any(_below(use, outer) and any(bind.is_writable for bind in outer.binds) for outer in uses)


def _below(inner: _Use, outer: _Use) -> str:
    """The path from one folder down to another; empty if there is none."""
    if inner.base != outer.base or inner.path == outer.path:
        return ""
    if outer.path == ".":
        return inner.path
    above = f"{outer.path}/"
    return inner.path.removeprefix(above) if inner.path.startswith(above) else ""


def _moved(use: _Use, uses: Iterable[_Use], targets: dict[str, set[str]]) -> MovedFolder:
    mounts = {(mount.service, mount.target): mount for mount in _nested_mounts(use, uses, targets)}
    mounts |= {(mount.service, mount.target): mount for bind in use.binds for mount in _own_mounts(bind)}
    names = {
        kind: tuple(bind.place.keys[1] for bind in use.binds if bind.place.keys[0] == kind)
        for kind in ("configs", "secrets", "volumes")
    }
    return MovedFolder(
        use.base, use.path, use.is_file, tuple(mounts.values()), names["configs"], names["secrets"], names["volumes"]
    )


def _own_mounts(bind: BindMount) -> Iterator[MovedMount]:
    target = _target_of(bind)
    if target is not None and isinstance(bind.mount, YamlMapping):
        options = bind.mount.get("bind")
        selinux = _text(options, "selinux")
        creates = _text(options, "create_host_path") != "false"
        yield MovedMount(bind.place.keys[1], target, not bind.is_writable, selinux, creates)


def _nested_mounts(use: _Use, uses: Iterable[_Use], targets: dict[str, set[str]]) -> Iterator[MovedMount]:
    """The places at which `use` is seen in containers that mount a folder above it."""
    for outer in uses:
        below = _below(use, outer)
        for bind in outer.binds if below else ():
            top = _target_of(bind)
            if top is None:
                continue
            service, there = bind.place.keys[1], posixpath.join(top, below)
            hidden = (PurePosixPath(one) for one in targets.get(service, ()) if one != top)
            if not any(one.is_relative_to(top) and PurePosixPath(there).is_relative_to(one) for one in hidden):
                yield MovedMount(service, there, not bind.is_writable)


def _target_of(bind: BindMount) -> str | None:
    """The path in the container; `None` for what is no mount of a service."""
    if bind.place.keys[0] != "services":
        return None
    return posixpath.normpath(_text(bind.mount, "target")) or None


def _targets(service: YamlNode) -> set[str]:
    """Every path at which a service mounts something of its own."""
    mounts = service.get("volumes") if isinstance(service, YamlMapping) else None
    paths = {_text(mount, "target") for mount in (mounts.items if isinstance(mounts, YamlSequence) else ())}
    return {posixpath.normpath(path) for path in paths if path}


def _text(node: YamlNode | None, key: str) -> str:
    value = node.get(key) if isinstance(node, YamlMapping) else None
    return value.text.replace("$$", "$") if isinstance(value, YamlScalar) else ""
