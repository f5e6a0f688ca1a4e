"""Reads a submission, as a program of its own in the sandbox: `python -I -m grader.repository.reader tp6`.

It stands in the frozen copy, `HOME` is the empty home of the work, and what it finds is JSON on standard output.
"""

from __future__ import annotations

import os
import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.repository.advice import compose_advice, dockerfile_advice
from grader.repository.check import check_repository
from grader.repository.compose_model import ComposeModel, read_model
from grader.repository.paths import is_ordinary_file
from grader.repository.policy import the_policy
from grader.repository.reading import ComposeProject, ComposeService, Reading, encode_reading
from grader.repository.refusal import Findings, Place
from grader.repository.tree import Mapping, Node, Scalar
from grader.repository.work import Kind, Work, find_work

if TYPE_CHECKING:
    from grader.reports.results import Advice

__all__: list[str] = []

_ADVISED: Final = 12
"""Dockerfiles."""
_ADVICE_S: Final = 20.0


def main() -> None:
    exercise, scripts = sys.argv[1], "--scripts" in sys.argv[2:]
    root, home = Path.cwd(), Path(os.environ["HOME"])
    sys.stdout.buffer.write(encode_reading(_reading(root, home, exercise, scripts=scripts)))


def _reading(root: Path, home: Path, exercise: str, *, scripts: bool) -> Reading:
    work = find_work(root, exercise)
    if work is None:
        findings = Findings(the_policy().rules)
        findings.invalid("nothing-to-bring-up", Place("."), seen=exercise)
        return Reading(review=findings.review())
    review = check_repository(root, work, home, scripts=scripts)
    if not review.may_be_brought_up:
        return Reading(work=work, review=review)
    model = read_model(work, root, home) if work.kind is Kind.COMPOSE else None
    advice = compose_advice(model, work) if isinstance(model, ComposeModel) else []
    advice += _dockerfile_advice(root, work, home)
    project = _project(model.root) if isinstance(model, ComposeModel) else None
    return Reading(work=work, review=review, project=project, advice=advice)


def _dockerfile_advice(root: Path, work: Work, home: Path) -> list[Advice]:
    """On a handful of files, for some seconds: advice must cost nobody the grading."""
    found = (path for path in sorted((root / work.folder).rglob("Dockerfile")) if is_ordinary_file(path))
    advice: list[Advice] = []
    end = time.monotonic() + _ADVICE_S
    for path in islice((path for path in found if path.resolve().is_relative_to(root)), _ADVISED):
        if time.monotonic() < end:
            advice += dockerfile_advice(path, path.relative_to(root).as_posix(), home)
    return advice


def _project(root: Node) -> ComposeProject | None:
    if not isinstance(root, Mapping):
        return None
    name, services = root.get("name"), root.get("services")
    found = [_service(key, node) for key, node in services] if isinstance(services, Mapping) else []
    return ComposeProject(name=name.text if isinstance(name, Scalar) else "", services=tuple(found))


def _service(name: str, node: Node) -> ComposeService:
    limits = _below(node, "deploy", "resources", "limits")
    return ComposeService(
        name=name,
        memory=_below(node, "mem_limit") is not None or _below(limits, "memory") is not None,
        processes=_below(node, "pids_limit") is not None or _below(limits, "pids") is not None,
        file_size=_below(node, "ulimits", "fsize") is not None,
    )


def _below(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


if __name__ == "__main__":
    main()
