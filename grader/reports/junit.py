"""The JUnit that CI reads, the only place that writes it.

junit-xml 1.9 writes a failure without text as a pass, keeps one failure of two, and leaves the characters that
XML forbids to whoever reads the file. So every text is cleaned before, is never empty, and the file is parsed
again and compared, case by case, before anyone gets it.

Of JUnit, GitLab reads `classname`, `name`, `file`, `time` and the text of failure, error and skipped. It ignores
`message` and properties. All that a student needs therefore stands in the text. How verdicts are shown:
passed is passed; failed is a failure; error is an error; skipped is skipped; blocked is skipped too, with
the name of the check it waits for, so that the one cause is the one failure and nothing blocked looks green.
"""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import junit_xml

from grader.errors import GraderError
from grader.reports.junit_case import Case, Kind, cases_of
from grader.reports.plain import one_line, shortened
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.messages import Language
    from grader.reports.results import ResultFile

__all__ = ["junit_for", "junit_for_class"]

LARGEST: Final = 30_000_000
"""Bytes: GitLab refuses a larger report ("smaller than 30 MB", Unit test reports)."""
TEXT_LIMITS: Final = (65536, 16384, 4096, 1024, 256, 64)
"""Characters kept of each text: a class too large for one limit is written with the next."""
DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
"""Python writes none for UTF-8, and some readers then guess."""
TAGS: Final[dict[str, Kind]] = {"failure": "failure", "error": "error", "skipped": "skipped"}


class Suite(NamedTuple):
    name: str
    started_at: str
    cases: list[Case]


def junit_for(result: ResultFile, lang: Language) -> bytes:
    """One student's report, UTF-8. The class name is the exercise's, the test names are the checks' ids."""
    exercise = one_line(result.exercise)
    return written([Suite(exercise, result.started_at, cases_of(result, exercise, lang))])


def junit_for_class(results: Iterable[ResultFile], lang: Language) -> bytes:
    """A class in one report, UTF-8: one suite a student, the class name `tp2.<student>`, the file name of the id.

    Raises `GraderError` where a student comes twice for one exercise, or the class cannot fit under GitLab's limit.
    """
    suites = []
    for result in results:
        name = f"{one_line(result.exercise)}.{file_name_for(result.student.id)}"
        suites.append(Suite(name, result.started_at, cases_of(result, name, lang)))
    [(name, times)] = Counter(suite.name for suite in suites).most_common(1) or [("", 0)]
    if times > 1:
        raise GraderError(f"{name} comes {times} times: a class has one result for a student and an exercise")
    return written(suites)


def written(suites: list[Suite]) -> bytes:
    for limit in TEXT_LIMITS:
        if sum(min(len(case.text), limit) for suite in suites for case in suite.cases) > LARGEST:
            continue  # as a character is a byte at least, this one need not be tried
        cut = [suite._replace(cases=[shorter(case, limit) for case in suite.cases]) for suite in suites]
        data = build(cut)
        if len(data) < LARGEST:
            check(data, cut)
            return data
    raise GraderError(f"{len(suites)} students do not fit in the {LARGEST} bytes that GitLab takes: split the class")


def shorter(case: Case, limit: int) -> Case:
    return dataclasses.replace(case, text=shortened(case.text, limit), message=shortened(case.message, min(limit, 256)))


def build(suites: list[Suite]) -> bytes:
    document = junit_xml.to_xml_report_string(
        [
            junit_xml.TestSuite(suite.name, [built(case) for case in suite.cases], timestamp=one_line(suite.started_at))
            for suite in suites
        ],
        prettyprint=False,
        # Without it the library writes `&#65534;`, which passes its own cleaning and no parser.
        encoding="utf-8",
    )
    return DECLARATION + str(document).encode()


def built(case: Case) -> junit_xml.TestCase:
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


def check(data: bytes, suites: list[Suite]) -> None:
    """Reads `data` as CI will. Raises `GraderError` where it is not what was meant, to the last character."""
    meant = [(case.classname, case.name, case.file, case.kind, case.text) for suite in suites for case in suite.cases]
    root = ET.fromstring(data)  # noqa: S314  (our own bytes, built just above)
    found = [read(element) for element in root.iter("testcase")]
    if found != meant:
        wrong = next((two for two in zip(meant, found, strict=False) if two[0] != two[1]), (len(meant), len(found)))
        raise GraderError(f"the JUnit that was written is not the one that was meant: {wrong!r:.500}")
    kinds = Counter(case.kind for suite in suites for case in suite.cases)
    counts = {"tests": len(meant), "failures": kinds["failure"], "errors": kinds["error"]}
    if any(int(root.get(name, 0)) != count for name, count in counts.items()):
        raise GraderError(f"the JUnit that was written counts {root.attrib}, and {counts} was meant")


def read(element: ET.Element) -> tuple[str, str, str, Kind, str]:
    kind, text = next(
        ((TAGS[child.tag], child.text or "") for child in element if child.tag in TAGS),
        ("passed", element.findtext("system-out") or ""),
    )
    return (element.get("classname", ""), element.get("name", ""), element.get("file", ""), kind, text)
