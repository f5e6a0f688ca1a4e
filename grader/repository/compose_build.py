"""What a compose file reads from disk: build folders, Dockerfiles, environment files, configs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.repository.compose_scope import Bind, Scope, check, kind
from grader.repository.compose_values import below, check_table
from grader.repository.dockerfile_policy import check_dockerfile, check_dockerfile_text
from grader.repository.dotenv import check_dotenv
from grader.repository.expansion import scalars
from grader.repository.paths import is_ordinary_file
from grader.repository.tree import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from grader.repository.refusal import Place

__all__: list[str] = []

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|git@|github\.com/|[^/]*@[^/]*:")


@kind("build")
def _build(scope: Scope, node: Node, place: Place, _: str) -> None:
    if isinstance(node, Mapping):
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
    text = _path(scope, dockerfile, there, "a file")
    if text is not None:
        _dockerfile(scope, folder, text, args, there)


def _args(scope: Scope, node: Node | None, place: Place) -> dict[str, str] | None:
    """The values for ARG; `None` where only the second reading will know all of them."""
    args: dict[str, str | None] = {}
    if isinstance(node, Mapping):
        args = {name: None if value.is_null else value.text for name, value in node if isinstance(value, Scalar)}
    elif isinstance(node, Sequence):
        pairs = [item.text.partition("=") for item in node.items if isinstance(item, Scalar)]
        args = {name: value if equals else None for name, equals, value in pairs}
    for name in args:
        if name.upper().startswith("BUILDKIT_") and name not in scope.policy.engine.builder_args:
            scope.findings.refuse("build-arg", place.below("args", node.line if node else None).below(name, None))
    if not scope.resolved and any(value is None or scope.waits(f"{name}{value}") for name, value in args.items()):
        return None
    return {name: value.replace("$$", "$") for name, value in args.items() if value is not None}


def _path(scope: Scope, node: Node, place: Place, wanted: str) -> str | None:
    """As `literal`. Compose reads `$$` as `$`, so that what stands here would name another file."""
    text = scope.literal(node, place, wanted)
    if text is not None and "$" in text:
        scope.findings.refuse("variable-where-literal", place)
        return None
    return text


def _context(scope: Scope, node: Node, place: Place) -> str | None:
    """The build's folder as it is written, where it is one of the repository."""
    text = _path(scope, node, place, "a folder")
    if text is None:
        return None
    if _REMOTE.match(text):
        scope.findings.refuse("remote-context", place, seen=text)
        return None
    return None if scope.locate(text, place) is None else text


def _dockerfile(scope: Scope, context: str, text: str, args: dict[str, str], place: Place) -> None:
    # From the context as it is written: Compose joins the two texts, so a `..` here may go up from a link there.
    path = text if text.startswith("/") else f"{context}/{text}"
    located = scope.locate(path, place)
    if located is None:
        return
    real = located.real
    if set(located.links) - set(scope.folders.locate(context).links):
        # The builder follows links within the context, where `../x` leads to another file than on disk.
        scope.findings.refuse("path-by-link", place, seen=text)
    elif not real.exists():
        scope.findings.invalid("no-such-file", place, seen=scope.folders.shown(real))
    elif not is_ordinary_file(real):
        scope.findings.refuse("not-a-file", place, seen=text)
    else:
        check_dockerfile(real, scope.folders.shown(real), scope.policy, scope.findings, args)


def _inline(scope: Scope, node: Node, place: Place, args: dict[str, str]) -> None:
    if isinstance(node, Scalar) and not scope.waits(node.text):
        check_dockerfile_text(node.text.replace("$$", "$"), place, scope.policy, scope.findings, args)


@kind("dockerfile-inline")
def _inline_shape(scope: Scope, node: Node, place: Place, _: str) -> None:
    """Judged with the build, since its `args` count."""
    if not isinstance(node, Scalar):
        scope.wrong_shape(place, "a Dockerfile")


@kind("context")
@kind("dockerfile")
def _read_with_the_build(scope: Scope, node: Node, place: Place, _: str) -> None:
    scope.text(node, place)


@kind("env-files")
def _env_files(scope: Scope, node: Node, place: Place, _: str) -> None:
    for there, one in _each(node, place):
        if isinstance(one, Mapping):
            for key, value, below_ in below(one, there):
                if key == "path":
                    _env_file(scope, value, below_)
                elif key not in {"required", "format"}:
                    scope.findings.refuse("key-not-allowed", below_)
        else:
            _env_file(scope, one, there)


def _each(node: Node, place: Place) -> list[tuple[Place, Node]]:
    if isinstance(node, Sequence):
        return [(there, value) for _, value, there in below(node, place)]
    return [(place, node)]


def _env_file(scope: Scope, node: Node, place: Place) -> None:
    # Compose opens these while it resolves variables, so there is no later reading to wait for.
    text = scope.text(node, place, "a file")
    if text is None:
        return
    if "$" in text:
        scope.findings.refuse("variable-where-literal", place)
        return
    located = scope.locate(text, place)
    if located is not None and located.real.exists():
        name = scope.folders.shown(located.real)
        found = check_dotenv(located.real, name, scope.policy, scope.findings, for_container=True)
        scope.env_files.append((located.real, found))


@kind("file")
def _file(scope: Scope, node: Node, place: Place, _: str) -> None:
    text = scope.literal(node, place, "a file")
    located = scope.locate(text, place) if text is not None else None
    if located is None:
        return
    if located.real.exists() and not is_ordinary_file(located.real):
        scope.findings.refuse("not-a-file", place, seen=text or "")
    else:  # Compose mounts it, and follows its links only then
        scope.binds.append(Bind(located, writable=False, place=place))


@kind("extends")
def _extends(scope: Scope, node: Node, place: Place, _: str) -> None:
    if isinstance(node, Mapping):
        for key, value, there in below(node, place):
            if key == "service":
                check(scope, value, there, "name")
            else:
                scope.findings.refuse("extends-elsewhere", there)
    else:
        check(scope, node, place, "name")
