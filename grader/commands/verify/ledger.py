"""Verifies the ledger of a results folder, and receipts of students, and prints what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.ledger.key_change import fingerprint_of
from grader.ledger.known_heads import KnownHeads
from grader.ledger.public_key import PublicKey, read_public_key
from grader.ledger.reading import LedgerState, has_ledger
from grader.ledger.receipt import is_in_ledger, read_receipt, verify_receipt
from grader.ledger.signing_key import read_signing_key
from grader.reports.texts import mark_or_none
from grader.results.folder import finish_if_possible
from grader.results.verification import digest_of, verify_results
from grader.scoring.mark import OUT_OF
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.ledger.chain import Entry
    from grader.messages import Texts


def verify_ledger_of(
    folder: Path, public_key: Path | None, receipt: Path | None, texts: Texts, environ: Mapping[str, str]
) -> bool:
    """Prints what is wrong with the folder, then how much was verified; False if anything is wrong."""
    known = KnownHeads.of_user(environ)
    if not has_ledger(folder):
        known.require(LedgerState(), folder, has_results=True)
        return True
    key = _public_key(public_key, environ)
    finish_if_possible(folder, environ)
    report = verify_results(folder, key, known)
    faults = list(report.faults)
    if receipt is not None and not is_in_ledger(read_receipt(receipt), report.ledger.state):
        faults.append(GraderError("receipt.not-in-ledger", path=receipt))
    for fault in faults:
        print(log_line(fault.message(texts.language)))
    keys = report.ledger.keys
    if key is None and keys:
        raise GraderError("receipt.no-key")
    state = report.ledger.state
    print(texts("verify.ledger", entries=len(state.lines), files=report.files, faults=len(faults)))
    print(texts("verify.signed", key=key.fingerprint) if key and keys else texts("verify.unsigned-ledger"))
    for change in state.key_changes if key else ():
        before, after = fingerprint_of(change.before), fingerprint_of(change.after)
        print(log_line(texts("verify.key-change", at=change.at, before=before, after=after)))
    print(texts("verify.head", head=state.head))
    return not faults


def verify_student_receipt(path: Path, public_key: Path | None, texts: Texts, environ: Mapping[str, str]) -> bool:
    """Prints what the school signed for this student; False if the receipt says something else."""
    key = _public_key(public_key, environ)
    if key is None:
        raise GraderError("receipt.no-key")
    receipt = read_receipt(path)
    try:
        entries = verify_receipt(receipt, key)
    except GraderError as error:
        print(log_line(error.message(texts.language)))
        return False
    for entry in entries:
        print(log_line(_line(entry, path, texts)))
    print(texts("verify.signed", key=key.fingerprint))
    return True


def _line(entry: Entry, path: Path, texts: Texts) -> str:
    """`2026-03-09  tp2  attempt 2: 14/20`, and whether the file beside the receipt is the one."""
    body = entry.body
    about = f"{entry.at[:10]}  {body.get('exercise', '')}  {texts(f'verify.kind-{entry.kind}')}"
    if entry.kind in {"attempt", "regrade"}:
        about += f" {body['attempt']}{texts('colon')} {mark_or_none(body['mark'], OUT_OF, texts.language)}"
        beside = path.with_suffix(".json")
        if beside.is_file() and digest_of(beside) == body["digests"].get(".json"):
            about += f"  ({texts('verify.beside', file=beside.name)})"
    elif because := body.get("because"):
        about += f"{texts('colon')} {because}"
    return about


def _public_key(path: Path | None, environ: Mapping[str, str]) -> PublicKey | None:
    if path is not None:
        return read_public_key(path)
    own = read_signing_key(environ)
    return own.public if own else None
