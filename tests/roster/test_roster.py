"""Class lists as schools have them are read; an unusable one is rejected as a whole, with every fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import RosterError
from grader.roster.machine_url import MachineUrl
from grader.roster.ports import PortRange
from grader.roster.roster import read_roster
from grader.roster.student import RosterStudent
from tests.hypothesis_profile import DETERMINISTIC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENGLISH = """\
id,name,email,group,machine,ports,repo
e2301234,Zoé Martin,zoe.martin@iut.example,TD1,ssh://zoe@pc-01,41200-41209,https://git.example/zoe/tp6.git
e2301235,"Le Goff, Yann",yann@iut.example,TD2,ssh://yann@pc-01,41210-41219,
"""
FRENCH = """\
Numéro étudiant;Nom;Prénom;Adresse de courriel;Groupe;Hôte;Plage de ports;Dépôt
e2301234;Martin;Zoé;zoe.martin@iut.example;TD1;ssh://zoe@pc-01;41200-41209;https://git.example/zoe/tp6.git
e2301235;Le Goff;Yann;yann@iut.example;TD2;ssh://yann@pc-01;41210-41219;
"""
ZOE = RosterStudent(
    id="e2301234",
    name="Zoé Martin",
    email="zoe.martin@iut.example",
    group="TD1",
    machine=MachineUrl("ssh", user="zoe", host="pc-01"),
    ports=PortRange(41200, 41209),
    repo="https://git.example/zoe/tp6.git",
)


@pytest.fixture(name="write")
def write_roster(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "class.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path: Path) -> list[str]:
    with pytest.raises(RosterError) as refused:
        read_roster(path)
    said = str(refused.value).splitlines()
    assert all(line.isprintable() for line in said)
    return [line.removeprefix(f"{path}:").strip() for line in said]


@pytest.mark.parametrize("content", [ENGLISH, FRENCH, FRENCH.replace(";", "\t"), "sep=;\r\n" + FRENCH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_list_reads_the_same_however_it_was_saved(
    write: Callable[[str | bytes], Path], content: str, encoding: str, newline: str
) -> None:
    path = write(content.replace("\r\n", "\n").replace("\n", newline).encode(encoding))
    first, second = read_roster(path)
    assert first == ZOE
    assert second.id == "e2301235"
    assert second.name in {"Le Goff, Yann", "Yann Le Goff"}
    assert second.ports == PortRange(41210, 41219)
    assert second.repo == ""


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("IDENTIFIANT", "id"),
        ("  Numéro  ", "id"),
        ("N° étudiant", "id"),
        ("numero_etudiant", "id"),
        ("Numéro d’identification", "id"),
        ("Code NIP", "id"),
        ("ID number", "id"),
        ("Nom complet", "name"),
        ("NOM", "name"),
        ("E-mail", "email"),
        ("Adresse électronique", "email"),
        ("GROUPE TD", "group"),
        ("Port range", "ports"),
        ("dépôt git", "repo"),
    ],
)
def test_headings_are_known_whatever_their_case_accents_and_punctuation(
    write: Callable[[str | bytes], Path], header: str, column: str
) -> None:
    cell = {"email": "a@b.example", "ports": "1-2"}.get(column, "x1")
    start = "" if column == "id" else "id,"
    [student] = read_roster(write(f"{start}{header}\n{'' if column == 'id' else 'e1,'}{cell}\n"), required=("id",))
    assert str(getattr(student, column)) == cell


def test_blank_lines_and_other_columns_are_left_aside(write: Callable[[str | bytes], Path]) -> None:
    [student] = read_roster(write("\n\nid;remarque;machine\n;;\n  ; ;\ne1;absent lundi;local\n\n"))
    assert student == RosterStudent(id="e1", machine=MachineUrl("local"))


def test_spaces_of_a_spreadsheet_do_not_count(write: Callable[[str | bytes], Path]) -> None:
    [student] = read_roster(write("id;nom;machine\n e1 ;Zoé\N{NO-BREAK SPACE} Martin ; local \n"))
    assert (student.id, student.name) == ("e1", "Zoé Martin")


def test_columns_nobody_asked_for_may_be_missing(write: Callable[[str | bytes], Path]) -> None:
    assert read_roster(write("id\ne1\ne2\n"), required=()) == (RosterStudent(id="e1"), RosterStudent(id="e2"))


def test_every_fault_is_said_at_once_with_its_line_and_column(write: Callable[[str | bytes], Path]) -> None:
    path = write(
        "id;nom;courriel;machine;ports\n"
        "e1;Zoé;zoe@iut.example;ssh://zoe@pc-01;41200-41209\n"
        "E1;Yann;yann.iut.example;ssh://-oProxyCommand=id@pc-02;41200-99999\n"
        "é1;Ana;ana@iut.example;;41300-41309\n"
        ";Bob;bob@iut.example;local;\n"
        f"{'x' * 65};Eve;eve@iut.example;local;\n"
        "e6;Tom;tom@iut.example;ssh://tom@PC-01:22;41205-41215\n"
        "e7;Ann;ann@iut.example;local;;extra\n"
    )
    assert refusal(path) == [
        "3: column 3 (courriel): an email address looks like name@example.org, not 'yann.iut.example'",
        (
            "3: column 4 (machine): a user name consists of letters, digits and ._+- and does not start with -: "
            "not '-oProxyCommand=id'"
        ),
        "3: column 5 (ports): ports go from 1 to 65535, the lower one first; not 41200-99999",
        "3: column 1 (id): 'E1' is already on line 2 (ids must differ in more than case and accents)",
        "4: column 4 (machine): this cell must not be empty",
        "4: column 1 (id): 'é1' is already on line 2 (ids must differ in more than case and accents)",
        "5: column 1 (id): this cell must not be empty",
        "6: column 1 (id): an id has at most 64 characters, not 65",
        "7: column 5 (ports): 41205-41215 overlaps 41200-41209 of 'e1' (line 2) on the same machine",
        "8: 6 cells for 5 headings: a delimiter inside a cell needs quotes",
    ]


def test_the_line_cited_is_the_one_an_editor_shows(write: Callable[[str | bytes], Path]) -> None:
    path = write('sep=;\nid;nom;machine\n\ne1;"sur\ndeux lignes";local\ne2;Ana;nowhere\n')
    assert refusal(path)[0].startswith("6: column 3 (machine): a machine is local,")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id;machne\ne1;local\n", "1: there is no column for machine: did you mean column 2, 'machne'?"),
        ("idantifiant;machine\ne1;local\n", "1: there is no column for id: did you mean column 1, 'idantifiant'?"),
        ("id;nom\ne1;Zoé\n", "1: there is no column for machine (headings read: 'id', 'nom')"),
        ("id;login;machine\ne1;e1;local\n", "1: columns 1 ('id') and 2 ('login') both mean id: keep one"),
        ("id;machine\n", "1: there is no student below the headings"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(write: Callable[[str | bytes], Path], content: str, said: str) -> None:
    assert refusal(write(content)) == [said]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n \n", "the file is empty"),
        (b"id;machine\ne1;lo\0cal\n", "line 2: there is a NUL character"),
        (b"id;machine\ne\x811;local\n", "line 2: this is neither UTF-8 nor Windows-1252 text"),
        (b"PK\x03\x04rest", "this is a spreadsheet (.ods): save it as .xlsx or CSV first"),
        (b"id;machine\ne1;local\n" + b"x" * 17 * 2**20, "larger than 16 MiB"),
        (b"id;machine\n" + b"e;local\n" * 50_001, "more than 50000 rows"),
        (b"id;machine\n" + b"e" * 6000 + b";local\n", "line 2: a cell has more than 5000 characters"),
        (b'id;machine\ne1;"local\ne2;local\n', "line 2: this row cannot be read"),
    ],
)
def test_what_is_no_class_list_is_refused_in_one_sentence(
    write: Callable[[str | bytes], Path], content: bytes, said: str
) -> None:
    [sentence] = refusal(write(content))
    assert said in sentence


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match=r"class\.csv: No such file"):
        read_roster(tmp_path / "class.csv")


def test_a_hundred_faults_are_said_and_the_others_counted(write: Callable[[str | bytes], Path]) -> None:
    said = refusal(write("id;machine\n" + "".join(f"e{n};nowhere at all\n" for n in range(130))))
    assert len(said) == 101
    assert said[-1] == "… and 30 more"


@pytest.mark.parametrize("student_id", ["../../x", "=cmd|' /C calc'!A0", "<script>", "jean dupont", "CON"])
def test_an_odd_id_is_taken_since_no_file_is_named_by_it(write: Callable[[str | bytes], Path], student_id: str) -> None:
    assert read_roster(write(f"id;machine\n{student_id};local\n"))[0].id == student_id


@pytest.mark.parametrize("student_id", ["a\u202eb", "a\u200bb", "a\x1b[31m", "a\x7f"])
def test_an_id_with_what_cannot_be_seen_is_refused(write: Callable[[str | bytes], Path], student_id: str) -> None:
    [sentence] = refusal(write(f"id;machine\n{student_id};local\n"))
    assert "an id must not contain control or invisible character" in sentence


@pytest.mark.parametrize("repo", ["-oProxyCommand=id", "--upload-pack=id", "ext::sh -c id"])
def test_a_repository_that_git_would_run_is_refused(write: Callable[[str | bytes], Path], repo: str) -> None:
    [sentence] = refusal(write(f"id;machine;repo\ne1;local;{repo}\n"))
    assert "2: column 3 (repo): a repository is a path or an https:// or ssh:// address" in sentence


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("ssh://a@pc-01", "ssh://b@pc-01:22?docker=/run/b.sock", True),
        ("tcp://pc-01:2376", "tcp://PC-01:2376", True),
        ("local", "unix:///var/run/docker.sock", True),
        ("ssh://a@pc-01", "ssh://a@pc-02", False),
        ("ssh://a@gateway:2201", "ssh://a@gateway:2202", False),
        ("recording:a.recording", "recording:a.recording", False),
    ],
)
def test_ranges_of_ports_may_overlap_on_different_machines_only(
    write: Callable[[str | bytes], Path], one: str, other: str, *, clash: bool
) -> None:
    path = write(f"id;machine;ports\ne1;{one};41200-41209\ne2;{other};41209-41219\n")
    if clash:
        assert refusal(path) == [
            "3: column 3 (ports): 41209-41219 overlaps 41200-41209 of 'e1' (line 2) on the same machine"
        ]
    else:
        assert len(read_roster(path)) == 2


def test_a_wide_range_is_found_behind_a_narrow_one(write: Callable[[str | bytes], Path]) -> None:
    path = write("id;machine;ports\ne1;local;1000-5000\ne2;local;2000-2010\ne3;local;3000-3010\n")
    assert len(refusal(path)) == 2


def test_students_may_share_a_machine_without_ports(write: Callable[[str | bytes], Path]) -> None:
    assert len(read_roster(write("id;machine\ne1;local\ne2;local\n"))) == 2


def test_ten_thousand_students_are_read(write: Callable[[str | bytes], Path]) -> None:
    body = "".join(f"e{n};ssh://e{n}@pc-{n // 6};{40000 + n % 6 * 10}-{40009 + n % 6 * 10}\n" for n in range(10_000))
    assert len(read_roster(write("id;machine;ports\n" + body))) == 10_000


@DETERMINISTIC
@given(st.binary() | st.text(alphabet='id;machine,\n\r\t"e1é=local \0\u202e').map(str.encode))
def test_whatever_the_bytes_are_there_is_a_roster_or_a_sentence(
    write: Callable[[str | bytes], Path], content: bytes
) -> None:
    try:
        students = read_roster(write(content), required=())
    except RosterError as refused:
        assert all(line.isprintable() for line in str(refused).splitlines())  # noqa: PT017  (both answers are right)
        return
    assert all(student.id and student.id.isprintable() for student in students)
