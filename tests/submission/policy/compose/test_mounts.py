"""Nothing is mounted that a container of the same project could have replaced by a link in the meantime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.submission.policy.changes import MovedFolder, MovedMount
from tests.submission.policy.small_repositories import ComposeCase, compose_with_services, refused_rules

if TYPE_CHECKING:
    from pathlib import Path

A = "a: {image: alpine, volumes: ['./w:/w']}"
DATA = {"data/k": "", "w/k": "", "w/in/k": ""}


def beside(volumes: str, rest: str = "", first: str = A) -> str:
    """A service that mounts `./w` writable, and another one."""
    return compose_with_services(first, f"b: {{image: alpine, {volumes}}}", rest=rest)


LINKS = {
    "a link in a writable folder": ComposeCase(
        beside("volumes: ['./w/l:/m']"), "bind-below-bind", DATA, {"w/l": "../data"}
    ),
    "a folder below a link in a writable folder": ComposeCase(
        beside("volumes: ['./w/l/sub:/m']"), "bind-below-bind", DATA, {"w/l": "../data"}
    ),
    "a link to a link in a writable folder": ComposeCase(
        beside("volumes: ['./l:/m']"), "bind-below-bind", DATA, {"l": "w/l", "w/l": "../data"}
    ),
    "a config by a link in a writable folder": ComposeCase(
        beside("configs: [c]", "configs: {c: {file: ./w/l}}\n"), "bind-below-bind", DATA, {"w/l": "../data/k"}
    ),
    "a volume by a link in a writable folder": ComposeCase(
        beside(
            "volumes: ['v1:/m']", "volumes: {v1: {driver: local, driver_opts: {type: none, o: bind, device: ./w/l}}}\n"
        ),
        "bind-below-bind",
        DATA,
        {"w/l": "../data"},
    ),
    "a link in a folder that a volume makes writable": ComposeCase(
        beside(
            "volumes: ['./w/l:/m']",
            "volumes: {v1: {driver: local, driver_opts: {type: none, o: bind, device: ./w}}}\n",
            "a: {image: alpine, volumes: ['v1:/w']}",
        ),
        "bind-below-bind",
        DATA,
        {"w/l": "../data"},
    ),
}


def here(service: str, target: str, **options: object) -> MovedMount:
    return MovedMount(service, target, **options)  # type: ignore[arg-type]  # a table of keyword arguments


def moved(path: str, *mounts: MovedMount, is_file: bool = False, **more: tuple[str, ...]) -> MovedFolder:
    return MovedFolder("repository", path, is_file, mounts, **more)


OWN_PLACE = here("a", "/w/in")
MOVED = {
    "a folder in a writable folder": (
        ComposeCase(beside("volumes: ['./w/in:/m']"), files=DATA),
        [moved("w/in", OWN_PLACE, here("b", "/m"))],
    ),
    "read-only": (
        ComposeCase(beside("volumes: ['./w/in:/m:ro']"), files=DATA),
        [moved("w/in", OWN_PLACE, here("b", "/m", read_only=True))],
    ),
    "a file": (
        ComposeCase(beside("volumes: ['./w/k:/m:ro']"), files=DATA),
        [moved("w/k", here("a", "/w/k"), here("b", "/m", read_only=True), is_file=True)],
    ),
    "a folder that is not there yet": (
        ComposeCase(beside("volumes: ['./w/new:/m']"), files=DATA),
        [moved("w/new", here("a", "/w/new"), here("b", "/m"))],
    ),
    "a folder in what a link names": (
        ComposeCase(
            beside("volumes: ['./data/sub:/m']", first="a: {image: alpine, volumes: ['./l:/w']}"),
            files=DATA,
            links={"l": "data"},
        ),
        [moved("data/sub", here("a", "/w/sub"), here("b", "/m"))],
    ),
    "a link that leads into a writable folder": (
        ComposeCase(beside("volumes: ['./l:/m']"), files=DATA, links={"l": "w/in"}),
        [moved("w/in", OWN_PLACE, here("b", "/m"))],
    ),
    "below the repository's top": (
        ComposeCase(beside("volumes: ['./w/in:/m']", first="a: {image: alpine, volumes: ['.:/w']}"), files=DATA),
        [moved("w/in", here("a", "/w/w/in"), here("b", "/m"))],
    ),
    "below home": (
        ComposeCase(
            beside("volumes: ['~/d/in:/m']", first="a: {image: alpine, volumes: ['~/d:/w']}"),
        ),
        [MovedFolder("home", "d/in", mounts=(OWN_PLACE, here("b", "/m")))],
    ),
    "a config": (
        ComposeCase(beside("configs: [c]", "configs: {c: {file: ./w/k}}\n"), files=DATA),
        [moved("w/k", here("a", "/w/k"), is_file=True, configs=("c",))],
    ),
    "a secret": (
        ComposeCase(beside("secrets: [s]", "secrets: {s: {file: ./w/k}}\n"), files=DATA),
        [moved("w/k", here("a", "/w/k"), is_file=True, secrets=("s",))],
    ),
    "a volume": (
        ComposeCase(
            beside(
                "volumes: ['v1:/m']",
                "volumes: {v1: {driver: local, driver_opts: {type: none, o: bind, device: ./w/in}}}\n",
            ),
            files=DATA,
        ),
        [moved("w/in", OWN_PLACE, volumes=("v1",))],
    ),
    "the same service": (
        ComposeCase(compose_with_services("a: {image: alpine, volumes: ['./w:/w', './w/in:/m']}"), files=DATA),
        [moved("w/in", OWN_PLACE, here("a", "/m"))],
    ),
    "at its own place": (
        ComposeCase(compose_with_services("a: {image: alpine, volumes: ['./w:/w', './w/in:/w/in']}"), files=DATA),
        [moved("w/in", OWN_PLACE)],
    ),
    "hidden by a volume": (
        ComposeCase(
            beside("volumes: ['./w/in:/m']", first="a: {image: alpine, volumes: ['./w:/w', '/w/in']}"), files=DATA
        ),
        [moved("w/in", here("b", "/m"))],
    ),
    "below what is hidden by a volume": (
        ComposeCase(
            beside("volumes: ['./w/in/x:/m']", first="a: {image: alpine, volumes: ['./w:/w', '/w/in']}"), files=DATA
        ),
        [moved("w/in/x", here("b", "/m"))],
    ),
    "the outer one read-only in a third service": (
        ComposeCase(
            compose_with_services(
                A, "b: {image: alpine, volumes: ['./w/in:/m']}", "c: {image: alpine, volumes: ['./w:/c:ro']}"
            ),
            files=DATA,
        ),
        [moved("w/in", OWN_PLACE, here("c", "/c/in", read_only=True), here("b", "/m"))],
    ),
    "three levels": (
        ComposeCase(
            compose_with_services(A, "b: {image: alpine, volumes: ['./w/in:/b', './w/in/deep:/c']}"), files=DATA
        ),
        [
            moved("w/in", OWN_PLACE, here("b", "/b")),
            moved("w/in/deep", here("a", "/w/in/deep"), here("b", "/b/deep"), here("b", "/c")),
        ],
    ),
    "with the options of each mount": (
        ComposeCase(
            beside(
                "volumes: [{type: bind, source: ./w/in, target: /m/, read_only: true, "
                "bind: {create_host_path: false, selinux: z}}]"
            ),
            files=DATA,
        ),
        [moved("w/in", OWN_PLACE, here("b", "/m", read_only=True, selinux="z", create_host_path=False))],
    ),
    "by an anchor": (
        ComposeCase(
            "x-v: &v ['./w:/w']\n"
            + compose_with_services("a: {image: alpine, volumes: *v}", "b: {image: alpine, volumes: ['./w/in:/m']}"),
            files=DATA,
        ),
        [moved("w/in", OWN_PLACE, here("b", "/m"))],
    ),
    "by variables": (
        ComposeCase(
            beside("volumes: ['${IN}:/m']", first="a: {image: alpine, volumes: ['${OUT:-./w}:/w']}"),
            files={**DATA, ".env": "IN=./w/in\n"},
        ),
        [moved("w/in", OWN_PLACE, here("b", "/m"))],
    ),
    "by an override": (
        ComposeCase(
            compose_with_services(A),
            files={
                **DATA,
                "compose.override.yaml": compose_with_services("b: {image: alpine, volumes: ['./w/in:/m']}"),
            },
        ),
        [moved("w/in", OWN_PLACE, here("b", "/m"))],
    ),
    "by extends": (
        ComposeCase(compose_with_services(A, "b: {extends: a, volumes: ['./w/in:/m']}"), files=DATA),
        [moved("w/in", OWN_PLACE, here("b", "/w/in"), here("b", "/m"))],
    ),
    "in a profile that is never asked for": (
        ComposeCase(
            beside("volumes: ['./w/in:/m']", first="a: {image: alpine, profiles: [never], volumes: ['./w:/w']}"),
            files=DATA,
        ),
        [moved("w/in", OWN_PLACE, here("b", "/m"))],
    ),
}

LEFT = {
    "siblings": ComposeCase(beside("volumes: ['./data:/m']"), files=DATA),
    "the same folder twice": ComposeCase(beside("volumes: ['./w:/m']"), files=DATA),
    "the same folder by its link": ComposeCase(beside("volumes: ['./l:/m']"), files=DATA, links={"l": "w"}),
    "a folder whose name begins alike": ComposeCase(beside("volumes: ['./w2:/m']"), files={**DATA, "w2/k": ""}),
    "down and up again": ComposeCase(beside("volumes: ['./w/in/../../data:/m']"), files=DATA),
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
    "volumes of another container": ComposeCase(beside("volumes_from: [a]"), files=DATA),
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


@pytest.mark.parametrize("case", LINKS.values(), ids=LINKS)
def test_a_link_that_a_container_can_replace_is_refused(case: ComposeCase, tmp_path: Path) -> None:
    assert case.rule in refused_rules(case.review(tmp_path))


@pytest.mark.parametrize(("case", "folders"), MOVED.values(), ids=MOVED)
def test_a_source_that_a_container_can_replace_is_mounted_from_elsewhere(
    case: ComposeCase, folders: list[MovedFolder], tmp_path: Path
) -> None:
    review = case.review(tmp_path)
    assert review.changes is not None, [one.line_in("en") for one in (*review.refused, *review.invalid)]
    assert list(review.changes.moved) == folders


@pytest.mark.parametrize("case", LEFT.values(), ids=LEFT)
def test_mounts_that_no_container_can_replace_are_left_as_they_are(case: ComposeCase, tmp_path: Path) -> None:
    review = case.review(tmp_path)
    assert review.changes is not None, [one.line_in("en") for one in (*review.refused, *review.invalid)]
    assert review.changes.moved == ()


OWN_COMPUTER = {
    "/home/zoe/todos/mongo/db:/m": ("/home/zoe/todos/mongo/db", False),
    "/home/zoe/todos/mongo/db/:/m:ro": ("/home/zoe/todos/mongo/db", False),
    r"C:\Users\zoe\site:/m": (r"C:\Users\zoe\site", False),
    "D:/tp/site:/m": ("D:/tp/site", False),
    "/Users/zoe/h.cfg:/etc/haproxy.cfg": ("/Users/zoe/h.cfg", True),
    "/home/zoe/conf.d:/etc/nginx/conf.d": ("/home/zoe/conf.d", False),
    "/etc/localtime:/etc/localtime:ro": ("/etc/localtime", True),
    "${HERE:-/home/zoe/x}:/m": ("/home/zoe/x", False),
}


@pytest.mark.parametrize("mount", OWN_COMPUTER)
def test_a_folder_of_the_students_own_computer_is_replaced(mount: str, tmp_path: Path) -> None:
    case = ComposeCase(compose_with_services(f"a: {{image: alpine, volumes: ['{mount}']}}"))
    review = case.review(tmp_path)
    assert review.changes is not None, [one.line_in("en") for one in (*review.refused, *review.invalid)]
    (folder,) = review.changes.moved
    path, is_file = OWN_COMPUTER[mount]
    assert (folder.base, folder.path, folder.is_file) == ("own-computer", path, is_file)
    assert [(one.service, one.read_only) for one in folder.mounts] == [("a", mount.endswith(":ro"))]


def test_a_folder_of_the_students_own_computer_is_seen_in_another_one_of_it(tmp_path: Path) -> None:
    case = ComposeCase(
        compose_with_services("a: {image: alpine, volumes: ['/home/zoe/todos:/app', '/home/zoe/todos/db:/data/db']}")
    )
    changes = case.review(tmp_path).changes
    assert changes is not None
    assert [(one.path, [mount.target for mount in one.mounts]) for one in changes.moved] == [
        ("/home/zoe/todos", ["/app"]),
        ("/home/zoe/todos/db", ["/app/db", "/data/db"]),
    ]


def test_many_such_mounts_have_a_limit(tmp_path: Path) -> None:
    volumes = ", ".join(f"'./w/{number}:/m{number}'" for number in range(30))
    review = ComposeCase(beside(f"volumes: [{volumes}]")).review(tmp_path)
    assert refused_rules(review) == {"too-many-moved"}


def test_the_refusal_names_the_link_and_the_service_that_can_change_it(tmp_path: Path) -> None:
    review = LINKS["a link in a writable folder"].review(tmp_path)
    assert "`w/l` is a link inside a folder that a container can change (a)" in review.refused[0].line_in("en")
    assert "`w/l` est un lien dans un dossier qu'un conteneur peut modifier (a)" in review.refused[0].line_in("fr")
