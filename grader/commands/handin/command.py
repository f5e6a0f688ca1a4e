"""The command `grader handin`: grades this machine, and makes the file to hand in."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit
from msgspec.structs import replace

from grader import exit_codes
from grader.atomic_file import write_atomically
from grader.command_options import PATH, command, lang_option, ports_option, ssh_config_option
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.exercise.spec import require_ports
from grader.grading.request import request_of
from grader.grading.run import grade
from grader.handin.handin_file import SUFFIX, encode_handin, receipt_of
from grader.messages import Texts
from grader.reports.texts import points_summary, reason_text
from grader.roster.file_name import file_name_for
from grader.scoring.suite import read_suite
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.result import ResultFile


@command
@click.argument("exercise", default="")
@click.option("--student", default="")
@click.option("--code", default="")
@click.option("--to", type=PATH)
@click.option("--machine", default="")
@ssh_config_option
@ports_option
@lang_option
def handin(
    *,
    exercise: str,
    student: str,
    code: str,
    to: Path | None,
    machine: str,
    ssh_config: Path | None,
    ports: str,
    lang: str,
) -> None:
    """Makes one file to hand in: a recording of this machine and its result."""
    language = language_of(lang, os.environ)
    found = find_exercise(exercise)
    student = _require_student(student, Texts("commands", language))
    options = {"machine": machine, "student": student, "ports": ports, "ssh_config": ssh_config, "record": True}
    request = request_of(options, os.environ, found)
    suite = read_suite(request.exercise)
    require_ports(suite.spec, suite.id, request.ports)
    if request.machine.scheme == "recording":
        raise GraderError("usage.handin-recording")
    graded = grade(suite, replace(request, record=True))
    if graded.recording is None or graded.result.status != "graded":
        print(log_line(reason_text(graded.result, language)), file=sys.stderr)
        raise Exit(exit_codes.NOT_GRADED)
    content = encode_handin(graded.result, graded.recording, code.strip())
    path = to or Path(f"{suite.id}-{file_name_for(graded.result.student.id)}{SUFFIX}")
    try:
        write_atomically(path, content)
    except OSError as error:
        raise GraderError("usage.not-writable", path=path, detail=error.strerror) from error
    _print_receipt(graded.result, path, receipt_of(content), language)


def _require_student(given: str, texts: Texts) -> str:
    """The student's id: asks for it at a terminal. The name of the account would be taken for another student's."""
    while not given.strip():
        if not sys.stdin.isatty():
            raise GraderError("usage.handin-student")
        given = click.prompt(texts("handin.student"))
    return given


def _print_receipt(result: ResultFile, path: Path, receipt: str, language: Language) -> None:
    texts = Texts("commands", language)
    print(log_line(f"{result.exercise} · {result.student.id} · {points_summary(result, language)}"))
    print(log_line(texts("handin.file", path=path)))
    print(log_line(texts("handin.receipt", receipt=receipt, at=result.started_at)))
    print(log_line(texts("handin.not-proof")))
