"""Every kind of tampering with a results folder is seen; an untouched folder verifies."""

from __future__ import annotations

import hashlib
import json
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from grader.ledger.chain import decode_line, encode, line_hash
from grader.ledger.known_heads import KnownHeads
from grader.ledger.public_key import read_public_key
from grader.ledger.reading import read_ledger
from grader.ledger.signing_key import create_key
from grader.results.verification import verify_results
from tests.reports.samples import ANA, BOB, YANN, ZOE
from tests.results.conftest import ResultsBench, again

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ZOE_FILE, BOB_FILE = "tp2/e2301234.json", "tp2/e2301237.json"
FIRST = "tp2/e2301234.attempts/001.json"
CHAIN, CONTENTS = "ledger/chain.jsonl", "ledger/contents.jsonl"


@pytest.fixture
def graded(results: ResultsBench) -> ResultsBench:
    """A class with a second attempt, recordings, a deadline and a correction."""
    results.grade(ZOE, recording=b"first")
    results.grade(BOB, recording=b"of bob")
    results.grade(YANN)
    results.append("deadline", {"exercise": "tp2", "until": "2026-03-03T23:59:00+01:00"})
    shutil.copytree(results.folder, results.folder.with_name("older"))
    correction = {"exercise": "tp2", "kind": "penalty", "points": 2, "because": "late", "by": "prof"}
    results.append("correction", correction, student=BOB.student.id)
    results.grade(again(ZOE, "2026-03-09T10:15:00Z"), recording=b"second")
    results.append("counting", {"exercise": "tp2", "rule": "best"})
    return results


def faults(bench: ResultsBench) -> set[str]:
    """The codes of what `grader verify` finds, with the school's public key."""
    key = read_public_key(bench.public_key)
    return {fault.code for fault in verify_results(bench.folder, key, KnownHeads.of_user(bench.environ)).faults}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def edit_lines(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    lines = path.read_text("utf-8").splitlines(keepends=True)
    changed = change(list(lines))
    assert changed != lines
    path.write_text("".join(changed), "utf-8")


def swap_files(folder: Path, one: str, other: str) -> None:
    first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)


def rehash(bench: ResultsBench, change: Callable[[dict[str, Any]], None], number: int) -> None:
    """Changes one entry, and makes the chain follow again: all that can be done without the key."""
    path = bench.folder / CHAIN
    head, lines = "", []
    for raw in path.read_bytes().splitlines():
        line = json.loads(raw)
        if line["entry"]["number"] == number:
            change(line["entry"])
        line["entry"]["previous"] = head
        made = json.dumps(line, separators=(",", ":")).encode()
        head = line_hash(made)
        lines.append(made + b"\n")
    path.write_bytes(b"".join(lines))


def resign_with(bench: ResultsBench, *, only_last: bool) -> None:
    """Signs entries with a second key, which the school does not know."""
    from grader.ledger.signing_key import read_signing_key  # noqa: PLC0415

    other = bench.folder.parent / "other" / "key.pem"
    create_key(other)
    key = read_signing_key({"GRADER_LEDGER_KEY": str(other)})
    assert key is not None
    path = bench.folder / CHAIN
    raws = path.read_bytes().splitlines()
    head, lines = "", []
    for place, raw in enumerate(raws):
        _line, entry = decode_line(raw)
        if not only_last or place == len(raws) - 1:
            content = json.loads(encode(entry)) | {"previous": head}
            signed = json.dumps(content, separators=(",", ":")).encode()
            signature = key.sign(b"grader-ledger/1\0" + signed)
            raw = b'{"entry":%s,"key":"%s","signature":"%s"}' % (  # noqa: PLW2901
                signed,
                key.public.fingerprint.encode(),
                signature.encode(),
            )
        head = line_hash(raw)
        lines.append(raw + b"\n")
    path.write_bytes(b"".join(lines))


def change_content(bench: ResultsBench, old: str, new: str, *, with_commitment: bool = False) -> None:
    edit(bench.folder / CONTENTS, old, new)
    if with_commitment:
        for line in (bench.folder / CONTENTS).read_bytes().splitlines():
            if new.encode() in line:
                body = line.partition(b'"body":')[2][:-1]
                number, salt = json.loads(line)["number"], json.loads(line)["salt"]
                digest = hashlib.sha256(bytes.fromhex(salt) + body).hexdigest()
                rehash(bench, partial(dict.update, commitment=digest), number)


def cut_both(bench: ResultsBench) -> None:
    for file in (CHAIN, CONTENTS):
        edit_lines(bench.folder / file, lambda lines: lines[:-1])


