"""A file stays the same, to the byte, except for the cells that are edited."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.reports.gradebook.editable_csv import read_editable_csv
from tests.hypothesis_profile import DETERMINISTIC

TEXT = 'a,"b ""x""",\r\n"1,\n2",,3\n\n4,"5",6'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_what_is_not_changed_is_written_back_as_it_came(encoding: str) -> None:
    data = TEXT.replace("a", "é").encode(encoding)
    assert read_editable_csv(data).encode() == data


def test_cells_are_read_as_they_are_meant_and_lines_counted_as_an_editor_does() -> None:
    sheet = read_editable_csv(TEXT.encode())
    assert [sheet.header[column] for column in range(4)] == ["a", 'b "x"', "", ""]
    assert [(record.line, record[0], record[2]) for record in sheet.records] == [
        (2, "1,\n2", "3"),
        (4, "", ""),
        (5, "4", "6"),
    ]


def test_only_the_changed_cell_is_written_anew() -> None:
    sheet = read_editable_csv(TEXT.encode())
    sheet.records[0][1] = 'x "y"'
    sheet.records[2][1] = "5"
    sheet.records[2][4] = "far"
    assert sheet.encode().decode() == 'a,"b ""x""",\r\n"1,\n2","x ""y""",3\n\n4,"5",6,,far'


def test_what_the_files_encoding_lacks_becomes_a_reference() -> None:
    sheet = read_editable_csv("é;b\n1;2\n".encode("cp1252"))
    sheet.records[0][1] = "→"
    assert sheet.encode() == b"\xe9;b\n1;&#8594;\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n\r\n", "empty"),
        (b'a,b\n1,"2\n3,4\n', "line 2: the quotes"),
        (b'a\n"1"x,2\n', "line 2: the quotes"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(GraderError, match=said):
        read_editable_csv(data)


@DETERMINISTIC
@given(
    st.lists(st.lists(st.text("ab ,;\t\"'\n\ré"), min_size=2, max_size=3), min_size=1, max_size=4),
    st.sampled_from(",;\t"),
)
def test_any_table_is_read_as_pythons_own_reader_reads_it(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["h"] * 4, *rows])
    sheet = read_editable_csv(text.getvalue().encode())
    assert sheet.encode().decode() == text.getvalue()
    assert [[record[column] for column in range(len(record.raw))] for record in sheet.records] == rows
