"""Each part of `make bench` on its smallest class: it runs to its end, and measures what it claims."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from benchmarks.__main__ import PARTS
from benchmarks.common import BenchmarkSettings
from benchmarks.figure import Figure
from tests.lab import wipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine, Lab

pytestmark = pytest.mark.live

SLOW = {"broken", "fairness", "image"}
"""They judge by hundreds of broken suites, or thousands of states: `tests/lab_tests/test_mutants.py` and
`tests/benchmarks/fairness` test what they change, and how; `tests/test_container_image.py` the image."""


LONG = {"first_verdict", "rootless"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] * (name in LONG)) for name in PARTS if name not in SLOW]
)
def test_a_part_measures_to_its_end(
    name: str, engine: Engine, images: Callable[..., None], lab: Lab, tmp_path: Path
) -> None:
    images("nginx", "ubuntu")
    wipe(engine)
    smallest = BenchmarkSettings(
        lab,
        engine,
        tmp_path,
        machines=2,
        smaller_class=1,
        rounds=1,
        recorded=20,
        regraded=20,
        kills=1,
        events=4,
        solutions=("tp2/wrong/port-reversed",),
    )
    figures = [one for one in PARTS[name][1](smallest) if isinstance(one, Figure)]
    assert figures
    assert all(math.isfinite(figure.value) for figure in figures)
    assert not [figure for figure in figures if figure.target == "0" and figure.value], figures