def put_back_older(bench: ResultsBench) -> None:
    shutil.rmtree(bench.folder)
    shutil.copytree(bench.folder.with_name("older"), bench.folder)


def take_ledger_of_another(bench: ResultsBench) -> None:
    other = ResultsBench(bench.folder.with_name("other-class"), bench.environ)
    other.grade(ANA)
    shutil.rmtree(bench.folder / "ledger")
    shutil.copytree(other.folder / "ledger", bench.folder / "ledger")


def replay_entry_of_another(bench: ResultsBench) -> None:
    other = ResultsBench(bench.folder.with_name("other-class"), bench.environ)
    other.grade(ZOE)
    with (bench.folder / CHAIN).open("ab") as chain:
        chain.write((other.folder / CHAIN).read_bytes().splitlines(keepends=True)[-1])


def forget_without_key(bench: ResultsBench) -> None:
    """Somebody lets a correction disappear with a forged forgetting."""
    state = read_ledger(bench.folder)
    number = len(state.lines)
    entry = {"number": number, "previous": state.head, "at": "2026-04-01T00:00:00Z", "kind": "forgetting"}
    salt, body = "00" * 16, b"{}"
    entry |= {"commitment": hashlib.sha256(bytes.fromhex(salt) + body).hexdigest(), "forgets": [5]}
    with (bench.folder / CHAIN).open("a") as chain:
        chain.write(json.dumps({"entry": entry}, separators=(",", ":")) + "\n")
    edit_lines(bench.folder / CONTENTS, lambda lines: [line for line in lines if '"number":5,' not in line])


Tampering = tuple["Callable[[ResultsBench], object]", str]


def at(file: str, change: Callable[[Path], object]) -> Callable[[ResultsBench], object]:
    return lambda bench: change(bench.folder / file)


def on_lines(file: str, change: Callable[[list[str]], list[str]]) -> Callable[[ResultsBench], object]:
    return lambda bench: edit_lines(bench.folder / file, change)


def moved(old: str, new: str) -> Callable[[ResultsBench], object]:
    return lambda bench: (bench.folder / old).replace(bench.folder / new)


def copied(old: str, new: str) -> Callable[[ResultsBench], object]:
    return lambda bench: shutil.copyfile(bench.folder / old, bench.folder / new)


