"""What GitHub, Forgejo and Gitea Actions read: annotations in the log, outputs, and the job summary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.messages import in_language
from grader.reports.ci.markdown import markdown_summary
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.messages import Language
    from grader.reports.ci.finding import Finding
    from grader.reports.result import ResultFile

_MAX_ANNOTATIONS: Final = 10
"""Of each severity: GitHub shows no more per step."""


def is_actions(environ: Mapping[str, str]) -> bool:
    """Forgejo and Gitea set the same variable."""
    return environ.get("GITHUB_ACTIONS") == "true"


def annotation_lines(result: ResultFile, findings: Sequence[Finding], language: Language) -> Iterator[str]:
    """Workflow commands: findings at their file and line, and the first failed check."""
    for severity in ("error", "notice"):
        for one in [one for one in findings if one.severity == severity][:_MAX_ANNOTATIONS]:
            line = {"line": str(one.line)} if one.line is not None else {}
            yield _command(severity, {"file": one.file, **line, "title": one.code}, one.text)
    failed = next((check for check in result.checks if check.verdict == "failed"), None)
    if failed:
        yield _command("error", {"title": in_language(failed.title, language)}, in_language(failed.message, language))


def publish(result: ResultFile, language: Language, environ: Mapping[str, str]) -> None:
    """Appends to the step's files: the summary, and the outputs `mark`, `out-of` and `status`."""
    outputs = {
        "mark": "" if result.mark is None else f"{result.mark:g}",
        "out-of": str(result.out_of),
        "status": result.status,
    }
    _append(environ.get("GITHUB_STEP_SUMMARY"), markdown_summary(result, language))
    _append(environ.get("GITHUB_OUTPUT"), "".join(f"{name}={value}\n" for name, value in outputs.items()))


def _append(file: str | None, text: str) -> None:
    if file:
        with Path(file).open("a", encoding="utf-8") as out:
            out.write(text)


def _command(name: str, properties: Mapping[str, str], text: str) -> str:
    given = ",".join(f"{key}={_escaped_property(log_line(value))}" for key, value in properties.items() if value)
    return f"::{name} {given}::" + "%0A".join(_escaped(log_line(line)) for line in text.split("\n"))


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
