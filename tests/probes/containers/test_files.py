"""A file or folder as `docker cp` copies it out: its content, and where a symbolic link leads."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.exercise.spec import ExerciseSpec
from grader.machine.machine import Machine
from grader.machine.question import Answer, EngineQuestion, NoAnswer
from grader.probes.containers.files import FileFact, parse_archive, parse_tree, read_container_file
from tests.machine.scripts import ScriptedTransport
from tests.probes.malformed_answers import BIDI, assert_fact_or_probe_failed, assert_probe_failed, many_examples
from tests.scripted_machine import DOCKER_26, PODMAN_4, ScriptedAnswers, scripted_machine

if TYPE_CHECKING:
    from grader.machine.question import Question


class Holds(ScriptedTransport):
    """An engine whose container has these files; an entry whose content starts with `->` is a link."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__()
        self._files = files

    def ask(self, question: Question) -> Answer | NoAnswer:
        assert isinstance(question, EngineQuestion)
        path = dict(question.query)["path"]
        if path not in self._files:
            return Answer(404)
        member, words = tarfile.TarInfo(path.rpartition("/")[2]), self._files[path]
        if words.startswith("->"):
            member.type, member.linkname, words = tarfile.SYMTYPE, words[2:], ""
        member.size = len(words)
        body = io.BytesIO()
        with tarfile.open(fileobj=body, mode="w") as tar:
            tar.addfile(member, io.BytesIO(words.encode()))
        return Answer(body=body.getvalue())


def read(path: str, **files: str) -> FileFact | None:
    named = {name.replace("__", "/"): words for name, words in files.items()}
    return read_container_file(Machine(Holds(named), ExerciseSpec(points=20, title={})), "c0ffee", path)


def test_a_link_is_followed_to_its_file() -> None:
    found = read("/foo/hello", __foo__hello="->hello.sh", **{"/foo/hello.sh": "hello world"})
    assert found
    assert (found.content, found.real_path, found.link_target, found.is_folder) == (
        b"hello world",
        "/foo/hello.sh",
        "",
        False,
    )


def test_a_link_may_climb_and_be_absolute() -> None:
    found = read("/foo/hello", __foo__hello="->../bar/a", __bar__a="->/b", __b="x")
    assert found
    assert (found.content, found.real_path) == (b"x", "/b")


def test_a_link_to_nowhere_is_told_as_a_link_and_not_as_a_folder() -> None:
    found = read("/foo/hello", __foo__hello="->/home/anna/hello")
    assert found
    assert (found.link_target, found.is_folder, found.content) == ("/home/anna/hello", False, b"")


def test_two_links_that_lead_to_each_other_end() -> None:
    found = read("/a", __a="->b", __b="->a")
    assert found
    assert found.link_target


def test_nothing_there_is_nothing() -> None:
    assert read("/foo/hello") is None


