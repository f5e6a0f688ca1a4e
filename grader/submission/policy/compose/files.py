"""Files that a compose file names: env files, configs, secrets, and other compose files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.submission.policy.compose.scope import BindMount, Kind, OtherFile, check_value, checks_kind
from grader.submission.policy.compose.tables import entries_below
from grader.submission.policy.compose.values import RESERVED_LABEL
from grader.submission.policy.env_files.check import check_env_file, is_reserved_variable
from grader.submission.policy.paths import is_ordinary_file
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.env_files.reader import EnvFile
    from grader.submission.policy.findings import Place

_OF_OTHERS: Final = re.compile(r"(?:CI|GITLAB|GITHUB|GRADER|RUNNER|SSH|GPG|AWS|AZURE|KUBE|VAULT)(?:_.*)?|.*_TOKEN")
"""Variables that a grader's own environment may have. Compose gets none of them; whoever asks for one is refused."""
_REMOTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|git@|.*[#?]")


@checks_kind("env-files")
def _env_files(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    for there, one in _items_with_place(node, place):
        if not isinstance(one, YamlMapping):
            _env_file(scope, one, there, is_required=True)
            continue
        required = one.get("required")
        is_required = not (isinstance(required, YamlScalar) and required.text == "false")
        for key, value, below in entries_below(one, there):
            if key == "path":
                _env_file(scope, value, below, is_required=is_required)
            elif key not in {"required", "format"}:
                scope.findings.invalid("key-unknown", below, seen=key)


@checks_kind("label-files")
def _label_files(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Compose reads them as it reads env files."""
    for there, one in _items_with_place(node, place):
        read = _env_file(scope, one, there, is_required=True)
        if read and any(
            RESERVED_LABEL in text for text in (*(label.name for label in read.assignments), read.unread_text)
        ):
            scope.findings.refuse("label-reserved", there)


def _items_with_place(node: YamlNode, place: Place) -> list[tuple[Place, YamlNode]]:
    if isinstance(node, YamlSequence):
        return [(there, value) for _, value, there in entries_below(node, place)]
    return [(place, node)]


def _env_file(scope: ComposeScope, node: YamlNode, place: Place, *, is_required: bool) -> EnvFile | None:
    # Compose opens these while it resolves variables, so there is no later reading to wait for.
    text = scope.text(node, place, "file")
    located = scope.locate(text, place) if text is not None else None
    if located is None:
        return None
    name = scope.folders.display_path(located.real_path)
    if not located.real_path.exists():
        if is_required:
            scope.findings.invalid("no-such-file", place, seen=name)
        return None
    found = check_env_file(located.real_path, name, scope.policy, scope.findings, for_container=True)
    scope.env_files.append((located.real_path, found.assignments))
    return found


@checks_kind("file")
def _file(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    text = scope.literal(node, place, "file")
    located = scope.locate(text, place) if text is not None else None
    if located is None:
        return
    if not located.real_path.exists():
        scope.findings.invalid("no-such-file", place, seen=scope.folders.display_path(located.real_path))
    elif not is_ordinary_file(located.real_path):
        scope.findings.refuse("not-a-file", place, seen=text or "")
    else:  # Compose mounts it, and follows its links only then
        scope.binds.append(BindMount(located, is_writable=False, place=place, mount=node))


@checks_kind("granted-variable")
def _granted_variable(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    name = scope.text(node, place, "variable")
    if name is None or name in scope.own_variables:
        return
    if is_reserved_variable(name) or _OF_OTHERS.fullmatch(name) or "$" in name:
        scope.findings.refuse("variable-reserved", place, seen=name)


@checks_kind("extends")
def _extends(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    if not isinstance(node, YamlMapping):
        check_value(scope, node, place, "name")
        return
    for key, value, there in entries_below(node, place):
        if key == "service":
            check_value(scope, value, there, "name")
        elif key == "file":
            _other_file(scope, value, there)
        else:
            scope.findings.invalid("key-unknown", there, seen=key)


@checks_kind("include")
def _include(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    for there, one in _items_with_place(node, place):
        if not isinstance(one, YamlMapping):
            _other_file(scope, one, there)
            continue
        folder_node = one.get("project_directory")
        folder = None
        if folder_node is not None:
            text = _path_as_written(scope, folder_node, there)
            located = scope.locate(text, there) if text is not None else None
            if located is None:
                continue
            folder = located.real_path
        for key, value, below in entries_below(one, there):
            if key == "path":
                for place_of_path, path in _items_with_place(value, below):
                    _other_file(scope, path, place_of_path, folder)
            elif key == "env_file":
                _include_env_files(scope, value, below)
            elif key != "project_directory":
                scope.findings.invalid("key-unknown", below, seen=key)


def _include_env_files(scope: ComposeScope, node: YamlNode, place: Place) -> None:
    """Their variables become a part of the included file, as those of `.env` do."""
    for there, one in _items_with_place(node, place):
        text = _path_as_written(scope, one, there)
        located = scope.locate(text, there) if text is not None else None
        if located is not None and located.real_path.exists():
            name = scope.folders.display_path(located.real_path)
            found = check_env_file(located.real_path, name, scope.policy, scope.findings)
            scope.env_files.append((located.real_path, found.assignments))


def _other_file(scope: ComposeScope, node: YamlNode, place: Place, folder: Path | None = None) -> None:
    """Note a compose file that Compose reads as well: it is checked like this one."""
    text = _path_as_written(scope, node, place)
    if text is None:
        return
    if _REMOTE.match(text):
        scope.findings.refuse("other-file-remote", place, seen=text)
        return
    located = scope.locate(text, place)
    if located is None:
        return
    path = located.real_path
    if not path.exists():
        scope.findings.invalid("no-such-file", place, seen=scope.folders.display_path(path))
    elif not is_ordinary_file(path):
        scope.findings.refuse("not-a-file", place, seen=text)
    elif located.links:
        # Its own paths start where it is: the folder of the link to one reader, that of the file to another.
        scope.findings.refuse("path-by-link", place, seen=text)
    else:
        scope.other_files.append(OtherFile(path, folder or path.parent))


def _path_as_written(scope: ComposeScope, node: YamlNode, place: Place) -> str | None:
    """A path that Compose opens while it reads: a variable in it cannot wait for the second reading."""
    text = scope.text(node, place, "file")
    if text is not None and "$" in text:
        scope.findings.refuse("variable-where-literal", place)
        return None
    return text
