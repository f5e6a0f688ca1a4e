"""What a compose file reads from disk: build folders, Dockerfiles, environment files, configs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.submission.policy.compose.scope import BindMount, ComposeScope, check_value, checks_kind
from grader.submission.policy.compose.values import check_table, entries_below
from grader.submission.policy.dockerfile.check import check_dockerfile, check_dockerfile_text
from grader.submission.policy.env_files.check import check_env_file
from grader.submission.policy.env_files.expansion import scalars
from grader.submission.policy.paths import is_ordinary_file
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from grader.submission.policy.findings import Place

_REMOTE_CONTEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|git@|github\.com/|[^/]*@[^/]*:")


@checks_kind("build")
def _build(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    if isinstance(node, YamlMapping):
        check_table(scope, node, place, "build")
        for scalar in scalars(node):  # also arguments and Dockerfiles in the file: they choose the image's base
            scope.refuse_reserved(scalar.text, place)
        context, dockerfile = node.get("context"), node.get("dockerfile")
        there = place.below("context", context.line if context else None)
        inline = node.get("dockerfile_inline")
        args = _args(scope, node.get("args"), place)
    else:
        context, dockerfile, there, inline, args = node, None, place, None, {}
    folder = _context(scope, context, there) if context is not None else "."
    if folder is None or args is None:
        return
    if inline is not None:
        _inline(scope, inline, place.below("dockerfile_inline", inline.line or None), args)
        return
    if dockerfile is None:
        _dockerfile(scope, folder, "Dockerfile", args, there)
        return
    there = place.below("dockerfile", dockerfile.line or None)
    text = _literal_path(scope, dockerfile, there, "file")
    if text is not None:
        _dockerfile(scope, folder, text, args, there)


def _args(scope: ComposeScope, node: YamlNode | None, place: Place) -> dict[str, str] | None:
    """The values for ARG; `None` if only the second reading will know all of them."""
    args: dict[str, str | None] = {}
    if isinstance(node, YamlMapping):
        args = {name: None if value.is_null else value.text for name, value in node if isinstance(value, YamlScalar)}
    elif isinstance(node, YamlSequence):
        pairs = [item.text.partition("=") for item in node.items if isinstance(item, YamlScalar)]
        args = {name: value if equals else None for name, equals, value in pairs}
    for name in args:
        if name.upper().startswith("BUILDKIT_") and name not in scope.policy.engine.builder_args:
            scope.findings.refuse("build-arg", place.below("args", node.line if node else None).below(name, None))
    if not scope.is_resolved and any(
        value is None or scope.is_deferred(f"{name}{value}") for name, value in args.items()
    ):
        return None
    return {name: value.replace("$$", "$") for name, value in args.items() if value is not None}


def _literal_path(scope: ComposeScope, node: YamlNode, place: Place, wanted: str) -> str | None:
    """As `literal`. Compose reads `$$` as `$`, so that the text as written would name another file."""
    text = scope.literal(node, place, wanted)
    if text is not None and "$" in text:
        scope.findings.refuse("variable-where-literal", place)
        return None
    return text


def _context(scope: ComposeScope, node: YamlNode, place: Place) -> str | None:
    """The build context as it is written, if it is a folder of the repository."""
    text = _literal_path(scope, node, place, "folder")
    if text is None:
        return None
    if _REMOTE_CONTEXT.match(text):
        scope.findings.refuse("remote-context", place, seen=text)
        return None
    return None if scope.locate(text, place) is None else text


def _dockerfile(scope: ComposeScope, context: str, text: str, args: dict[str, str], place: Place) -> None:
    # From the context as it is written: Compose joins the two texts, so a `..` here may go up from a link there.
    path = text if text.startswith("/") else f"{context}/{text}"
    located = scope.locate(path, place)
    if located is None:
        return
    real = located.real_path
    if set(located.links) - set(scope.folders.locate(context).links):
        # The builder follows links within the context, where `../x` leads to another file than on disk.
        scope.findings.refuse("path-by-link", place, seen=text)
    elif not real.exists():
        scope.findings.invalid("no-such-file", place, seen=scope.folders.display_path(real))
    elif not is_ordinary_file(real):
        scope.findings.refuse("not-a-file", place, seen=text)
    else:
        check_dockerfile(real, scope.folders.display_path(real), scope.policy, scope.findings, args)


def _inline(scope: ComposeScope, node: YamlNode, place: Place, args: dict[str, str]) -> None:
    if isinstance(node, YamlScalar) and not scope.is_deferred(node.text):
        check_dockerfile_text(node.text.replace("$$", "$"), place, scope.policy, scope.findings, args)


@checks_kind("dockerfile-inline")
def _dockerfile_inline(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    """Judged with the build, since its `args` count."""
    if not isinstance(node, YamlScalar):
        scope.report_wrong_shape(place, "dockerfile")


@checks_kind("context")
@checks_kind("dockerfile")
def _build_path(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    scope.text(node, place)


@checks_kind("env-files")
def _env_files(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    for there, one in _items_with_place(node, place):
        if isinstance(one, YamlMapping):
            for key, value, below_ in entries_below(one, there):
                if key == "path":
                    _env_file(scope, value, below_)
                elif key not in {"required", "format"}:
                    scope.findings.refuse("key-not-allowed", below_)
        else:
            _env_file(scope, one, there)


def _items_with_place(node: YamlNode, place: Place) -> list[tuple[Place, YamlNode]]:
    if isinstance(node, YamlSequence):
        return [(there, value) for _, value, there in entries_below(node, place)]
    return [(place, node)]


def _env_file(scope: ComposeScope, node: YamlNode, place: Place) -> None:
    # Compose opens these while it resolves variables, so there is no later reading to wait for.
    text = scope.text(node, place, "file")
    if text is None:
        return
    if "$" in text:
        scope.findings.refuse("variable-where-literal", place)
        return
    located = scope.locate(text, place)
    if located is not None and located.real_path.exists():
        name = scope.folders.display_path(located.real_path)
        found = check_env_file(located.real_path, name, scope.policy, scope.findings, for_container=True)
        scope.env_files.append((located.real_path, found))


@checks_kind("file")
def _file(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    text = scope.literal(node, place, "file")
    located = scope.locate(text, place) if text is not None else None
    if located is None:
        return
    if located.real_path.exists() and not is_ordinary_file(located.real_path):
        scope.findings.refuse("not-a-file", place, seen=text or "")
    else:  # Compose mounts it, and follows its links only then
        scope.binds.append(BindMount(located, is_writable=False, place=place))


@checks_kind("extends")
def _extends(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    if isinstance(node, YamlMapping):
        for key, value, there in entries_below(node, place):
            if key == "service":
                check_value(scope, value, there, "name")
            else:
                scope.findings.refuse("extends-elsewhere", there)
    else:
        check_value(scope, node, place, "name")
