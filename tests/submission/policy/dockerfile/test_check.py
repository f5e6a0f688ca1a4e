"""The Dockerfiles of the table against the policy: hostile ones refused by their rule, honest ones let through."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from grader.submission.policy.dockerfile.check import BuildInputs, check_dockerfile
from grader.submission.policy.findings import Findings, Review
from grader.submission.policy.policy import read_policy
from tests.submission.policy.dockerfiles import HONEST, HOSTILE, SINK_URL, HonestDockerfile, HostileDockerfile

if TYPE_CHECKING:
    from pathlib import Path


def review(data: bytes, folder: Path, **args: str) -> Review:
    file = folder / "Dockerfile"
    file.write_bytes(data.replace(SINK_URL.encode(), b"127.0.0.1:8099"))
    findings = Findings()
    check_dockerfile(file, "Dockerfile", read_policy(), findings, BuildInputs(args))
    return findings.review()


@pytest.mark.parametrize("one", HOSTILE, ids=lambda one: one.name)
def test_a_file_that_could_be_read_differently_is_refused_by_its_rule(one: HostileDockerfile, tmp_path: Path) -> None:
    found = review(one.data, tmp_path)
    assert one.rule in {refusal.rule for refusal in found.refused}, [
        x.line_in("en") for x in (*found.refused, *found.invalid)
    ]


@pytest.mark.parametrize("one", HONEST, ids=lambda one: one.name)
def test_an_honest_file_is_let_through(one: HonestDockerfile, tmp_path: Path) -> None:
    found = review(one.data, tmp_path)
    assert found.may_be_brought_up, [refusal.line_in("en") for refusal in (*found.refused, *found.invalid)]


SAYS = {
    "FROM alpine\nRUN true\x1b\n": """
        Dockerfile:2: [dockerfile-character] caractère de contrôle ou invisible U+001B : les constructeurs d'images
        ne liraient pas tous le même fichier ; efface-le
        Dockerfile:2: [dockerfile-character] control or invisible character U+001B: image builders would not all
        read the same file; delete it""",
    "FROM alpine\nRUN a && \\\n b \\\u00a0\n": r"""
        Dockerfile:3: [dockerfile-continuation] la ligne se termine par plusieurs `\`, ou par `\` suivi d'une espace
        insécable : les constructeurs ne la continuent pas tous ; termine-la par un seul `\`
        Dockerfile:3: [dockerfile-continuation] the line ends with several `\`, or with `\` and a no-break space: not
        all builders continue it; end it with a single `\`""",
    "FROM alpine\nRUN cat <<E\\OF\nEOF\n": """
        Dockerfile:2: [dockerfile-heredoc] `<<EOF` : les constructeurs ne sont pas d'accord sur ce `here-document` ;
        écris `<<EOF`, un simple mot
        Dockerfile:2: [dockerfile-heredoc] `<<EOF`: builders do not agree on this here-document; write `<<EOF`,
        a plain word""",
    "FROM alpine\nENV A=" + "${A:-" * 50 + "\n": f"""
        Dockerfile:2: [dockerfile-word] `ENV A={"${A:-" * 30}${{A…` : trop long une fois les variables remplacées, ou
        trop de variables les unes dans les autres
        Dockerfile:2: [dockerfile-word] `ENV A={"${A:-" * 30}${{A…`: too long once its variables are replaced, or too
        many variables inside each other""",
}


@pytest.mark.parametrize("text", SAYS)
def test_a_refusal_says_what_to_change(text: str, tmp_path: Path) -> None:
    (refusal,) = review(text.encode(), tmp_path).refused
    said = f"{refusal.line_in('fr')} {refusal.line_in('en')}".replace("\u00a0", " ")
    assert said == " ".join(SAYS[text].split())


def test_a_file_of_windows_notepad_is_a_mistake_and_no_offence(tmp_path: Path) -> None:
    found = review("FROM alpine\n".encode("utf-16"), tmp_path)
    assert not found.refused
    assert [mistake.line_in("en") for mistake in found.invalid] == [
        "Dockerfile: [not-utf8] the file is not UTF-8; save it as UTF-8 (Compose and Docker cannot read it either)"
    ]


@pytest.mark.parametrize(
    ("text", "args", "rules"),
    [
        ("ARG BASE=alpine\nFROM $BASE\n", {"BASE": "evil.example/x"}, ["image-registry"]),
        ("ARG BASE=evil.example/x\nFROM $BASE\n", {"BASE": "alpine"}, []),
        ("ARG BASE\nFROM ${BASE:-alpine}\n", {"BASE": "${NOT_EXPANDED}"}, ["image-name"]),
        ("FROM ${BASE:-alpine}\n", {"BASE": "evil.example/x"}, []),  # without an ARG it has no value
        ("FROM alpine\nARG A\nADD ht$A /x\n", {"A": "tp://x"}, ["dockerfile-remote"]),
        ("FROM app-$TARGETARCH\n", {"TARGETARCH": "x.example/y"}, ["dockerfile-variable"]),
    ],
)
def test_the_values_of_a_build_win_over_the_file(
    text: str, args: dict[str, str], rules: list[str], tmp_path: Path
) -> None:
    found = review(text.encode(), tmp_path, **args)
    assert [one.rule for one in (*found.refused, *found.invalid)] == rules


def test_a_file_made_to_take_long_is_judged_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    for text in (
        f"COPY --from={'9' * 5000} /x /x\n",
        "ADD " + "[" * 60_000,
        "ADD $A /x\n" * 6_000,
        "FROM a AS b\n" * 5_000,
        "RUN a <<A\nA\n" * 5_000,
        "RUN " + "<<A " * 15_000,
        "# syntax=x" + " " * 60_000 + "y",
        "RUN a" + "\\" * 60_000,
        "ENV " + "a=$a" * 12_000,
        "FROM ${A" + "#*" * 20_000 + "}",
    ):
        review(f"FROM alpine\n{text}".encode(), tmp_path)
    assert time.monotonic() - started < 30
