"""The files that a CI service or another grader reads, made from the result of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.grading.job_log import metrics
from grader.reports.ci.classroom50 import classroom50_result
from grader.reports.ci.finding import Finding, advice_findings
from grader.reports.ci.github import is_actions, publish
from grader.reports.ci.gitlab import CODE_QUALITY_FILE, code_quality
from grader.reports.ci.gradescope import gradescope_results
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from grader.messages import Language
    from grader.reports.result import ResultFile
    from grader.submission.policy.findings import Refusal

ExportFormat: TypeAlias = Literal["classroom50", "gradescope"]


def findings_of(refusals: Iterable[Refusal], result: ResultFile, language: Language) -> list[Finding]:
    """Refusals and mistakes, then the advice of `result`."""
    found = [
        Finding(escape_control_characters(one.place.file), one.place.line, one.rule, one.reason_in(language), "error")
        for one in refusals
    ]
    return [*found, *advice_findings(result)]


def write_ci_files(
    result: ResultFile,
    findings: Sequence[Finding],
    *,
    folder: Path,
    language: Language,
    environ: Mapping[str, str],
) -> list[Path]:
    """Write what the CI service of `environ` reads; returns the files in `folder`."""
    if is_actions(environ):
        publish(result, language, environ)
    if environ.get("GITLAB_CI") != "true":
        return []
    files = {folder / "metrics.txt": metrics(result).encode(), folder / CODE_QUALITY_FILE: code_quality(findings)}
    for file, content in files.items():
        if content:
            write_atomically(file, content)
    return [file for file, content in files.items() if content]


def write_exports(
    result: ResultFile, exports: Mapping[ExportFormat, Path], language: Language, environ: Mapping[str, str]
) -> None:
    """Write the result of a student with a mark in other formats. Raises `GraderError` if a file is not writable."""
    if result.mark is None:
        return
    for format_, path in exports.items():
        content = (
            classroom50_result(result, language, environ)
            if format_ == "classroom50"
            else gradescope_results(result, language)
        )
        try:
            write_atomically(path, content)
        except OSError as error:
            raise GraderError("usage.not-writable", path=path, detail=error.strerror) from error
