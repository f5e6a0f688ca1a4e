"""The JUnit report says what the results say, to every reader, whatever the texts contain."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from xml.parsers.expat import ExpatError

import junit_xml
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.messages import Words
from grader.reports.junit import writer
from grader.reports.junit.case import junit_cases
from grader.reports.junit.writer import junit_for, junit_for_class
from grader.reports.result import CheckResult, ResultFile, Student
from tests.hypothesis_profile import DETERMINISTIC
from tests.reports.samples import (
    ANA,
    ANSWERS,
    BOB,
    CLASS,
    FILE,
    MOUNT,
    RUNS,
    SERVES,
    ZOE,
    graded,
    not_graded,
    with_verdict,
)

HOSTILE = "\x1b[31mrouge\x00\ufffe\uffff\udc80\u202e<script>&]]>\x85\r\n=cmd|' /C calc'!A0"


HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


def parsed(data: bytes | str) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314  (what this test has just had written)


def cases(data: bytes) -> list[ET.Element]:
    return list(parsed(data).iter("testcase"))


def case(data: bytes, name: str) -> ET.Element:
    [found] = [element for element in cases(data) if element.get("name") == name]
    return found


def text(element: ET.Element, tag: str) -> str:
    [child] = element.findall(tag)
    return child.text or ""


def with_texts(check: CheckResult, said: str) -> CheckResult:
    """`check` with `said` in every text that comes from a machine or an exercise."""
    words = Words(fr=said, en=said)
    return msgspec.structs.replace(check, title=words, message=words, hint=words, evidence=[said, said])


def test_a_passed_check_says_its_points_in_system_out() -> None:
    element = case(junit_for(ZOE, "en"), "test_web_runs")
    assert [child.tag for child in element] == ["system-out"]
    assert text(element, "system-out") == "3/3 points – the container `web` runs"


def test_a_failure_says_points_message_hint_evidence_and_code_in_its_text() -> None:
    element = case(junit_for(ZOE, "fr"), "test_site_answers")
    assert [child.tag for child in element] == ["failure"]
    assert text(element, "failure").split("\n") == [
        "0/3 points – le site répond sur ton port",
        "le port 80 est publié vers 4000 : c'est l'inverse",
        "Piste\u00a0: dans `-p`, le port de la machine vient d'abord",
        "Ce qui a été observé\u00a0:",
        "  0.0.0.0:80->4000/tcp",
        "  GET http://127.0.0.1:4000/ : connection refused",
        "[port-reversed]",
    ]


def test_a_blocked_check_is_skipped_and_names_what_it_waits_for() -> None:
    element = case(junit_for(ZOE, "en"), "test_page_is_served")
    assert [child.tag for child in element] == ["skipped"]
    assert "waits for `test_site_answers`" in text(element, "skipped")


def test_a_skipped_check_says_that_its_points_are_still_to_be_earned() -> None:
    element = case(junit_for(ZOE, "en"), "test_survives")
    assert text(element, "skipped") == ("0/2 points – survives a restart\nNot tried: its points can still be earned")


def test_an_instrument_that_failed_is_an_error_and_not_the_students() -> None:
    element = case(junit_for(ZOE, "en"), "test_foo_says_hello")
    assert [child.tag for child in element] == ["error"]
    assert "the grader could not look, which is not the student's fault" in text(element, "error")
    assert "the engine did not answer in 20 s" in text(element, "error")


def test_the_counts_are_those_of_the_verdicts() -> None:
    root = parsed(junit_for(ZOE, "en"))
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "5",
        "failures": "1",
        "errors": "1",
    }
    assert root[0].get("skipped") == "2"


def test_a_student_without_a_mark_has_one_error_and_no_zero() -> None:
    data = junit_for(ANA, "fr")
    [element] = cases(data)
    assert element.get("name") == "not-graded"
    assert text(element, "error") == "Pas de note\u00a0: la machine ne répond pas en SSH"
    assert b"0/" not in data


def test_a_student_without_a_mark_has_only_errors_whatever_was_seen_before() -> None:
    data = junit_for(not_graded(Student(id="e1"), [RUNS, ANSWERS, SERVES, MOUNT]), "en")
    assert [[child.tag for child in element] for element in cases(data)] == [["error"]] * 4
    assert all("No mark: the machine does not answer over SSH" in text(element, "error") for element in cases(data))
    assert b" points" not in data


def test_names_and_places_are_the_same_in_both_languages() -> None:
    french, english = (
        [
            (element.get("classname"), element.get("name"), element.get("file"))
            for element in cases(junit_for(ZOE, lang))
        ]
        for lang in ("fr", "en")
    )
    assert french == english
    assert french[1] == ("tp2", "test_site_answers", FILE)


def test_times_are_seconds() -> None:
    assert float(case(junit_for(ZOE, "en"), "test_site_answers").get("time", "")) == pytest.approx(0.4)


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), -1.0, 0.0])
def test_a_time_that_is_none_is_left_out(seconds: float) -> None:
    check = msgspec.structs.replace(RUNS, duration_s=seconds)
    [element] = cases(junit_for(graded(Student(id="e1"), [check]), "en"))
    assert "time" not in element.attrib


def test_it_is_utf8_and_says_so() -> None:
    data = junit_for(ZOE, "fr")
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    assert "le site répond".encode() in data


def test_a_class_has_one_suite_a_student_and_every_check_of_each() -> None:
    root = parsed(junit_for_class(CLASS, "en"))
    assert [suite.get("name") for suite in root] == [f"tp2.e230123{n}" for n in (4, 5, 6, 7)]
    assert [len(suite.findall("testcase")) for suite in root] == [5, 5, 1, 5]
    assert {element.get("classname") for element in root.iter("testcase")} == {suite.get("name") for suite in root}


def test_no_two_cases_of_a_class_are_one_to_gitlab() -> None:
    """GitLab keeps one of the cases whose suite, class and test names give the same text, joined by `_`."""
    ids = ["a", "a_test", "A", "../a", "a/..", "é", "e\u0301"]
    checks = [msgspec.structs.replace(RUNS, id=name) for name in ("test_x", "x", "test_test_x", "x", "x")]
    root = parsed(junit_for_class([graded(Student(id=one), checks) for one in ids], "en"))
    keys = [
        f"{suite.get('name')}_{element.get('classname')}_{element.get('name')}"
        for suite in root
        for element in suite.iter("testcase")
    ]
    assert len(keys) == len(ids) * len(checks) == len(set(keys))


def test_one_student_twice_is_refused() -> None:
    with pytest.raises(GraderError, match=r"tp2\.e2301234 occurs 2 times"):
        junit_for_class([ZOE, BOB, ZOE], "en")


def test_one_student_in_two_exercises_is_not_twice() -> None:
    other = msgspec.structs.replace(ZOE, exercise="tp3")
    assert len(cases(junit_for_class([ZOE, other], "en"))) == 10


def test_an_empty_class_is_a_report_without_tests() -> None:
    assert cases(junit_for_class([], "en")) == []


@pytest.mark.parametrize("verdict", ["passed", "failed", "blocked", "error", "skipped"])
def test_a_check_with_nothing_to_say_keeps_its_verdict(verdict: str) -> None:
    """junit-xml writes a failure without text as a pass: the text always has the points."""
    silent = msgspec.structs.replace(with_verdict(ANSWERS, "passed"), title=Words(fr="", en=""))
    silent = msgspec.structs.replace(silent, verdict=verdict, message=None, hint=None, evidence=[], diagnosis=None)
    [element] = cases(junit_for(graded(Student(id="e1"), [silent]), "en"))
    tag = {"failed": "failure", "blocked": "skipped", "passed": "system-out"}.get(verdict, verdict)
    assert text(element, tag)


def test_hostile_text_is_shown_and_obeyed_by_nobody() -> None:
    data = junit_for(graded(Student(id="e1"), [with_texts(ANSWERS, HOSTILE)]), "en")
    said = text(cases(data)[0], "failure")
    assert "\\x1b[31mrouge\\x00\\ufffe\\uffff\\udc80\\u202e<script>&]]>\\x85\n" in said
    assert not HIDDEN.search(said)
    assert b"<script>" not in data


def test_no_log_makes_gitlab_attach_a_file() -> None:
    data = junit_for(graded(Student(id="e1"), [with_texts(ANSWERS, "[[ATTACHMENT|/etc/passwd]]")]), "en")
    assert b"[[ATTACHMENT|" not in data
    assert b"ATTACHMENT|/etc/passwd" in data


@pytest.mark.parametrize("message", ["\ud800", "\ufffe", "\x00", "]]>", "&#65534;", "&lt;", "\r", " \n ", "\U0001ffff"])
def test_what_breaks_other_writers_is_read_back_as_it_is_shown(message: str) -> None:
    check = msgspec.structs.replace(ANSWERS, message=Words(fr=message, en=message))
    said = text(cases(junit_for(graded(Student(id="e1"), [check]), "en"))[0], "failure")
    shown = {"\ud800": "\\ud800", "\ufffe": "\\ufffe", "\x00": "\\x00", "\r": "\\x0d", "\U0001ffff": "\\U0001ffff"}
    assert said.startswith(f"0/3 points – the site answers on your port\n{shown.get(message, message)}\nHint:")


def test_the_library_really_loses_what_this_writer_keeps() -> None:
    """If junit-xml fixes these, the code for them can be removed."""
    empty = junit_xml.TestCase("a")
    empty.add_failure_info(None, None)
    twice = junit_xml.TestCase("b")
    twice.add_failure_info(output="first")
    twice.add_failure_info(output="second")
    document = junit_xml.to_xml_report_string([junit_xml.TestSuite("s", [empty, twice])], prettyprint=False)
    assert "first" not in document
    assert [len(element) for element in parsed(document).iter("testcase")] == [0, 1]
    for forbidden in ("\ud800", "\ufffe"):
        with pytest.raises(ExpatError):
            junit_xml.to_xml_report_string([junit_xml.TestSuite(forbidden)])


def test_a_report_that_is_not_what_was_meant_is_not_handed_out() -> None:
    suite = writer.JUnitSuite("tp2", "", junit_cases(ZOE, "tp2", "en"))
    data = writer.build_xml([suite])
    writer.verify_xml(data, [suite])
    for before, after in [(b"0/3 points", b"3/3 points"), (b"failure", b"skipped"), (b'failures="1"', b'failures="0"')]:
        assert before in data
        with pytest.raises(GraderError, match="the JUnit report that was written"):
            writer.verify_xml(data.replace(before, after), [suite])


def test_a_class_of_floods_stays_below_gitlabs_limit_and_loses_no_case() -> None:
    flood = with_texts(ANSWERS, "x" * 20_000)
    students = [graded(Student(id=f"e{n}"), [flood] * 8) for n in range(120)]
    data = junit_for_class(students, "en")
    assert len(data) < 30_000_000
    assert len(cases(data)) == 960
    assert all(text(element, "failure").startswith("0/3 points") for element in cases(data))
    assert text(cases(data)[0], "failure").endswith(" …")


def test_what_grows_when_it_is_written_is_measured_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LARGEST", 300_000)
    students = [graded(Student(id=f"e{n}"), [with_texts(ANSWERS, "&" * 20_000)]) for n in range(10)]
    assert 100_000 < len(junit_for_class(students, "en")) < 300_000
    monkeypatch.setattr(writer, "LARGEST", 1000)
    with pytest.raises(GraderError, match="10 students do not fit in the 1000 bytes that GitLab accepts"):
        junit_for_class(students, "en")


def test_a_text_is_cut_at_its_end_and_only_where_it_must_be() -> None:
    said = text(cases(junit_for(graded(Student(id="e1"), [with_texts(ANSWERS, "x" * 10_000)]), "en"))[0], "failure")
    assert said.endswith("[port-reversed]")
    long = text(cases(junit_for(graded(Student(id="e1"), [with_texts(ANSWERS, "x" * 100_000)]), "en"))[0], "failure")
    assert long.startswith("0/3 points – xxx")
    assert len(long) == 65536


ANY_TEXT = st.text(st.characters(), max_size=30) | st.sampled_from([HOSTILE, "", "\ud800", "]]>", "\r\n"])
"""Including surrogates, which some decoder let through."""
RESULTS = st.builds(
    graded,
    st.builds(Student, id=ANY_TEXT),
    st.lists(
        st.builds(
            lambda name, said, verdict, seconds: msgspec.structs.replace(
                with_texts(with_verdict(ANSWERS, verdict), said),
                id=name,
                file=name,
                blocked_by=said,
                duration_s=seconds,
            ),
            ANY_TEXT,
            ANY_TEXT,
            st.sampled_from(["passed", "failed", "blocked", "error", "skipped"]),
            st.floats(),
        ),
        min_size=1,
        max_size=4,
    ),
    ANY_TEXT,
)


@DETERMINISTIC
@given(st.lists(RESULTS, max_size=4, unique_by=lambda result: (result.exercise, result.student.id)))
def test_whatever_the_results_hold_every_check_is_in_the_report_with_its_verdict(results: list[ResultFile]) -> None:
    verdicts = [check.verdict for result in results for check in result.checks]
    kinds = {"passed": "system-out", "failed": "failure", "blocked": "skipped"}
    try:
        found = cases(junit_for_class(results, "fr"))
    except GraderError as error:
        assert "occurs 2 times" in str(error)  # noqa: PT017  (exercises that are shown alike)
        return
    assert [element[0].tag for element in found] == [kinds.get(verdict, verdict) for verdict in verdicts]
    assert not any(HIDDEN.search("".join([*element.itertext(), *element.attrib.values()])) for element in found)
