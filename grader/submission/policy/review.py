"""Reviews a whole repository against the policy before any engine is contacted."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.submission.layout import COMPOSE_NAMES, BringUpKind, SubmissionLayout
from grader.submission.policy.compose.compose_file import check_compose, read_compose
from grader.submission.policy.compose.model import ComposeModel, ComposeRejection, read_compose_model
from grader.submission.policy.compose.scope import ComposeScope
from grader.submission.policy.compose.size import check_env_file_size, check_expanded_size, initial_variables
from grader.submission.policy.dockerfile.check import check_dockerfile
from grader.submission.policy.env_files.check import check_env_file
from grader.submission.policy.findings import Findings, Place, Refusal, Review
from grader.submission.policy.paths import SubmissionFolders, is_ordinary_file
from grader.submission.policy.policy import Policy, read_policy
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.submission.policy.env_files.expansion import Expansion
    from grader.submission.policy.env_files.reader import Assignment

_DOTENV = ".env"


def review_repository(root: Path, layout: SubmissionLayout, home: Path, *, scripts: bool = False) -> Review:
    """Review the submission in the repository at `root` against `policy.toml`. Contacts no engine, changes nothing.

    `home` is the empty folder that `~` will be; `scripts` says whether a student's script may run on
    the engine's machine. A compose file is read twice: as it is written, then as Compose understands it, with
    variables, merges and defaults in place. Both readings must be within the policy, so that a file that two readers
    read differently gains nothing by it.
    """
    policy = read_policy()
    folder = Path(os.path.realpath(root / layout.folder))
    folders = SubmissionFolders(Path(os.path.realpath(root)), folder, Path(os.path.realpath(home)))
    findings = Findings()
    for name in (layout.file, _DOTENV):
        _check_file(folders, name, findings)
    if findings.found:
        return findings.review()
    variables = initial_variables(folders)
    if (folder / _DOTENV).exists():
        shown = folders.display_path(folder / _DOTENV)
        assigned = check_env_file(folder / _DOTENV, shown, policy, findings)
        check_env_file_size(assigned, shown, variables, policy, findings)
    match layout.kind:
        case BringUpKind.COMPOSE:
            _check_compose(layout, folders, policy, findings, variables)
        case BringUpKind.DOCKERFILE:
            check_dockerfile(folder / layout.file, folders.display_path(folder / layout.file), policy, findings, {})
        case BringUpKind.SCRIPT:
            if not scripts:
                findings.refuse("script-not-here", Place(folders.display_path(folder / layout.file)))
            _check_files_beside_script(folders, policy, findings)
    return findings.review()


def _check_file(folders: SubmissionFolders, name: str, findings: Findings) -> None:
    """Refuse a file that is read or run if it is a link that leads out of the repository."""
    path = folders.project / name
    if not os.path.lexists(path):
        return
    real = folders.resolve(str(path))
    place = Place(folders.display_path(path), None, (name,))
    if real is None:
        findings.refuse("path-outside", place, seen=str(path.readlink()) if path.is_symlink() else name)
    elif not is_ordinary_file(real):
        findings.refuse("not-a-file", place, seen=name)


def _check_compose(
    layout: SubmissionLayout, folders: SubmissionFolders, policy: Policy, findings: Findings, variables: Expansion
) -> None:
    written: dict[str, YamlNode] = {}
    env_files: list[tuple[Path, tuple[Assignment, ...]]] = []
    for name in layout.compose_files:
        _check_file(folders, name, findings)
        if findings.found:
            return
        shown = folders.display_path(folders.project / name)
        scope = ComposeScope(policy, folders, findings, is_resolved=False)
        tree = read_compose(folders.project / name, shown, scope)
        if tree is not None:
            check_compose(tree, shown, scope)
            written[shown] = tree
            env_files += scope.env_files
    check_expanded_size(written, env_files, variables, policy, findings)
    # Compose gets only files that have passed as written: it would follow an include, or print one of our files.
    if findings.found:
        return
    first = next(iter(written))
    model = read_compose_model(layout, folders.repository, folders.home)
    match model:
        case ComposeRejection(text):
            findings.invalid("compose-says", Place(first), seen=text)
        case ComposeModel(root):
            again = Findings()
            check_compose(root, first, ComposeScope(policy, folders, again, is_resolved=True))
            findings.found += [_with_line(refusal, written) for refusal in again.found]


def _with_line(refusal: Refusal, written: dict[str, YamlNode]) -> Refusal:
    """Add the line of the student's file to a refusal of the second reading."""
    lines = [
        (len(way), file, way[-1]) for file, tree in written.items() if (way := _lines_towards(tree, refusal.place.keys))
    ]
    if not lines:
        return refusal
    _, file, line = max(lines, key=lambda one: one[0])
    return replace(refusal, place=replace(refusal.place, file=file, line=line))


def _lines_towards(tree: YamlNode, keys: tuple[str, ...]) -> list[int]:
    """The line numbers on the way from the top to `keys`, as far as the file has these keys."""
    lines = [tree.line]
    for key in keys:
        below: YamlNode | None = None
        if isinstance(tree, YamlMapping):
            below = tree.get(key)
        elif isinstance(tree, YamlSequence) and key.isdecimal() and int(key) < len(tree.items):
            below = tree.items[int(key)]
        if below is None:
            break
        tree = below
        lines.append(tree.line)
    return lines


def _check_files_beside_script(folders: SubmissionFolders, policy: Policy, findings: Findings) -> None:
    """Check the files that a script will most likely use. It may use others: only the disposable machine contains it.

    Mistakes are left for the script to run into; what the policy refuses is refused here too.
    """
    aside = Findings()
    for path in _files_in(folders.project):
        shown = folders.display_path(path)
        if not is_ordinary_file(path) or folders.resolve(str(path)) is None:
            continue
        if path.name in COMPOSE_NAMES:
            scope = ComposeScope(policy, replace(folders, project=path.parent), aside, is_resolved=False)
            tree = read_compose(path, shown, scope)
            if tree is not None:
                check_compose(tree, shown, scope)
        elif path.name == "Dockerfile" or path.name.startswith("Dockerfile."):
            check_dockerfile(path, shown, policy, aside, {})
    findings.found += [refusal for refusal in aside.found if refusal.kind == "refused"]


def _files_in(folder: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in {".git", "node_modules", ".venv", "venv"}]
        yield from (Path(top) / name for name in sorted(files))
