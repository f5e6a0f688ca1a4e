"""The command `grader key`: makes the school's key pair, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from grader.command_options import PATH, command, lang_option
from grader.ledger.key_change import fingerprint_of
from grader.ledger.public_key import read_public_key
from grader.ledger.signing_key import create_key, key_path, public_path, renew_key
from grader.messages import Texts
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("file", type=PATH, required=False)
@click.option("--renew", is_flag=True)
@lang_option
def key(*, file: Path | None, renew: bool, lang: str) -> None:
    """Makes a key, or a new one in its place, and prints where its public half is."""
    texts = Texts("commands", language_of(lang, os.environ))
    path = file or key_path(os.environ)
    if renew:
        change, kept = renew_key(path, os.environ)
        print(texts("key.renewed", path=path))
        print(texts("key.public", path=public_path(path), fingerprint=fingerprint_of(change.after)))
        print(texts("key.kept", path=kept, fingerprint=fingerprint_of(change.before)))
        print(texts("key.seal"))
        return
    is_new = file is not None or not public_path(path).is_file()
    public = create_key(path) if is_new else public_path(path)
    print(texts("key.made" if is_new else "key.there", path=path))
    print(texts("key.public", path=public, fingerprint=read_public_key(public).fingerprint))
