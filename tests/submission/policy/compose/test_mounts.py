"""Nothing is mounted that a container of the same project could have replaced by a link in the meantime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.submission.policy.small_repositories import ComposeCase, compose_with_services, refused_rules

if TYPE_CHECKING:
    from pathlib import Path

A = "a: {image: alpine, volumes: ['./w:/w']}"
DATA = {"data/k": "", "w/k": "", "w/in/k": ""}


def beside(volumes: str, rest: str = "", first: str = A) -> str:
    """A service that mounts `./w` writable, and another one."""
    return compose_with_services(first, f"b: {{image: alpine, {volumes}}}", rest=rest)


HOSTILE = {
    "a link in a writable folder": ComposeCase(
        beside("volumes: ['./w/l:/m']"), "bind-below-bind", DATA, {"w/l": "../data"}
    ),
    "a folder below a link in a writable folder": ComposeCase(
        beside("volumes: ['./w/l/sub:/m']"), "bind-below-bind", DATA, {"w/l": "../data"}
    ),
    "a link to a link in a writable folder": ComposeCase(
        beside("volumes: ['./l:/m']"), "bind-below-bind", DATA, {"l": "w/l", "w/l": "../data"}
    ),
    "a folder in a writable folder": ComposeCase(beside("volumes: ['./w/in:/m']"), "bind-below-bind", DATA),
    "a folder in a writable folder, read-only": ComposeCase(
        beside("volumes: ['./w/in:/m:ro']"), "bind-below-bind", DATA
    ),
    "a file in a writable folder": ComposeCase(beside("volumes: ['./w/k:/m:ro']"), "bind-below-bind", DATA),
    "a folder that is not there yet": ComposeCase(beside("volumes: ['./w/new:/m']"), "bind-below-bind", DATA),
    "a folder in what a link names": ComposeCase(
        beside("volumes: ['./data/sub:/m']", first="a: {image: alpine, volumes: ['./l:/w']}"),
        "bind-below-bind",
        DATA,
        {"l": "data"},
    ),
    "below the repository's top": ComposeCase(
        beside("volumes: ['./w/in:/m']", first="a: {image: alpine, volumes: ['.:/w']}"), "bind-below-bind", DATA
    ),
    "below home": ComposeCase(
        beside("volumes: ['~/d/in:/m']", first="a: {image: alpine, volumes: ['~/d:/w']}"), "bind-below-bind"
    ),
    "a config in a writable folder": ComposeCase(
        beside("configs: [c]", "configs: {c: {file: ./w/k}}\n"), "bind-below-bind", DATA
    ),
    "a config by a link in a writable folder": ComposeCase(
        beside("configs: [c]", "configs: {c: {file: ./w/l}}\n"), "bind-below-bind", DATA, {"w/l": "../data/k"}
    ),
    "the same service": ComposeCase(
        compose_with_services("a: {image: alpine, volumes: ['./w:/w', './w/in:/m']}"), "bind-below-bind", DATA
    ),
    "read-only first, writable last": ComposeCase(
        beside("volumes: ['./w/in:/m']", first="a: {image: alpine, volumes: ['./w:/w:ro,rw']}"), "bind-below-bind", DATA
    ),
    "in the long syntax": ComposeCase(
        beside(
            "volumes: [{type: bind, source: ./w/in, target: /m, read_only: true}]",
            first="a: {image: alpine, volumes: [{type: bind, source: ./w, target: /w, read_only: false}]}",
        ),
        "bind-below-bind",
        DATA,
    ),
    "by an anchor": ComposeCase(
        "x-v: &v ['./w:/w']\n"
        + compose_with_services("a: {image: alpine, volumes: *v}", "b: {image: alpine, volumes: ['./w/in:/m']}"),
        "bind-below-bind",
        DATA,
    ),
    "by variables": ComposeCase(
        beside("volumes: ['${IN}:/m']", first="a: {image: alpine, volumes: ['${OUT:-./w}:/w']}"),
        "bind-below-bind",
        {**DATA, ".env": "IN=./w/in\n"},
    ),
    "by an override": ComposeCase(
        compose_with_services(A),
        "bind-below-bind",
        {**DATA, "compose.override.yaml": compose_with_services("b: {image: alpine, volumes: ['./w/in:/m']}")},
    ),
    "by extends": ComposeCase(
        compose_with_services(A, "b: {extends: a, volumes: ['./w/in:/m']}"), "bind-below-bind", DATA
    ),
    "in a profile that is never asked for": ComposeCase(
        beside("volumes: ['./w/in:/m']", first="a: {image: alpine, profiles: [never], volumes: ['./w:/w']}"),
        "bind-below-bind",
        DATA,
    ),
    "volumes of another container": ComposeCase(beside("volumes_from: [a]"), "volumes_from", DATA),
}

HONEST = {
    "siblings": ComposeCase(beside("volumes: ['./data:/m']"), files=DATA),
    "the same folder twice": ComposeCase(beside("volumes: ['./w:/m']"), files=DATA),
    "the same folder by its link": ComposeCase(beside("volumes: ['./l:/m']"), files=DATA, links={"l": "w"}),
    "a folder whose name begins alike": ComposeCase(beside("volumes: ['./w2:/m']"), files={**DATA, "w2/k": ""}),
    "the inner one writable, the outer one read-only": ComposeCase(
        beside("volumes: ['./w/in:/m']", first="a: {image: alpine, volumes: ['./w:/w:ro']}"), files=DATA
    ),
    "a file that is writable": ComposeCase(
        beside("volumes: ['./data/k:/m/k']", first="a: {image: alpine, volumes: ['./w/k:/k']}"), files=DATA
    ),
    "a config beside a writable folder": ComposeCase(
        beside("configs: [c]", "configs: {c: {file: ./data/k}}\n"), files=DATA
    ),
    "a named volume": ComposeCase(beside("volumes: ['data:/m']", "volumes: {data: {}}\n"), files=DATA),
    "every option": ComposeCase(
        beside(
            "volumes: [{type: bind, source: ./data, target: /m, read_only: true, "
            "bind: {create_host_path: false, selinux: z}}, {type: tmpfs, target: /t, tmpfs: {size: 1000000}}, "
            "{type: volume, source: data, target: /d, volume: {nocopy: true}}]",
            "volumes: {data: {}}\n",
        ),
        files=DATA,
    ),
}


@pytest.mark.parametrize("case", HOSTILE.values(), ids=HOSTILE)
def test_a_source_that_a_container_can_replace_is_refused(case: ComposeCase, tmp_path: Path) -> None:
    assert case.rule in refused_rules(case.review(tmp_path))


@pytest.mark.parametrize("case", HONEST.values(), ids=HONEST)
def test_mounts_that_no_container_can_replace_are_let_through(case: ComposeCase, tmp_path: Path) -> None:
    review = case.review(tmp_path)
    assert review.may_be_brought_up, [one.line_in("en") for one in (*review.refused, *review.invalid)]


def test_the_refusal_names_the_link_and_the_service_that_can_change_it(tmp_path: Path) -> None:
    review = HOSTILE["a link in a writable folder"].review(tmp_path)
    assert "`w/l` is inside a folder that a container can change (a)" in review.refused[0].line_in("en")
    assert "`w/l` est dans un dossier qu'un conteneur peut modifier (a)" in review.refused[0].line_in("fr")