TAMPERINGS: dict[str, Tampering] = {
    "a mark is edited": (at(BOB_FILE, lambda path: edit(path, '"mark": ', '"mark": 1')), "changed"),
    "a verdict is edited": (at(BOB_FILE, lambda path: edit(path, '"failed"', '"passed"')), "changed"),
    "a name is edited": (at(BOB_FILE, lambda path: edit(path, "Bob", "Rob")), "changed"),
    "a result is deleted": (at(BOB_FILE, lambda path: path.unlink()), "missing"),
    "a report is deleted": (at(BOB_FILE, lambda path: path.with_suffix(".xml").unlink()), "missing"),
    "a report is edited": (at(BOB_FILE, lambda path: edit(path.with_suffix(".xml"), "failures", "faults")), "changed"),
    "a recording is edited": (at(ZOE_FILE, lambda p: p.with_suffix(".recording").write_bytes(b"x")), "changed"),
    "a recording is deleted": (at(ZOE_FILE, lambda p: p.with_suffix(".recording").unlink()), "missing"),
    "two students are swapped": (lambda b: swap_files(b.folder, ZOE_FILE, BOB_FILE), "changed"),
    "two attempts are swapped": (lambda b: swap_files(b.folder, ZOE_FILE, FIRST), "changed"),
    "a result is somebody else's": (copied("tp2/e2301235.json", BOB_FILE), "changed"),
    "an old attempt is put back": (copied(FIRST, ZOE_FILE), "changed"),
    "an attempt is deleted": (at(FIRST, lambda path: path.unlink()), "missing"),
    "an attempt is edited": (at(FIRST, lambda path: edit(path, "Zoé", "Zoe")), "changed"),
    "an attempt gets another number": (moved(FIRST, FIRST.replace("001", "003")), "unknown"),
    "a result is added": (copied(BOB_FILE, "tp2/e999.json"), "unknown"),
    "an attempt is added": (copied(FIRST, FIRST.replace("001", "000")), "unknown"),
    "an exercise is added": (lambda b: shutil.copytree(b.folder / "tp2", b.folder / "tp3"), "unknown"),
    "the last entry is cut": (on_lines(CHAIN, lambda lines: lines[:-1]), "older"),
    "entries and contents are cut": (cut_both, "older"),
    "an entry is cut in half": (on_lines(CHAIN, lambda lines: [*lines[:-1], lines[-1][:40]]), "torn"),
    "an entry is cut out": (on_lines(CHAIN, lambda lines: lines[:2] + lines[3:]), "order"),
    "two entries are swapped": (on_lines(CHAIN, lambda x: [*x[:2], x[3], x[2], *x[4:]]), "order"),
    "an entry is doubled": (on_lines(CHAIN, lambda lines: [*lines, lines[-1]]), "order"),
    "an entry gets another time": (at(CHAIN, lambda path: edit(path, '"at":"2', '"at":"1')), "signature"),
    "an entry is made another kind": (at(CHAIN, lambda path: edit(path, '"deadline"', '"counting"')), "signature"),
    "an entry is no entry": (on_lines(CHAIN, lambda lines: [*lines[:2], "{}\n", *lines[3:]]), "line"),
    "a changed entry is linked again": (lambda b: rehash(b, lambda e: e.update(at="1999"), 2), "signature"),
    "the last signature is taken away": (
        on_lines(CHAIN, lambda lines: [*lines[:-1], lines[-1].partition(',"key"')[0] + "}\n"]),
        "unsigned",
    ),
    "a signature is of another entry": (
        on_lines(CHAIN, lambda x: [*x[:-1], x[-1].partition(',"key"')[0] + "," + x[-2].partition("},")[2]]),
        "signature",
    ),
    "everything is signed with a second key": (lambda b: resign_with(b, only_last=False), "other-key"),
    "the last entry is signed with a second key": (lambda b: resign_with(b, only_last=True), "other-key"),
    "an entry of another class is replayed": (replay_entry_of_another, "order"),
    "the ledger is another class's": (take_ledger_of_another, "replaced"),
    "the ledger is deleted": (at("ledger", shutil.rmtree), "replaced"),
    "an older folder is put back": (put_back_older, "older"),
    "a deadline is changed": (lambda b: change_content(b, "2026-03-03T", "2026-03-30T"), "content"),
    "a deadline is changed in the chain, too": (
        lambda b: change_content(b, "2026-03-03T", "2026-03-30T", with_commitment=True),
        "signature",
    ),
    "a penalty is changed": (lambda b: change_content(b, '"points":2,', '"points":0,'), "content"),
    "a penalty is given to somebody else": (
        lambda b: change_content(b, '"e2301237","exercise":"tp2","kind"', '"e1","exercise":"tp2","kind"'),
        "content",
    ),
    "a correction disappears": (
        on_lines(CONTENTS, lambda lines: [line for line in lines if '"penalty"' not in line]),
        "no-content",
    ),
    "a correction is forgotten without the key": (forget_without_key, "unsigned"),
    "a content is doubled": (on_lines(CONTENTS, lambda lines: [*lines, lines[-1]]), "content-unknown"),
    "a content is garbled": (on_lines(CONTENTS, lambda lines: ["}\n", *lines[1:]]), "content-line"),
    "a salt is changed": (
        on_lines(CONTENTS, lambda x: [x[0].replace('"salt":"', '"salt":"00')[:-1] + "\n", *x[1:]]),
        "content",
    ),
}  # fmt: skip


def test_an_untouched_folder_verifies(graded: ResultsBench) -> None:
    report = verify_results(graded.folder, read_public_key(graded.public_key), KnownHeads.of_user(graded.environ))
    assert not report.faults
    assert report.files == 11
    assert len(report.ledger.state.entries) == len(report.ledger.state.lines) == 8


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_seen(graded: ResultsBench, name: str) -> None:
    tamper, code = TAMPERINGS[name]
    tamper(graded)
    assert f"{'ledger' if code in {'older', 'replaced'} else 'tampered'}.{code}" in faults(graded)


def test_there_are_many_kinds_of_it() -> None:
    assert len(TAMPERINGS) >= 25


@pytest.mark.parametrize("name", ["a deadline is changed", "an entry is cut out", "a penalty is changed"])
def test_what_was_tampered_with_is_not_used_either(graded: ResultsBench, name: str) -> None:
    """Whoever reads marks gets an error, not other marks."""
    from grader.errors import GraderError  # noqa: PLC0415
    from grader.results.class_results import read_class_results  # noqa: PLC0415

    TAMPERINGS[name][0](graded)
    with pytest.raises(GraderError, match="does not follow"):
        read_class_results(graded.folder)
