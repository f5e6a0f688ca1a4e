"""Honest and hostile files, as the policy on submissions judges them."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from grader.submission.layout import find_layout
from grader.submission.policy.review import review_repository
from tests.lab.process import print_progress
from tests.submission.policy.corpus import documents
from tests.submission.policy.dockerfiles import HONEST, HOSTILE, SINK_URL
from tests.submission.policy.samples import samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.common import BenchmarkSettings
    from grader.submission.policy.findings import Review


def policy_files(_: BenchmarkSettings) -> Iterator[Figure]:
    print_progress("bench: honest and hostile files, judged by the policy…")
    honest, hostile = _reviews("honest"), _reviews("hostile")
    is_dockerfile = {name: name.endswith("Dockerfile") for name in honest}
    for what, wanted in (("Compose files", False), ("Dockerfiles", True)):
        tried = [review for name, review in honest.items() if is_dockerfile[name] is wanted]
        yield Figure(f"honest {what} tried", len(tried))
        yield Figure("of these, refused", sum(bool(review.refused) for review in tried), target="0")
        yield Figure("of these, taken for a mistake", sum(bool(review.invalid) for review in tried), target="0")
    yield Figure("hostile files tried", len(hostile))
    yield Figure("of these, not refused", sum(not review.refused for review in hostile.values()), target="0")


def _reviews(kind: str) -> dict[str, Review]:
    """The policy's answer to each file of a kind, by name."""
    found: dict[str, Review] = {}
    for sample in samples(kind):
        found[sample.name] = _reviewed(sample.lay_out)
    for dockerfiles in (False, True):
        for one in documents(kind, dockerfiles=dockerfiles):
            found[f"{one.name}.Dockerfile" if dockerfiles else one.name] = _reviewed(one.lay_out)
    for row in HONEST if kind == "honest" else HOSTILE:
        found[f"{row.name} (table).Dockerfile"] = _reviewed(partial(_write_dockerfile, row.data))
    return found


def _write_dockerfile(data: bytes, root: Path) -> None:
    root.mkdir()
    (root / "Dockerfile").write_bytes(data.replace(SINK_URL.encode(), b"127.0.0.1:8099"))


def _reviewed(lay_out: Callable[[Path], None]) -> Review:
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as place:
        root, home = Path(place, "repository"), Path(place, "home")
        home.mkdir()
        lay_out(root)
        layout = find_layout(root, "tp6")
        assert layout is not None, "nothing to bring up in this file"
        return review_repository(root, layout, home, scripts=True)
