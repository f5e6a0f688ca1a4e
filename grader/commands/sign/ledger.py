"""Signs the entries of a ledger that were made without a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.exceptions import Exit

from grader import exit_codes
from grader.ledger.ledger import Ledger, NewEntry
from grader.ledger.reading import has_ledger
from grader.ledger.signing_key import read_signing_key
from grader.results.verification import verify_results
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.messages import Texts


def sign_ledger_of(folder: Path, texts: Texts, environ: Mapping[str, str]) -> bool:
    """Signs what is unsigned; False without a ledger or a key. Nothing is signed if anything is wrong with it."""
    key = read_signing_key(environ)
    if key is None or not has_ledger(folder):
        return False
    report = verify_results(folder, None)
    for fault in report.faults:
        print(log_line(fault.message(texts.language)))
    if report.faults:
        raise Exit(exit_codes.FAILED)
    ledger = Ledger(folder, key)
    if count := report.ledger.unsigned:
        ledger.append_all([NewEntry("signature", {"entries": count})], covers_unsigned=True)
    else:
        ledger.append_all([])  # notes a new key, if there is one
    print(texts("sign.ledger", count=count, key=key.public.fingerprint))
    return True
