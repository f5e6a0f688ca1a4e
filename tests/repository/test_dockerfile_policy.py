"""The Dockerfiles of the table against the policy: hostile ones refused by their rule, honest ones let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.repository.dockerfile_policy import check_dockerfile
from grader.repository.policy import the_policy
from grader.repository.refusal import Findings, Review
from tests.repository.dockerfiles import HONEST, HOSTILE, SINK, Honest, Hostile

if TYPE_CHECKING:
    from pathlib import Path


def review(data: bytes, folder: Path, **args: str) -> Review:
    file = folder / "Dockerfile"
    file.write_bytes(data.replace(SINK.encode(), b"127.0.0.1:8099"))
    findings = Findings(the_policy().rules)
    check_dockerfile(file, "Dockerfile", the_policy(), findings, args)
    return findings.review()


@pytest.mark.parametrize("one", HOSTILE, ids=lambda one: one.name)
def test_a_file_that_could_be_read_differently_is_refused_by_its_rule(one: Hostile, tmp_path: Path) -> None:
    found = review(one.data, tmp_path)
    assert one.rule in {refusal.rule for refusal in found.refused}, [
        x.said("en") for x in (*found.refused, *found.invalid)
    ]


@pytest.mark.parametrize("one", HONEST, ids=lambda one: one.name)
def test_an_honest_file_is_let_through(one: Honest, tmp_path: Path) -> None:
    found = review(one.data, tmp_path)
    assert found.may_be_brought_up, [refusal.said("en") for refusal in (*found.refused, *found.invalid)]
