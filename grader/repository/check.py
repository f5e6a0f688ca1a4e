"""The policy on a whole repository: what may not be brought up, said before any engine is asked."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.repository.compose_model import ComposeModel, ComposeSays, read_model
from grader.repository.compose_policy import check_tree, read_compose
from grader.repository.compose_scope import Scope
from grader.repository.compose_size import check_env_file_size, check_expanded_size, variables_of
from grader.repository.dockerfile_policy import check_dockerfile
from grader.repository.dotenv import check_dotenv
from grader.repository.paths import Folders, is_ordinary_file
from grader.repository.policy import Policy, the_policy
from grader.repository.refusal import Findings, Place, Refusal, Review
from grader.repository.tree import Mapping, Node, Sequence
from grader.repository.work import COMPOSE_NAMES, Kind, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.repository.dotenv_reader import Assignment
    from grader.repository.expansion import Expansion

__all__ = ["check_repository"]

_DOTENV = ".env"


def check_repository(root: Path, work: Work, home: Path, *, scripts: bool = False) -> Review:
    """Reads the work in the repository at `root` against `policy.toml`. Asks no engine, changes nothing.

    `home` is the empty folder that `~` will be; `scripts` says whether the engine's machine is one that a student's
    shell may have. A compose file is read twice: as it is written, then as Compose understands it, with variables,
    merges and defaults in place. Both readings must be within the policy, so that a file which two readers read
    differently gains nothing by it.
    """
    policy = the_policy()
    folder = Path(os.path.realpath(root / work.folder))
    folders = Folders(Path(os.path.realpath(root)), folder, Path(os.path.realpath(home)))
    findings = Findings(policy.rules)
    for name in (work.file, _DOTENV):
        _check_file(folders, name, findings)
    if findings.found:
        return findings.review()
    variables = variables_of(folders)
    if (folder / _DOTENV).exists():
        shown = folders.shown(folder / _DOTENV)
        assigned = check_dotenv(folder / _DOTENV, shown, policy, findings)
        check_env_file_size(assigned, shown, variables, policy, findings)
    match work.kind:
        case Kind.COMPOSE:
            _check_compose(work, folders, policy, findings, variables)
        case Kind.DOCKERFILE:
            check_dockerfile(folder / work.file, folders.shown(folder / work.file), policy, findings, {})
        case Kind.SCRIPT:
            if not scripts:
                findings.refuse("script-not-here", Place(folders.shown(folder / work.file)))
            _check_beside_script(folders, policy, findings)
    return findings.review()


def _check_file(folders: Folders, name: str, findings: Findings) -> None:
    """A link may not lead what is read, or run, out of the repository."""
    path = folders.project / name
    if not os.path.lexists(path):
        return
    real = folders.resolve(str(path))
    place = Place(folders.shown(path), None, (name,))
    if real is None:
        findings.refuse("path-outside", place, seen=str(path.readlink()) if path.is_symlink() else name)
    elif not is_ordinary_file(real):
        findings.refuse("not-a-file", place, seen=name)


def _check_compose(work: Work, folders: Folders, policy: Policy, findings: Findings, variables: Expansion) -> None:
    written: dict[str, Node] = {}
    env_files: list[tuple[Path, tuple[Assignment, ...]]] = []
    for name in work.compose_files:
        _check_file(folders, name, findings)
        if findings.found:
            return
        shown = folders.shown(folders.project / name)
        scope = Scope(policy, folders, findings, resolved=False)
        tree = read_compose(folders.project / name, shown, scope)
        if tree is not None:
            check_tree(tree, shown, scope)
            written[shown] = tree
            env_files += scope.env_files
    check_expanded_size(written, env_files, variables, policy, findings)
    # Only what has passed as written is handed to Compose: it would follow an include, or print a file of ours.
    if findings.found:
        return
    first = next(iter(written))
    model = read_model(work, folders.repository, folders.home)
    match model:
        case ComposeSays(text):
            findings.invalid("compose-says", Place(first), seen=text)
        case ComposeModel(root):
            again = Findings(policy.rules)
            check_tree(root, first, Scope(policy, folders, again, resolved=True))
            findings.found += [_located(refusal, written) for refusal in again.found]


def _located(refusal: Refusal, written: dict[str, Node]) -> Refusal:
    """The refusal of the second reading, with the line of the file that leads to it."""
    lines = [(len(way), file, way[-1]) for file, tree in written.items() if (way := _way(tree, refusal.place.keys))]
    if not lines:
        return refusal
    _, file, line = max(lines, key=lambda one: one[0])
    return replace(refusal, place=replace(refusal.place, file=file, line=line))


def _way(tree: Node, keys: tuple[str, ...]) -> list[int]:
    """The lines from the top towards `keys`, as far as the file has them."""
    lines = [tree.line]
    for key in keys:
        below: Node | None = None
        if isinstance(tree, Mapping):
            below = tree.get(key)
        elif isinstance(tree, Sequence) and key.isdecimal() and int(key) < len(tree.items):
            below = tree.items[int(key)]
        if below is None:
            break
        tree = below
        lines.append(tree.line)
    return lines


def _check_beside_script(folders: Folders, policy: Policy, findings: Findings) -> None:
    """What a script will most likely use. It may use anything else as well: only the disposable machine holds it.

    Mistakes are left for the script to run into; offences are refused as everywhere.
    """
    aside = Findings(policy.rules)
    for path in _files_below(folders.project):
        shown = folders.shown(path)
        if not is_ordinary_file(path) or folders.resolve(str(path)) is None:
            continue
        if path.name in COMPOSE_NAMES:
            scope = Scope(policy, replace(folders, project=path.parent), aside, resolved=False)
            tree = read_compose(path, shown, scope)
            if tree is not None:
                check_tree(tree, shown, scope)
        elif path.name == "Dockerfile" or path.name.startswith("Dockerfile."):
            check_dockerfile(path, shown, policy, aside, {})
    findings.found += [refusal for refusal in aside.found if refusal.kind == "refused"]


def _files_below(folder: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in {".git", "node_modules", ".venv", "venv"}]
        yield from (Path(top) / name for name in sorted(files))
