"""Reviews a whole repository against the policy before any engine is contacted."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.submission.layout import COMPOSE_NAMES, BringUpKind, SubmissionLayout
from grader.submission.policy.compose.changes import compose_changes, names_of
from grader.submission.policy.compose.compose_file import check_compose, read_compose
from grader.submission.policy.compose.model import ComposeModel, ComposeRejection, read_compose_model
from grader.submission.policy.compose.rejection import explain_rejection
from grader.submission.policy.compose.scope import ComposeScope, OtherFile
from grader.submission.policy.compose.size import check_env_file_size, check_expanded_size, initial_variables
from grader.submission.policy.dockerfile.check import BuildInputs, check_dockerfile
from grader.submission.policy.env_files.check import check_env_file
from grader.submission.policy.env_files.expansion import scalars
from grader.submission.policy.findings import Findings, Place, Review
from grader.submission.policy.lines import with_line
from grader.submission.policy.paths import SubmissionFolders, is_ordinary_file
from grader.submission.policy.policy import Policy, read_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.submission.policy.changes import ComposeChanges
    from grader.submission.policy.env_files.expansion import Expansion
    from grader.submission.policy.env_files.reader import Assignment
    from grader.submission.policy.yaml.tree import YamlNode

_DOTENV = ".env"


def review_repository(
    root: Path,
    layout: SubmissionLayout,
    home: Path,
    *,
    scripts: bool = False,
    read_model: Callable[[SubmissionLayout, Path, Path], ComposeModel | ComposeRejection] = read_compose_model,
) -> Review:
    """Review the submission in the repository at `root` against `policy.toml`. Contacts no engine, changes nothing.

    `home` is the empty folder that `~` will be; `scripts` says whether a student's script may run on
    the engine's machine. A compose file is read twice: as it is written, then as Compose understands it, with
    variables, merges and defaults in place. Both readings must be within the policy, so that a file that two readers
    read differently gains nothing by it. `read_model` is called for the second reading, at most once.
    """
    folder = Path(os.path.realpath(root / layout.folder))
    folders = SubmissionFolders(Path(os.path.realpath(root)), folder, Path(os.path.realpath(home)))
    this = _Review(layout, folders, read_policy(), initial_variables(folders), read_model)
    for path in (folder / layout.file, folder / _DOTENV):
        this.check_file(path)
    if not this.findings.found:
        this.read_dotenv(folders)
        match layout.kind:
            case BringUpKind.COMPOSE:
                this.check_compose()
            case BringUpKind.DOCKERFILE:
                this.check_dockerfile(folder / layout.file, this.findings)
            case BringUpKind.SCRIPT:
                if not scripts:
                    this.findings.refuse("script-not-here", Place(folders.display_path(folder / layout.file)))
                this.check_files_beside_script()
    review = this.findings.review()
    return replace(review, changes=this.changes) if review.may_be_brought_up else review


@dataclass(slots=True)
class _Review:
    layout: SubmissionLayout
    folders: SubmissionFolders
    policy: Policy
    variables: Expansion
    read_model: Callable[[SubmissionLayout, Path, Path], ComposeModel | ComposeRejection]
    findings: Findings = field(default_factory=Findings)
    changes: ComposeChanges | None = None
    own_variables: set[str] = field(default_factory=set)
    """Those that a `.env` of the repository sets."""
    assigned_texts: list[str] = field(default_factory=list)
    """The values that env files set."""
    written: dict[str, YamlNode] = field(default_factory=dict)
    """The compose files as they are written, by the names that the student knows."""

    def check_file(self, path: Path) -> None:
        """Refuse a file that is read or run if it is a link that leads out of the repository."""
        if not os.path.lexists(path):
            return
        real = self.folders.resolve(str(path))
        place = Place(self.folders.display_path(path), None, (path.name,))
        if real is None:
            seen = str(path.readlink()) if path.is_symlink() else path.name
            self.findings.refuse("path-outside", place, seen=seen)
        elif not is_ordinary_file(real):
            self.findings.refuse("not-a-file", place, seen=path.name)

    def read_dotenv(self, folders: SubmissionFolders) -> None:
        """Check the `.env` of a folder; its variables become a part of the compose files."""
        path = folders.project / _DOTENV
        if not path.exists():
            return
        shown = folders.display_path(path)
        assigned = check_env_file(path, shown, self.policy, self.findings).assignments
        check_env_file_size(assigned, shown, self.variables, self.policy, self.findings)
        self.own_variables |= {one.name for one in assigned}
        self.assigned_texts += [one.text for one in assigned]

    def check_dockerfile(self, path: Path, findings: Findings) -> None:
        check_dockerfile(path, self.folders.display_path(path), self.policy, findings, BuildInputs())

    def check_compose(self) -> None:
        self.check_compose_files()
        # Compose gets only files that have passed as written: it would fetch others, or print one of ours.
        if self.findings.found:
            return
        first = next(iter(self.written))
        model = self.read_model(self.layout, self.folders.repository, self.folders.home)
        match model:
            case ComposeRejection(text):
                explain_rejection(text, first, self.written, self.findings)
            case ComposeModel(root):
                again = Findings()
                scope = self._scope(self.folders, again, is_resolved=True)
                scope.file_secrets = names_of(root, "secrets")
                texts = (scalar.text for tree in self.written.values() for scalar in scalars(tree))
                scope.written_texts = (*texts, *self.assigned_texts)
                check_compose(root, first, scope)
                self.changes = compose_changes(scope, root, Place(first))
                self.findings.found += [replace(one, place=with_line(one.place, self.written)) for one in again.found]

    def check_compose_files(self) -> None:
        """Check all compose files as they are written."""
        env_files: list[tuple[Path, tuple[Assignment, ...]]] = []
        project, secrets = self.folders.project, frozenset[str]()
        waiting = [OtherFile(project / name, project) for name in self.layout.compose_files]
        own, limit = len(waiting), self.policy.limits.compose_files
        for number, one in enumerate(waiting):  # which grows by the files that these name
            here = replace(self.folders, project=one.folder)
            has_own_variables = number >= own and one.folder != project
            before = len(self.findings.found)
            for path in (one.path, *((one.folder / _DOTENV,) if has_own_variables else ())):
                self.check_file(path)
            if len(self.findings.found) > before:
                continue
            if has_own_variables:
                self.read_dotenv(here)
            shown = self.folders.display_path(one.path)
            scope = self._scope(here, self.findings, is_resolved=False)
            scope.is_part = number > 0
            tree = read_compose(one.path, shown, scope)
            if tree is None:
                continue
            self.written[shown] = tree
            secrets |= names_of(tree, "secrets")
            scope.file_secrets = secrets
            check_compose(tree, shown, scope)
            env_files += scope.env_files
            self.assigned_texts += [one.text for _, assigned in scope.env_files for one in assigned]
            waiting += [other for other in dict.fromkeys(scope.other_files) if other not in waiting]
            if len(waiting) > limit:
                self.findings.refuse("too-many-compose-files", Place(shown), limit=str(limit))
                return
        if self.written:
            check_expanded_size(self.written, env_files, self.variables, self.policy, self.findings)

    def check_files_beside_script(self) -> None:
        """Check the files that a script will most likely use. It may use others: the disposable machine contains it.

        Mistakes are left for the script to run into; what the policy refuses is refused here too.
        """
        aside = Findings()
        for path in _files_in(self.folders.project):
            if not is_ordinary_file(path) or self.folders.resolve(str(path)) is None:
                continue
            if path.name in COMPOSE_NAMES:
                shown = self.folders.display_path(path)
                scope = self._scope(replace(self.folders, project=path.parent), aside, is_resolved=False)
                tree = read_compose(path, shown, scope)
                if tree is not None:
                    check_compose(tree, shown, scope)
            elif path.name == "Dockerfile" or path.name.startswith("Dockerfile."):
                self.check_dockerfile(path, aside)
        self.findings.found += [refusal for refusal in aside.found if refusal.kind == "refused"]

    def _scope(self, folders: SubmissionFolders, findings: Findings, *, is_resolved: bool) -> ComposeScope:
        scope = ComposeScope(self.policy, folders, findings, is_resolved)
        scope.own_variables = frozenset(self.own_variables)
        return scope


def _files_in(folder: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in {".git", "node_modules", ".venv", "venv"}]
        yield from (Path(top) / name for name in sorted(files))
