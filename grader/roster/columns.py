"""The columns of a class list, found by their French or English headings."""

from __future__ import annotations

import difflib
from typing import Final, Literal, get_args

from grader.errors import RosterError
from grader.roster.participant import is_participant
from grader.text.escaping import quoted
from grader.text.folding import heading_key

RosterColumn = Literal[
    "id", "name", "surname", "first_name", "email", "group", "team", "participant", "machine", "ports", "repo"
]

HEADINGS: Final[dict[RosterColumn, str]] = {
    "id": (
        "id identifiant numero num numeroetudiant numetudiant noetudiant netudiant login studentid "
        "idnumber studentnumber numerodidentification matricule nip codenip etudid username nomdutilisateur"
    ),
    "name": "name fullname student nomcomplet nometprenom nomprenom prenometnom prenomnom etudiant etudiante",
    "surname": "nom surname lastname nomdefamille familyname",
    "first_name": "prenom firstname givenname",
    "email": (
        "email mail courriel emailaddress adressedecourriel adressecourriel adressemail adresseemail "
        "adresseelectronique"
    ),
    "group": "group groupe groupetd groupetp td class classe",
    "team": "team equipe binome trinome pair",
    "participant": "participant participantid participantmoodle idmoodle moodleid identifiantmoodle",
    "machine": "machine host hote poste serveur server machineurl",
    "ports": "ports port portrange plage plagedeports plageports",
    "repo": "repo repository depot depotgit gitrepo git",
}
"""The `heading_key` of the headings that schools use."""

MEANING: Final = {key: column for column, keys in HEADINGS.items() for key in keys.split()}


def find_columns(
    header: tuple[str, ...], required: tuple[RosterColumn, ...], first_row: tuple[str, ...] = ()
) -> tuple[dict[RosterColumn, int], list[RosterError]]:
    """The index of each known column, from 0, and what is wrong with the header.

    Unknown columns are ignored, unless one looks like a missing column. `first_row`, below the header, shows whether
    a column named like an id has identifiers of Moodle: its worksheets call them `Identifier`.
    """
    where: dict[RosterColumn, int] = {}
    faults: list[RosterError] = []
    for place, heading in enumerate(header):
        column = MEANING.get(heading_key(heading))
        if column in {None, "id"} and place < len(first_row) and is_participant(first_row[place]):
            column = "participant"
        if column is None:
            continue
        if column in where:
            first = where[column]
            places = {"first": first + 1, "first_heading": quoted(header[first]), "second": place + 1}
            faults.append(RosterError("roster.column-twice", column=column, second_heading=quoted(heading), **places))
        where.setdefault(column, place)
    stands_in: dict[RosterColumn, RosterColumn] = {"name": "surname", "id": "participant"}
    missing = [column for column in required if column not in where and stands_in.get(column) not in where]
    faults.extend(missing_column(column, header, where) for column in missing)
    return where, faults


def missing_column(column: RosterColumn, header: tuple[str, ...], where: dict[RosterColumn, int]) -> RosterError:
    """Names a heading that may be a mistyped `column`, otherwise all headings."""
    for place, heading in enumerate(header):
        near = difflib.get_close_matches(heading_key(heading), HEADINGS[column].split(), n=1, cutoff=0.7)
        if near and place not in where.values():
            return RosterError("roster.no-column-near", column=column, near=place + 1, heading=quoted(heading))
    read = ", ".join(quoted(heading) for heading in header[: len(get_args(RosterColumn)) * 2])
    return RosterError("roster.no-column", column=column, headings=read)
