"""Writes the JUnit report for CI.

junit-xml 1.9 writes a failure without text as a pass, keeps one failure of two, and leaves the characters that
XML forbids to the reader of the file. So every text is cleaned first and never empty, and the file is parsed
again and compared, case by case, before it is written.

Of JUnit, GitLab reads `classname`, `name`, `file`, `time` and the text of failure, error and skipped. It ignores
`message` and properties. So everything that a student needs is in the text. How verdicts are shown:
passed is passed; failed is a failure; error is an error; skipped is skipped; blocked is skipped too, with
the name of the check it waits for, so that one cause is one failure and nothing blocked looks green.
"""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import junit_xml

from grader.errors import GraderError
from grader.reports.junit.case import CaseKind, JUnitCase, junit_cases
from grader.roster.file_name import file_name_for
from grader.text.escaping import one_line, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.messages import Language
    from grader.reports.result import ResultFile

LARGEST: Final = 30_000_000
"""Bytes: GitLab refuses a larger report ("smaller than 30 MB", Unit test reports)."""
TEXT_LIMITS: Final = (65536, 16384, 4096, 1024, 256, 64)
"""Characters kept of each text: a class too large for one limit is written with the next."""
DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
"""Python writes none for UTF-8, and some readers then guess the encoding."""
TAGS: Final[dict[str, CaseKind]] = {"failure": "failure", "error": "error", "skipped": "skipped"}


class JUnitSuite(NamedTuple):
    name: str
    started_at: str
    cases: list[JUnitCase]


def junit_for(result: ResultFile, lang: Language) -> bytes:
    """One student's report, UTF-8. The class name is the exercise, the test names are the ids of the checks."""
    exercise = one_line(result.exercise)
    return write_suites([JUnitSuite(exercise, result.started_at, junit_cases(result, exercise, lang))])


def junit_for_class(results: Iterable[ResultFile], lang: Language) -> bytes:
    """A class in one report, UTF-8: one suite per student, with the class name `tp2.<student>`.

    Raises `GraderError` if a student has two results for one exercise, or the class exceeds GitLab's limit.
    """
    suites = []
    for result in results:
        name = f"{one_line(result.exercise)}.{file_name_for(result.student.id)}"
        suites.append(JUnitSuite(name, result.started_at, junit_cases(result, name, lang)))
    [(name, times)] = Counter(suite.name for suite in suites).most_common(1) or [("", 0)]
    if times > 1:
        raise GraderError("report.junit-twice", name=name, times=times)
    return write_suites(suites)


def write_suites(suites: list[JUnitSuite]) -> bytes:
    for limit in TEXT_LIMITS:
        if sum(min(len(case.text), limit) for suite in suites for case in suite.cases) > LARGEST:
            continue  # a character is at least a byte, so this limit cannot fit
        cut = [suite._replace(cases=[shorten_case(case, limit) for case in suite.cases]) for suite in suites]
        data = build_xml(cut)
        if len(data) < LARGEST:
            verify_xml(data, cut)
            return data
    raise GraderError("report.junit-size", count=len(suites), limit=LARGEST)


def shorten_case(case: JUnitCase, limit: int) -> JUnitCase:
    return dataclasses.replace(case, text=shorten(case.text, limit), message=shorten(case.message, min(limit, 256)))


def build_xml(suites: list[JUnitSuite]) -> bytes:
    document = junit_xml.to_xml_report_string(
        [
            junit_xml.TestSuite(
                suite.name, [build_case(case) for case in suite.cases], timestamp=one_line(suite.started_at)
            )
            for suite in suites
        ],
        prettyprint=False,
        # Without it the library writes `&#65534;`, which passes its own cleaning and no parser.
        encoding="utf-8",
    )
    return DECLARATION + str(document).encode()


def build_case(case: JUnitCase) -> junit_xml.TestCase:
    made = junit_xml.TestCase(
        case.name,
        classname=case.classname,
        file=case.file,
        elapsed_sec=case.seconds,
        stdout=case.text if case.kind == "passed" else None,
    )
    match case.kind:
        case "failure":
            made.add_failure_info(case.message, case.text)
        case "error":
            made.add_error_info(case.message, case.text)
        case "skipped":
            made.add_skipped_info(case.message, case.text)
        case "passed":
            pass
    return made


def verify_xml(data: bytes, suites: list[JUnitSuite]) -> None:
    """Parses `data` as CI does. Raises `GraderError` if any character differs from what was meant."""
    meant = [(case.classname, case.name, case.file, case.kind, case.text) for suite in suites for case in suite.cases]
    root = ET.fromstring(data)  # noqa: S314  (our own bytes, built just above)
    found = [parse_case(element) for element in root.iter("testcase")]
    if found != meant:
        wrong = next((two for two in zip(meant, found, strict=False) if two[0] != two[1]), (len(meant), len(found)))
        raise GraderError("report.junit-differs", detail=f"{wrong!r:.500}")
    kinds = Counter(case.kind for suite in suites for case in suite.cases)
    counts = {"tests": len(meant), "failures": kinds["failure"], "errors": kinds["error"]}
    if any(int(root.get(name, 0)) != count for name, count in counts.items()):
        raise GraderError("report.junit-counts", found=root.attrib, meant=counts)


def parse_case(element: ET.Element) -> tuple[str, str, str, CaseKind, str]:
    kind, text = next(
        ((TAGS[child.tag], child.text or "") for child in element if child.tag in TAGS),
        ("passed", element.findtext("system-out") or ""),
    )
    return (element.get("classname", ""), element.get("name", ""), element.get("file", ""), kind, text)
