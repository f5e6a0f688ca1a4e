"""Moodle's own identifier is read in every form that a worksheet and a roster have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.errors import RosterError
from grader.roster.participant import is_participant, parse_participant, participant_of
from grader.roster.roster import read_roster

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text", ["Participant 41871", "Participant41871", "participant_41871", "Participante 41871", "Teilnehmer/in41871"]
)
def test_an_identifier_of_moodle_is_recognised(text: str) -> None:
    assert is_participant(text)
    assert participant_of(text) == parse_participant(text) == "41871"


@pytest.mark.parametrize("text", ["41871", "e2301234", "", "Participant", "Zoé Martin", "Participant 1 2"])
def test_any_other_id_is_none(text: str) -> None:
    assert not is_participant(text)
    assert participant_of(text) == ""


def test_in_a_roster_a_bare_number_will_do(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_text("id,participant\ne1,41871\ne2,Participant 41872\ne3,\n", encoding="utf-8")
    assert [student.participant for student in read_roster(path, ("id",))] == ["41871", "41872", ""]
    path.write_text("id,participant\ne1,Zoe\n", encoding="utf-8")
    with pytest.raises(RosterError, match="an identifier of Moodle looks like Participant 123456, not 'Zoe'"):
        read_roster(path, ("id",))


def test_a_worksheet_of_moodle_is_a_roster(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    path.write_text(
        'Identifiant,"Nom complet","Numéro d’identification",Note\nParticipant3121875,"MARTIN Zoé",e2301234,\n',
        encoding="utf-8",
    )
    [zoe] = read_roster(path, ("id",))
    assert (zoe.id, zoe.name, zoe.participant) == ("e2301234", "MARTIN Zoé", "3121875")


def test_an_anonymous_worksheet_is_a_roster_of_identifiers(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    path.write_text('Identifier,Status,Grade\n"Participant 41871",x,\n"Participant 41872",x,\n', encoding="utf-8")
    students = read_roster(path, ("id",))
    assert [(student.id, student.participant) for student in students] == [
        ("Participant 41871", "41871"),
        ("Participant 41872", "41872"),
    ]
