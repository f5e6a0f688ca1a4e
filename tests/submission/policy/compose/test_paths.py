"""Paths of a compose file: whatever leads out of the repository, or may be read in two ways, is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.submission.policy.paths import PathError, SubmissionFolders
from tests.submission.policy.small_repositories import (
    ComposeCase,
    compose_with_one_service,
    compose_with_services,
    refused_rules,
    review_files,
)

if TYPE_CHECKING:
    from pathlib import Path

DEEP = "deep/er/and/deeper"
UP = "../" * 12
BUILT = {"app/Dockerfile": "FROM alpine\n"}

HOSTILE = {
    "env file behind a link": ComposeCase(
        compose_with_one_service(f"env_file: ./l/{'../' * 4}../../etc/passwd"),
        "path-outside",
        {f"{DEEP}/k": ""},
        {"l": DEEP},
    ),
    "env file behind a link, not required": ComposeCase(
        compose_with_one_service(f"env_file: [{{path: './l/{'../' * 4}x.env', required: false}}]"),
        "path-outside",
        {f"{DEEP}/k": "", "x.env": ""},
        {"l": DEEP},
    ),
    "env file behind a link, inside both ways": ComposeCase(
        compose_with_one_service("env_file: l/../x.env"), "path-two-ways", {f"{DEEP}/k": "", "x.env": ""}, {"l": DEEP}
    ),
    "env file by a link of a link": ComposeCase(
        compose_with_one_service("env_file: one"), "path-outside", links={"one": "two", "two": "/etc/environment"}
    ),
    "env file by a linked folder that leads out and back": ComposeCase(
        compose_with_one_service("env_file: l/../repository/x.env"), "path-outside", {"x.env": ""}, {"l": "/etc"}
    ),
    "raw env file outside": ComposeCase(
        compose_with_one_service("env_file: [{path: /etc/passwd, format: raw}]"), "path-outside"
    ),
    "env file with a scheme": ComposeCase(
        compose_with_one_service("env_file: [file:///etc/passwd]"), "path-outside", links={"file:": "/"}
    ),
    "env file by two slashes": ComposeCase(compose_with_one_service("env_file: //etc/passwd"), "path-outside"),
    "env file of another's home": ComposeCase(compose_with_one_service("env_file: ~root/.bashrc"), "path-outside"),
    "env file out of home": ComposeCase(compose_with_one_service(f"env_file: ~/{UP}etc/passwd"), "path-outside"),
    "env file with NUL": ComposeCase(compose_with_one_service(r'env_file: "a\0b"'), "path-odd"),
    "env file with a name that no disk takes": ComposeCase(
        compose_with_one_service(f"env_file: {'a' * 256}"), "path-odd"
    ),
    "env file with a path that no kernel takes": ComposeCase(
        compose_with_one_service(f"env_file: ./{'a/' * 600}b"), "path-odd"
    ),
    "env file by a variable with a default": ComposeCase(
        compose_with_one_service("env_file: '${X:-/etc/passwd}'"), "variable-where-literal"
    ),
    "env file by an anchor": ComposeCase(
        "x-e: &e {env_file: [/etc/passwd]}\nservices: {a: {image: alpine, <<: *e}}\n", "path-outside"
    ),
    "env file by extends": ComposeCase(
        compose_with_services("b: {image: alpine, env_file: /etc/passwd}", "a: {extends: b}"), "path-outside"
    ),
    "env file of an override": ComposeCase(
        compose_with_one_service("init: true"),
        "path-outside",
        {"compose.override.yaml": compose_with_one_service("env_file: ../x.env")},
    ),
    "label file": ComposeCase(compose_with_one_service("label_file: /etc/passwd"), "path-outside"),
    "label file with a label of Compose's own": ComposeCase(
        compose_with_one_service("label_file: [a.labels, b.labels]"),
        "label-reserved",
        {"a.labels": "by=me\n", "b.labels": "# mine\ncom.docker.compose.project=other\n"},
    ),
    "label file with a label of Compose's own after an error": ComposeCase(
        compose_with_one_service("label_file: a.labels"),
        "label-reserved",
        {"a.labels": "by me\ncom.docker.compose.project=other\n"},
    ),
    "context behind a link": ComposeCase(
        compose_with_services("a: {build: l/../../..}"), "path-outside", {**BUILT, f"{DEEP}/k": ""}, {"l": DEEP}
    ),
    "context behind a link, inside both ways": ComposeCase(
        compose_with_services("a: {build: {context: l/../app}}"),
        "path-two-ways",
        {**BUILT, f"{DEEP}/k": ""},
        {"l": DEEP},
    ),
    "context by a variable": ComposeCase(
        compose_with_services("a: {build: {context: '${X:-/etc}'}}"), "path-outside", BUILT
    ),
    "context with a scheme": ComposeCase(compose_with_services("a: {build: 'file:///etc'}"), "remote-context"),
    "context that is another service": ComposeCase(compose_with_services("a: {build: 'service:b'}"), "remote-context"),
    "Dockerfile above a linked context": ComposeCase(
        compose_with_services("a: {build: {context: l, dockerfile: ../Dockerfile}}"),
        "path-two-ways",
        {f"{DEEP}/k": "", "deep/er/and/Dockerfile": "FROM alpine\n", "Dockerfile": "FROM evil.example/x\n"},
        {"l": DEEP},
    ),
    "Dockerfile that is a link within its context": ComposeCase(
        compose_with_services("a: {build: app}"),
        "path-by-link",
        {"other/Dockerfile": "FROM alpine\n", "app/other/Dockerfile": "FROM evil.example/x\n"},
        {"app/Dockerfile": "../other/Dockerfile"},
    ),
    "Dockerfile in a linked folder of its context": ComposeCase(
        compose_with_services("a: {build: {context: app, dockerfile: l/Dockerfile}}"),
        "path-by-link",
        {"other/Dockerfile": "FROM alpine\n", "app/other/Dockerfile": "FROM evil.example/x\n"},
        {"app/l": "../other"},
    ),
    "Dockerfile outside": ComposeCase(
        compose_with_services("a: {build: {context: app, dockerfile: ../../x}}"), "path-outside", BUILT
    ),
    "Dockerfile at an absolute path": ComposeCase(
        compose_with_services("a: {build: {context: app, dockerfile: /etc/passwd}}"), "path-outside", BUILT
    ),
    "another context": ComposeCase(
        compose_with_services("a: {build: {context: app, additional_contexts: {x: /etc}}}"),
        "additional_contexts",
        BUILT,
    ),
    "config behind a link": ComposeCase(
        compose_with_one_service("configs: [c]", f"configs: {{c: {{file: 'l/{UP}etc/passwd'}}}}\n"),
        "path-outside",
        {f"{DEEP}/k": ""},
        {"l": DEEP},
    ),
    "config by a link": ComposeCase(
        compose_with_one_service("configs: [c]", "configs: {c: {file: l}}\n"),
        "path-outside",
        links={"l": "/etc/passwd"},
    ),
    "config by a variable": ComposeCase(
        compose_with_one_service("configs: [c]", "configs: {c: {file: '${F}'}}\n"),
        "path-outside",
        {".env": "F=/etc/passwd\n"},
    ),
    "config that nothing uses": ComposeCase(
        compose_with_one_service("init: true", "configs: {c: {file: /etc/passwd}}\n"), "path-outside"
    ),
    "mount behind a link": ComposeCase(
        compose_with_one_service("volumes: ['./l/../../..:/m']"), "path-outside", {f"{DEEP}/k": ""}, {"l": DEEP}
    ),
    "mount behind a link, inside both ways": ComposeCase(
        compose_with_one_service("volumes: ['./l/../x:/m']"), "path-two-ways", {f"{DEEP}/k": "", "x/k": ""}, {"l": DEEP}
    ),
    "long mount behind a link": ComposeCase(
        compose_with_one_service("volumes: [{type: bind, source: 'l/../x', target: /m}]"),
        "path-two-ways",
        {f"{DEEP}/k": "", "x/k": ""},
        {"l": DEEP},
    ),
    "mount by a variable behind a link": ComposeCase(
        compose_with_one_service("volumes: ['./l/${U}/x:/m']"),
        "path-outside",
        {f"{DEEP}/k": "", ".env": "U=../..\n"},
        {"l": DEEP},
    ),
    "mount by trailing dots": ComposeCase(compose_with_one_service("volumes: ['./a/../../.:/m']"), "path-outside"),
    "mount by two slashes": ComposeCase(compose_with_one_service("volumes: ['//etc:/m']"), "path-outside"),
    "mount of a share": ComposeCase(compose_with_one_service(r"volumes: ['\\server\share:/m']"), "path-outside"),
    "long mount with a colon": ComposeCase(
        compose_with_one_service("volumes: [{type: bind, source: './l:/x', target: /m}]"),
        "path-odd",
        {"l:/x/k": ""},
        {"l": "app"},
    ),
    "target with a colon": ComposeCase(
        compose_with_one_service("volumes: [{type: bind, source: './x', target: '/m:/etc'}]"),
        "value-not-allowed",
        {"x/k": ""},
    ),
    "watched folder": ComposeCase(
        compose_with_one_service("develop: {watch: [{path: /etc, action: sync, target: /x}]}"), "develop"
    ),
    "extends from a file": ComposeCase(
        compose_with_one_service("extends: {file: /etc/x.yaml, service: a}"), "path-outside"
    ),
    "include": ComposeCase(compose_with_one_service("init: true", "include: [/etc/x.yaml]\n"), "path-outside"),
    "a driver's device": ComposeCase(
        compose_with_one_service(
            "volumes: ['vv:/m']", "volumes: {vv: {driver_opts: {type: none, o: bind, device: /etc}}}\n"
        ),
        "driver_opts",
    ),
    "a driver's share": ComposeCase(
        compose_with_one_service(
            "volumes: ['vv:/m']", "volumes: {vv: {driver_opts: {type: nfs, o: 'addr=10.0.0.1', device: ':/x'}}}\n"
        ),
        "driver_opts",
    ),
    "another driver": ComposeCase(
        compose_with_one_service("volumes: ['vv:/m']", "volumes: {vv: {driver: vieux/sshfs}}\n"), "value-not-allowed"
    ),
    "part of a volume": ComposeCase(
        compose_with_one_service(
            "volumes: [{type: volume, source: vv, target: /m, volume: {subpath: ../..}}]", "volumes: {vv: {}}\n"
        ),
        "subpath",
    ),
    "an image as a mount": ComposeCase(
        compose_with_one_service("volumes: [{type: image, source: alpine, target: /m, image: {subpath: /etc}}]"),
        "value-not-allowed",
    ),
    "a pipe as a mount": ComposeCase(
        compose_with_one_service(r"volumes: [{type: npipe, source: x, target: /m}]"), "value-not-allowed"
    ),
    "a cluster's volume": ComposeCase(
        compose_with_one_service("volumes: [{type: cluster, source: x, target: /m}]"), "value-not-allowed"
    ),
    "propagation": ComposeCase(
        compose_with_one_service("volumes: [{type: bind, source: ./x, target: /m, bind: {propagation: rshared}}]"),
        "propagation",
    ),
    "a bind that is not recursive": ComposeCase(
        compose_with_one_service("volumes: [{type: bind, source: ./x, target: /m, bind: {recursive: writable}}]"),
        "key-not-allowed",
    ),
    "a volume that is a path": ComposeCase(
        compose_with_one_service("volumes: [{type: volume, source: /etc, target: /m}]"), "value-not-allowed"
    ),
}

HONEST = {
    "env file": ComposeCase(compose_with_one_service("env_file: ./own.env"), files={"own.env": "A=1\n"}),
    "env file in every form": ComposeCase(
        compose_with_one_service(
            "env_file: [own.env, {path: raw.env, format: raw}, {path: none.env, required: false}]"
        ),
        files={"own.env": "A=1\n", "raw.env": "B=2\n"},
    ),
    "env file by a link that stays inside": ComposeCase(
        compose_with_one_service("env_file: l/own.env"), files={"conf/own.env": "A=1\n"}, links={"l": "conf"}
    ),
    "dots and slashes": ComposeCase(
        compose_with_one_service("volumes: ['./a/./b//c/../d/:/m']"), files={"a/b/d/k": ""}
    ),
    "up and back by the repository's own name": ComposeCase(
        compose_with_one_service("volumes: ['../repository/x:/m']"), files={"x/k": ""}
    ),
    "the folder itself": ComposeCase(compose_with_one_service("volumes: ['.:/m', './:/n']")),
    "a link that stays inside": ComposeCase(
        compose_with_one_service("volumes: ['./l:/m:ro']"), files={"site/k": ""}, links={"l": "site"}
    ),
    "home": ComposeCase(compose_with_one_service("volumes: ['~/Docker/site:/m', '$HOME/x:/n', '${PWD}/y:/o']")),
    "a backslash is a character": ComposeCase(compose_with_one_service(r"volumes: ['.\site:/m']")),
    "a context that is a link": ComposeCase(compose_with_services("a: {build: l}"), files=BUILT, links={"l": "app"}),
    "Dockerfile beside its context": ComposeCase(
        compose_with_services("a: {build: {context: ./app, dockerfile: ../docker/app.Dockerfile}}"),
        files={"app/k": "", "docker/app.Dockerfile": "FROM alpine\n"},
    ),
    "config": ComposeCase(
        compose_with_one_service("configs: [c]", "configs: {c: {file: ./h.cfg}}\n"), files={"h.cfg": ""}
    ),
    "volumes": ComposeCase(
        compose_with_one_service("volumes: ['data:/m', '/n', 'db:/o:ro']", "volumes: {data: {}, db: {driver: local}}\n")
    ),
}


@pytest.mark.parametrize("case", HOSTILE.values(), ids=HOSTILE)
def test_a_path_that_leads_elsewhere_is_refused(case: ComposeCase, tmp_path: Path) -> None:
    assert case.rule in refused_rules(case.review(tmp_path))


@pytest.mark.parametrize("case", HONEST.values(), ids=HONEST)
def test_a_path_inside_the_repository_is_let_through(case: ComposeCase, tmp_path: Path) -> None:
    review = case.review(tmp_path)
    assert review.may_be_brought_up, [one.line_in("en") for one in (*review.refused, *review.invalid)]


@pytest.mark.parametrize(
    ("mount", "rule"),
    [
        ("v:/v", "volume-of-one-letter"),
        ("v:/v:ro", "volume-of-one-letter"),
        ("c:/data", "volume-of-one-letter"),
        ("é:/data", "volume-of-one-letter"),
        ("data:data", "mount-target"),
        ("./data:data", "mount-target"),
    ],
)
def test_a_mount_that_docker_rejects_is_a_mistake_and_no_offence(mount: str, rule: str, tmp_path: Path) -> None:
    """`docker-compose config` 5.6 reads `v:/v` as an anonymous volume at `v:/v`, which no engine takes."""
    review = ComposeCase(
        compose_with_one_service(f"volumes: ['{mount}']", "volumes: {v: {}, c: {}, data: {}}\n")
    ).review(tmp_path)
    assert not review.refused
    assert [mistake.rule for mistake in review.invalid] == [rule]


def test_the_words_about_a_volume_of_one_letter_say_what_to_do(tmp_path: Path) -> None:
    mistake = (
        ComposeCase(compose_with_one_service("volumes: ['v:/v']", "volumes: {v: {}}\n")).review(tmp_path).invalid[0]
    )
    assert mistake.line_in("en") == (
        "compose.yaml:2: [volume-of-one-letter] `services.a.volumes.0`: Compose reads `v:/v` as a Windows path "
        "(the drive `v:`); give the volume a name of two letters or more"
    )
    assert "donne au volume un nom de deux lettres au moins" in mistake.line_in("fr")


@pytest.mark.parametrize(
    ("rule", "english", "french"),
    [
        ("path-two-ways", "`l/../x.env` goes up (`..`) after a link", "`l/../x.env` remonte (`..`) après un lien"),
        ("path-odd", "this path is too long", "ce chemin est trop long"),
    ],
)
def test_the_words_about_paths(rule: str, english: str, french: str, tmp_path: Path) -> None:
    path = "l/../x.env" if rule == "path-two-ways" else "x" * 300
    files = {"compose.yaml": compose_with_one_service(f"env_file: {path}"), "x.env": "", f"{DEEP}/k": ""}
    refusal = next(one for one in review_files(tmp_path, files, {"l": DEEP}).refused if one.rule == rule)
    assert english in refusal.line_in("en")
    assert french in refusal.line_in("fr")


def test_a_path_is_known_with_every_name_that_is_looked_up_on_its_way(tmp_path: Path) -> None:
    for name in ("home", "repo/a", "repo/b"):
        (tmp_path / name).mkdir(parents=True)
    repo = tmp_path / "repo"
    (repo / "a" / "l").symlink_to("../b")
    located = SubmissionFolders(repo, repo, tmp_path / "home").locate("./a/l/x")
    assert located.real_path == repo / "b" / "x"
    assert located.entries == (repo / "a", repo / "a" / "l", repo / "b", repo / "b" / "x")
    assert located.links == (repo / "a" / "l",)


def test_a_chain_of_links_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "repo").mkdir()
    repo = tmp_path / "repo"
    (repo / "one").symlink_to("two")
    (repo / "two").symlink_to("one")
    with pytest.raises(PathError, match="path-outside"):
        SubmissionFolders(repo, repo, tmp_path / "home").locate("one/x")
