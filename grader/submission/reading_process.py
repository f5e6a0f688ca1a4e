"""Reads a submission, as a program of its own in the sandbox: `python -I -m grader.submission.reading_process REQUEST`.

It runs in the frozen copy, `HOME` is the submission's empty home. The request and what it finds are JSON.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from grader.submission.layout import (
    COMPOSE_NAMES,
    DOCKERFILE_NAMES,
    BringUpKind,
    SeveralSubmissions,
    SubmissionLayout,
    find_layout,
    layout_in,
)
from grader.submission.policy.advice import compose_advice, dockerfile_advice
from grader.submission.policy.compose.model import ComposeModel, ComposeRejection, read_compose_model
from grader.submission.policy.findings import Findings, Place
from grader.submission.policy.paths import is_ordinary_file
from grader.submission.policy.policy import read_policy
from grader.submission.policy.review import review_repository
from grader.submission.policy.yaml.reader import YamlFileError, read_yaml
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar
from grader.submission.reading import (
    ComposeProject,
    ComposeService,
    Reading,
    ReadingRequest,
    encode_reading,
    file_hash,
)

if TYPE_CHECKING:
    from grader.reports.result import Advice

_MAX_ADVISED: Final = 12
"""Dockerfiles."""
_ADVICE_S: Final = 20.0
_ADVISED_AT_ONCE: Final = 4


def main() -> None:
    request = msgspec.json.decode(sys.argv[1], type=ReadingRequest)
    root, home = Path.cwd(), Path(os.environ["HOME"])
    sys.stdout.buffer.write(encode_reading(_read(root, home, request)))


def _read(root: Path, home: Path, request: ReadingRequest) -> Reading:
    try:
        work = _find_layout(root, request)
    except SeveralSubmissions as several:
        return Reading(candidates=tuple(folder.as_posix() for folder in several.folders))
    if work is None:
        findings = Findings()
        findings.invalid("nothing-to-bring-up", Place("."), seen=request.exercise)
        return Reading(review=findings.review())
    if request.project and not _names_its_project(root / work.folder, work):
        work = replace(work, project_name=request.project)
    models: list[ComposeModel | ComposeRejection] = []

    def read_model(layout: SubmissionLayout, root: Path, home: Path) -> ComposeModel | ComposeRejection:
        models.append(read_compose_model(layout, root, home))
        return models[-1]

    review = review_repository(root, work, home, scripts=request.scripts, read_model=read_model)
    if not review.may_be_brought_up:
        return Reading(layout=work, review=review)
    model = models[-1] if models else None
    advice = compose_advice(model, work) if isinstance(model, ComposeModel) else []
    advice += _dockerfile_advice(root, work, home, request.handed_out)
    project = _compose_project(model.root) if isinstance(model, ComposeModel) else None
    return Reading(layout=work, review=review, project=project, advice=advice)


def _find_layout(root: Path, request: ReadingRequest) -> SubmissionLayout | None:
    if request.folder:
        return layout_in(root, request.folder)
    return find_layout(root, request.exercise, project=request.project, builds_image=request.builds_image)


def _names_its_project(folder: Path, work: SubmissionLayout) -> bool:
    """Whether a compose file has a `name`. A script's file is the one that Compose would find beside it."""
    if work.kind is BringUpKind.SCRIPT:
        names: tuple[str, ...] = tuple(name for name in COMPOSE_NAMES if is_ordinary_file(folder / name))
    else:
        names = work.compose_files
    return any(_has_name(folder / name) for name in names) or (work.kind is BringUpKind.SCRIPT and not names)


def _has_name(path: Path) -> bool:
    try:
        tree = read_yaml(path.read_bytes(), read_policy().limits.yaml) if is_ordinary_file(path) else None
    except (YamlFileError, OSError):  # the review says so
        return False
    name = tree.get("name") if isinstance(tree, YamlMapping) else None
    return isinstance(name, YamlScalar) and not name.is_null


def _dockerfile_advice(root: Path, work: SubmissionLayout, home: Path, handed_out: tuple[str, ...]) -> list[Advice]:
    """On a handful of files, for a few seconds: advice must not keep anybody from being graded."""
    found = (
        path
        for name in DOCKERFILE_NAMES
        for path in sorted((root / work.folder).rglob(name))
        if is_ordinary_file(path) and path.resolve().is_relative_to(root) and file_hash(path) not in handed_out
    )
    end = time.monotonic() + _ADVICE_S

    def advise(path: Path) -> list[Advice]:
        is_in_time = time.monotonic() < end
        return dockerfile_advice(path, path.relative_to(root).as_posix(), home) if is_in_time else []

    with ThreadPoolExecutor(_ADVISED_AT_ONCE) as threads:
        return [one for advice in threads.map(advise, islice(found, _MAX_ADVISED)) for one in advice]


def _compose_project(root: YamlNode) -> ComposeProject | None:
    if not isinstance(root, YamlMapping):
        return None
    name, services = root.get("name"), root.get("services")
    found = [_compose_service(key, node) for key, node in services] if isinstance(services, YamlMapping) else []
    return ComposeProject(name=name.text if isinstance(name, YamlScalar) else "", services=tuple(found))


def _compose_service(name: str, node: YamlNode) -> ComposeService:
    limits = _node_at(node, "deploy", "resources", "limits")
    return ComposeService(
        name=name,
        limits_memory=_node_at(node, "mem_limit") is not None or _node_at(limits, "memory") is not None,
        limits_processes=_node_at(node, "pids_limit") is not None or _node_at(limits, "pids") is not None,
        limits_file_size=_node_at(node, "ulimits", "fsize") is not None,
    )


def _node_at(node: YamlNode | None, *keys: str) -> YamlNode | None:
    for key in keys:
        node = node.get(key) if isinstance(node, YamlMapping) else None
    return node


if __name__ == "__main__":
    main()
