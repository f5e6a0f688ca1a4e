"""The command `grader note`: its options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
import msgspec

from grader.command_options import PATH, command, lang_option
from grader.commands.note.gitlab import TOKEN_VARIABLE, merge_request_of
from grader.errors import GraderError
from grader.messages import Texts
from grader.reports.result import read_result
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("files", type=PATH, nargs=-1, required=True)
@lang_option
def note(*, files: tuple[Path, ...], lang: str) -> None:
    """Writes results as notes of the job's merge request."""
    texts = Texts("commands", language_of(lang, os.environ))
    merge_request = merge_request_of(os.environ)
    if merge_request is None:
        print(texts("note.nowhere", variable=TOKEN_VARIABLE))
        return
    for file in files:
        try:
            result = read_result(file)
        except msgspec.DecodeError as error:
            raise GraderError("at.file", file=file, fault=error) from error
        except OSError as error:
            raise GraderError("at.file", file=file, fault=error.strerror) from error
        merge_request.publish(result, texts.language)
        print(texts("note.written", exercise=result.exercise, number=merge_request.number))
