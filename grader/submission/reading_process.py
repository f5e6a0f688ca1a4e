"""Reads a submission, as a program of its own in the sandbox: `python -I -m grader.submission.reading_process tp6`.

It runs in the frozen copy, `HOME` is the submission's empty home, and what it finds is JSON on standard output.
"""

from __future__ import annotations

import os
import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.submission.layout import BringUpKind, SubmissionLayout, find_layout
from grader.submission.policy.advice import compose_advice, dockerfile_advice
from grader.submission.policy.compose.model import ComposeModel, read_compose_model
from grader.submission.policy.findings import Findings, Place
from grader.submission.policy.paths import is_ordinary_file
from grader.submission.policy.review import review_repository
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar
from grader.submission.reading import ComposeProject, ComposeService, Reading, encode_reading

if TYPE_CHECKING:
    from grader.reports.result import Advice

_MAX_ADVISED: Final = 12
"""Dockerfiles."""
_ADVICE_S: Final = 20.0


def main() -> None:
    exercise, scripts = sys.argv[1], "--scripts" in sys.argv[2:]
    root, home = Path.cwd(), Path(os.environ["HOME"])
    sys.stdout.buffer.write(encode_reading(_read(root, home, exercise, scripts=scripts)))


def _read(root: Path, home: Path, exercise: str, *, scripts: bool) -> Reading:
    work = find_layout(root, exercise)
    if work is None:
        findings = Findings()
        findings.invalid("nothing-to-bring-up", Place("."), seen=exercise)
        return Reading(review=findings.review())
    review = review_repository(root, work, home, scripts=scripts)
    if not review.may_be_brought_up:
        return Reading(layout=work, review=review)
    model = read_compose_model(work, root, home) if work.kind is BringUpKind.COMPOSE else None
    advice = compose_advice(model, work) if isinstance(model, ComposeModel) else []
    advice += _dockerfile_advice(root, work, home)
    project = _compose_project(model.root) if isinstance(model, ComposeModel) else None
    return Reading(layout=work, review=review, project=project, advice=advice)


def _dockerfile_advice(root: Path, work: SubmissionLayout, home: Path) -> list[Advice]:
    """On a handful of files, for a few seconds: advice must not keep anybody from being graded."""
    found = (path for path in sorted((root / work.folder).rglob("Dockerfile")) if is_ordinary_file(path))
    advice: list[Advice] = []
    end = time.monotonic() + _ADVICE_S
    for path in islice((path for path in found if path.resolve().is_relative_to(root)), _MAX_ADVISED):
        if time.monotonic() < end:
            advice += dockerfile_advice(path, path.relative_to(root).as_posix(), home)
    return advice


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
