"""The command `grader key`: makes the school's key pair, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from grader.command_options import PATH, command, lang_option
from grader.ledger.signing_key import create_key, key_path, public_path, read_public_key
from grader.messages import Texts
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("file", type=PATH, required=False)
@lang_option
def key(*, file: Path | None, lang: str) -> None:
    """Makes a key, and prints where its public half is."""
    texts = Texts("commands", language_of(lang, os.environ))
    path = file or key_path(os.environ)
    is_new = file is not None or not public_path(path).is_file()
    public = create_key(path) if is_new else public_path(path)
    print(texts("key.made" if is_new else "key.there", path=path))
    print(texts("key.public", path=public, fingerprint=read_public_key(public).fingerprint))