def tar(*members: tuple[str, Any], mode: int = 0o644, mtime: int = 1_790_000_000) -> bytes:
    """An archive of files (bytes), folders (`None`) and links (text), as Docker packs them."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, what in members:
            member = tarfile.TarInfo(name)
            member.mode, member.mtime = mode, mtime
            if what is None:
                member.type = tarfile.DIRTYPE
            elif isinstance(what, str):
                member.type, member.linkname = tarfile.SYMTYPE, what
            else:
                member.size = len(what)
            archive.addfile(member, io.BytesIO(what) if isinstance(what, bytes) else None)
    return body.getvalue()


def stat(**told: Any) -> dict[str, str]:
    return {"x-docker-container-path-stat": base64.b64encode(json.dumps(told).encode()).decode()}


def copied(answer: Any, path: str = "/foo/hello", version: dict[str, Any] = DOCKER_26) -> FileFact | None:
    return read_container_file(
        scripted_machine({f"/containers/c1/archive?path={path}": answer}, version=version), "c1", path
    )


def test_a_file_is_told_with_its_words_its_mode_and_its_time() -> None:
    link = ScriptedAnswers({"/containers/c1/archive?path=/foo/hello": tar(("hello", b"hello world"), mode=0o755)})
    assert read_container_file(scripted_machine(link), "c1", "/foo/../foo/hello/") == FileFact(
        is_folder=False, content=b"hello world", mode=0o755, modified_at=1_790_000_000.0, real_path="/foo/hello"
    )
    assert link.question_keys == ["/containers/c1/archive?path=/foo/hello"]


def test_the_exact_time_is_in_a_header_where_an_engine_has_it() -> None:
    answer = Answer(body=tar(("hello", b"")), headers=stat(name="hello", size=0, mtime="2027-01-15T08:00:00.25+00:00"))
    fact = copied(answer)
    assert fact
    assert fact.modified_at == 1_800_000_000.25


@pytest.mark.parametrize(
    "header",
    ["", "x", "é", "====", "bnVsbA==", "e30=", stat(mtime=None)["x-docker-container-path-stat"],
     stat(mtime="yesterday")["x-docker-container-path-stat"], base64.b64encode(b"[" * 9000).decode()],
)  # fmt: skip
def test_a_header_that_says_no_time_leaves_that_of_the_archive(header: str) -> None:
    fact = copied(Answer(body=tar(("hello", b"")), headers={"x-docker-container-path-stat": header}))
    assert fact
    assert fact.modified_at == 1_790_000_000.0


DOCKER_FOLDER = [
    ("site/", None), ("site/index.html", b"<h1>"), ("site/img/", None), ("site/img/a.png", b"x"), ("site/l", "img"),
    ("site/img/deep", "nowhere"),
]  # fmt: skip


def test_a_folder_is_told_with_the_names_and_links_of_its_first_level() -> None:
    fact = parse_archive(tar(*DOCKER_FOLDER))
    assert (fact.is_folder, fact.names, fact.link_targets) == (True, ("index.html", "img", "l"), (("l", "img"),))
    assert fact.content == b""


def test_podman_packs_a_folder_without_its_name() -> None:
    fact = parse_archive(tar(("/", None), ("index.html", b"<h1>"), ("img/", None), ("img/a.png", b"x"), ("l", "img")))
    assert (fact.is_folder, fact.names, fact.link_targets) == (True, ("index.html", "img", "l"), (("l", "img"),))
    assert parse_archive(tar(("./", None), ("./a", b""))).is_folder


def test_an_empty_folder_is_a_folder() -> None:
    assert parse_archive(tar(("site/", None))) == FileFact(is_folder=True, mode=0o644, modified_at=1_790_000_000.0)


def test_bits_beside_the_permissions_are_left_out() -> None:
    assert parse_archive(tar(("x", b""), mode=0o104755)).mode == 0o4755


def test_a_file_of_two_names_has_both_in_a_tree_whichever_is_the_link() -> None:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as archive:
        archive.addfile(member := tarfile.TarInfo("./same.html"))
        member.name, member.type, member.linkname = "./index.html", tarfile.LNKTYPE, "./same.html"
        archive.addfile(member)
        member.name, member.linkname = "./outside.html", "../same.html"
        archive.addfile(member)
    tree = parse_tree(body.getvalue())
    assert tree
    assert tree.files.keys() == {"same.html", "index.html"}
    assert len(set(tree.files.values())) == 1


def test_what_came_before_a_cut_is_told() -> None:
    whole = tar(*DOCKER_FOLDER)
    assert parse_archive(whole[: 512 * 3]).names == ("index.html",)
    big = tar(("hello", b"x" * 3_000_000))
    fact = copied(Answer(body=big[:2_000_000], truncated=True))
    assert fact
    assert len(fact.content) == 1024 * 1024
    assert_probe_failed("answer-garbled", lambda: copied(Answer(body=big[:2000], truncated=True)))


@pytest.mark.parametrize("body", [b"", b"\0" * 1024, b"<html>" * 200, b"x" * 512, tar(("hello", b""))[:100]])
def test_what_is_no_archive_is_refused(body: bytes) -> None:
    assert assert_probe_failed("answer-garbled", lambda: copied(body)).values["asked"] == "docker cp"


@pytest.mark.parametrize("status", [400, 403, 409, 500])
def test_a_refusal_of_the_engine_is_told_with_the_path(status: int) -> None:
    refusal = assert_probe_failed("answer-unexpected", lambda: copied(Answer(status, b"no:\x1b not a directory")))
    assert refusal.values == {"asked": "docker cp /foo/hello", "detail": f"{status} no:\\x1b not a directory"}


def test_podman_does_not_copy_a_file_that_is_mounted_by_itself() -> None:
    answer = Answer(500, b'{"cause":"not a directory"}')
    assert copied(answer, version=PODMAN_4) == FileFact(is_folder=False, real_path="/foo/hello")
    assert_probe_failed("answer-unexpected", lambda: copied(Answer(500, b"other"), version=PODMAN_4))
    assert_probe_failed("answer-unexpected", lambda: copied(Answer(403, b"not a directory"), version=PODMAN_4))


def test_podman_has_nothing_to_tell_of_a_link_to_nowhere_but_its_folder_has() -> None:
    folder = tar(("/", None), ("hello", "/home/anna/hello"), ("other", b""))
    table: dict[str, Any] = {
        "/containers/c1/archive?path=/foo/hello": Answer(404),
        "/containers/c1/archive?path=/foo": folder,
        "/containers/c1/archive?path=/home/anna/hello": Answer(404),
        "/containers/c1/archive?path=/home/anna": Answer(404),
        "/containers/c1/archive?path=/foo/other": Answer(404),
    }
    machine = scripted_machine(table, version=PODMAN_4)
    found = read_container_file(machine, "c1", "/foo/hello")
    assert found == FileFact(is_folder=False, link_target="/home/anna/hello", real_path="/foo/hello")
    assert read_container_file(machine, "c1", "/foo/other") is None
    assert read_container_file(machine, "c1", "/home/anna/hello") is None
    link = ScriptedAnswers(table)
    assert read_container_file(scripted_machine(link), "c1", "/foo/hello") is None
    assert link.question_keys == ["/containers/c1/archive?path=/foo/hello"], "Docker tells it by itself"


def test_a_link_whose_words_are_no_text_is_told_as_one_that_leads_nowhere() -> None:
    named = tar(("hello", "caf\udce9"))
    fact = copied(named)
    assert fact
    assert (fact.link_target, fact.is_folder, fact.real_path) == ("caf\udce9", False, "/foo/hello")


def test_links_are_followed_only_so_far() -> None:
    table = {f"/containers/c1/archive?path=/{n}": tar((str(n), str(n + 1))) for n in range(12)}
    link = ScriptedAnswers(table)
    fact = read_container_file(scripted_machine(link), "c1", "/0")
    assert fact
    assert fact.link_target == "9"
    assert len(link.questions) == 9


WHOLE = tar(*DOCKER_FOLDER, (BIDI.replace("\0", ""), b"x"))


@many_examples
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=12), st.integers(0, len(WHOLE))
)
def test_any_archive_is_a_fact_or_a_refusal(flips: list[tuple[int, int]], kept: int) -> None:
    body = bytearray(WHOLE[: kept or None])
    for at, value in flips:
        if at < len(body):
            body[at] = value
    assert_fact_or_probe_failed(lambda: copied(Answer(body=bytes(body))))


@many_examples
@given(st.binary(max_size=2000), st.text())
def test_any_bytes_are_a_fact_or_a_refusal(body: bytes, header: str) -> None:
    headers = {"x-docker-container-path-stat": header}
    for version in (DOCKER_26, PODMAN_4):
        assert_fact_or_probe_failed(lambda version=version: copied(Answer(body=body, headers=headers), version=version))  # type: ignore[misc]
