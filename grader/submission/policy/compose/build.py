"""Builds: their folders, Dockerfiles and arguments, and what else the builder is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.submission.policy.compose.scope import Kind, checks_kind
from grader.submission.policy.compose.tables import check_table, entries_below
from grader.submission.policy.dockerfile.check import BuildInputs, check_dockerfile, check_dockerfile_text
from grader.submission.policy.env_files.expansion import scalars
from grader.submission.policy.paths import is_ordinary_file
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place

DOCKERFILE: Final = "Dockerfile"
OTHER_SPELLING: Final = "dockerfile"
"""What `docker build` takes instead, and what Compose takes on disks that ignore case."""
_REMOTE_CONTEXT: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|git@|github\.com/|[^/]*@[^/]*:")


@checks_kind("build")
def _build(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
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
    inputs = BuildInputs(args, _secrets(node))
    if inline is not None:
        _inline(scope, inline, place.below("dockerfile_inline", inline.line or None), inputs)
        return
    if dockerfile is None:
        _dockerfile(scope, folder, DOCKERFILE, inputs, there)
        return
    there = place.below("dockerfile", dockerfile.line or None)
    text = _literal_path(scope, dockerfile, there, "file")
    if text is not None:
        _dockerfile(scope, folder, text, inputs, there)


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


def _dockerfile(scope: ComposeScope, context: str, text: str, inputs: BuildInputs, place: Place) -> None:
    # From the context as it is written: Compose joins the two texts, so a `..` here may go up from a link there.
    path = text if text.startswith("/") else f"{context}/{text}"
    if text == DOCKERFILE and is_in_other_spelling(scope.folders.resolve(context)):
        path = f"{context}/{OTHER_SPELLING}"
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
        check_dockerfile(real, scope.folders.display_path(real), scope.policy, scope.findings, inputs)


def is_in_other_spelling(folder: Path | None) -> bool:
    """Whether the Dockerfile in `folder` is called `dockerfile`."""
    return folder is not None and (folder / OTHER_SPELLING).exists() and not (folder / DOCKERFILE).exists()


def _inline(scope: ComposeScope, node: YamlNode, place: Place, inputs: BuildInputs) -> None:
    if isinstance(node, YamlScalar) and not scope.is_deferred(node.text):
        check_dockerfile_text(node.text.replace("$$", "$"), place, scope.policy, scope.findings, inputs)


def _secrets(build: YamlNode) -> frozenset[str]:
    """The names by which a Dockerfile asks for the secrets of its build."""
    return frozenset(name for source, target, _ in _granted_secrets(build) for name in (source, target) if name)


def _granted_secrets(build: YamlNode) -> list[tuple[str, str, YamlNode]]:
    """Source, target and node of each entry of a build's `secrets`."""
    secrets = build.get("secrets") if isinstance(build, YamlMapping) else None
    found: list[tuple[str, str, YamlNode]] = []
    for one in secrets.items if isinstance(secrets, YamlSequence) else ():
        if isinstance(one, YamlMapping):
            source, target = one.get("source"), one.get("target")
            texts = [node.text if isinstance(node, YamlScalar) else "" for node in (source, target)]
            found.append((texts[0], texts[1], one))
        elif isinstance(one, YamlScalar):
            found.append((one.text, "", one))
    return found


@checks_kind("build-secrets")
def _build_secrets(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Only those that the file takes from the repository: the builder would look for others where it runs."""
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "list", node)
        return
    for source, _target, _one in _granted_secrets(YamlMapping(((YamlScalar("secrets", 0), node),), 0)):
        if not scope.is_deferred(source) and source not in scope.file_secrets:
            scope.refuse_key(place)


@checks_kind("additional-contexts")
def _additional_contexts(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    values = [value for _, value in node] if isinstance(node, YamlMapping) else []
    texts = [value.text for value in values if isinstance(value, YamlScalar)]
    if isinstance(node, YamlSequence):
        texts = [one.text.partition("=")[2] for one in node.items if isinstance(one, YamlScalar)]
    for text in texts:
        if scope.is_deferred(text):
            scope.refuse_reserved(text, place)
        elif text.startswith("docker-image://"):
            if scope.policy.engine.image_fault(text.removeprefix("docker-image://")) is not None:
                scope.refuse_key(place)
        elif _REMOTE_CONTEXT.match(text) and not text.startswith("service:"):
            scope.refuse_key(place)
        elif not text.startswith("service:"):
            scope.locate(text, place, scope.refuse_key)


@checks_kind("cache-from")
def _cache_from(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    for one in node.items if isinstance(node, YamlSequence) else (node,):
        text = scope.literal(one, place, "image")
        image = text.removeprefix("type=registry,ref=") if text is not None else None
        if image is not None and scope.policy.engine.image_fault(image) is not None:
            scope.refuse_key(place)


@checks_kind("tags")
def _tags(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """With a slash, so that it is no name of an image that others use."""
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "list", node)
        return
    for _number, one, there in entries_below(node, place):
        text = scope.literal(one, there, "image")
        if text is None:
            continue
        if scope.policy.engine.image_fault(text) == "image-name":
            scope.findings.invalid("image-name", there, seen=text)
        elif "/" not in text or "/library/" in text:
            scope.refuse_key(place)


@checks_kind("dockerfile-inline")
def _dockerfile_inline(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Judged with the build, since its `args` count."""
    if not isinstance(node, YamlScalar):
        scope.report_wrong_shape(place, "dockerfile")


@checks_kind("context")
@checks_kind("dockerfile")
def _build_path(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    scope.text(node, place)
