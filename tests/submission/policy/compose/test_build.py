"""Every key that Compose knows under `build:` within its bounds, and beyond them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.submission.layout import find_layout
from grader.submission.policy.policy import read_policy
from grader.submission.policy.review import review_repository

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.findings import Review

REFUSED = {
    "additional_contexts": "{other: ..}",
    "cache_from": "[evil.example/cache]",
    "cache_to": "[evil.example/cache]",
    "entitlements": "[network.host]",
    "isolation": "process",
    "network": "host",
    "privileged": "true",
    "sbom": "generator=evil.example/x",
    "secrets": "[token]",
    "shm_size": "3g",
    "ssh": "[default]",
    "tags": "[nginx]",
    "ulimits": "{nofile: 9999999999}",
}
ALLOWED = {
    "additional_contexts": "{other: ./other}",
    "args": "{A: b}",
    "cache_from": "[zoe/cache]",
    "cache_to": "[type=inline]",
    "context": ".",
    "dockerfile": "Dockerfile",
    "dockerfile_inline": "FROM alpine",
    "entitlements": "[]",
    "extra_hosts": "{db: 10.0.0.2}",
    "isolation": "default",
    "labels": "{a: b}",
    "network": "none",
    "no_cache": "true",
    "no_cache_filter": "[one]",
    "platforms": "[linux/amd64]",
    "privileged": "false",
    "provenance": "true",
    "pull": "false",
    "sbom": "false",
    "shm_size": "1g",
    "tags": "[zoe/web]",
    "target": "one",
    "ulimits": "{nofile: 9}",
}
"""With `secrets`, which need a declaration, and `ssh`, which is never allowed, all that Compose knows."""


def review(build: str, folder: Path) -> Review:
    root, home = folder / "repository", folder / "home"
    root.mkdir()
    home.mkdir()
    (root / "other").mkdir()
    (root / "Dockerfile").write_text("FROM alpine AS one\n")
    (root / "compose.yaml").write_text(f"services:\n  web:\n    build:\n{build}")
    work = find_layout(root, "tp6")
    assert work is not None
    return review_repository(root, work, home)


@pytest.mark.parametrize("key", REFUSED)
def test_a_key_that_reaches_past_the_folder_is_refused_on_its_line(key: str, tmp_path: Path) -> None:
    (refusal,) = review(f"      context: .\n      {key}: {REFUSED[key]}\n", tmp_path).refused
    assert (refusal.place.line, refusal.place.keys[:4]) == (5, ("services", "web", "build", key))


@pytest.mark.parametrize("key", ALLOWED)
def test_a_key_that_stays_within_is_let_through(key: str, tmp_path: Path) -> None:
    context = "" if key == "context" else "      context: .\n"
    assert review(f"{context}      {key}: {ALLOWED[key]}\n", tmp_path).may_be_brought_up


def test_every_key_is_tried() -> None:
    assert set(read_policy().compose["build"]) == set(ALLOWED) | {"secrets", "ssh"}


def test_a_long_dockerfile_may_stand_in_the_compose_file(tmp_path: Path) -> None:
    lines = "".join(f"        RUN echo {number:060}\n" for number in range(100))
    found = review(f"      dockerfile_inline: |\n        FROM alpine\n{lines}", tmp_path)
    assert found.may_be_brought_up, [refusal.line_in("en") for refusal in (*found.refused, *found.invalid)]


def test_an_argument_for_the_builder_is_named_in_both_languages(tmp_path: Path) -> None:
    (refusal,) = review("      context: .\n      args: {BUILDKIT_SYNTAX: x}\n", tmp_path).refused
    assert refusal.line_in("en") == (
        "compose.yaml:5: [build-arg] `services.web.build.args.BUILDKIT_SYNTAX`: this argument controls the builder "
        "itself; a submission may only set its own `ARG`s"
    )
    assert refusal.line_in("fr") == (
        "compose.yaml:5: [build-arg] `services.web.build.args.BUILDKIT_SYNTAX`\u00a0: cet argument pilote le "
        "constructeur lui-même\u00a0; un rendu ne fixe que ses propres `ARG`"
    )
