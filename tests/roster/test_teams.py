"""Students who hand in one piece of work are one team: by name, or because they share a machine and its ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.errors import RosterError
from grader.roster.roster import read_roster
from grader.roster.teams import find_teams

if TYPE_CHECKING:
    from pathlib import Path

    from grader.roster.columns import RosterColumn
    from grader.roster.student import RosterStudent


def roster(
    tmp_path: Path, text: str, required: tuple[RosterColumn, ...] = ("id", "machine")
) -> tuple[RosterStudent, ...]:
    path = tmp_path / "class.csv"
    path.write_text(text, encoding="utf-8")
    return read_roster(path, required)


def teams(students: tuple[RosterStudent, ...], place: str = "machine") -> list[str]:
    found = find_teams(students, "repo" if place == "repo" else "machine")
    return ["+".join(student.id for student in team.members) for team in found]


def test_rows_of_one_team_are_one_piece_of_work_and_share_what_one_of_them_names(tmp_path: Path) -> None:
    students = roster(
        tmp_path,
        "id;binôme;machine;ports\ne1;Les Baleines;;\ne2;;ssh://pc2;\ne3;les baleines;ssh://pc1;41200-41209\n",
    )
    assert teams(students) == ["e1+e3", "e2"]
    assert students[0].machine == students[2].machine
    assert students[0].ports == students[2].ports
    assert [team.name for team in find_teams(students, "machine")] == ["Les Baleines", ""]
    assert [team.is_shared for team in find_teams(students, "machine")] == [True, False]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("ssh://a@pc1;41200-41209", "ssh://b@PC1:22;41200-41209", True),
        ("ssh://a@pc1;", "ssh://a@pc1;", True),
        ("local;", "local;", True),
        ("ssh://a@pc1;", "ssh://b@pc1;", False),  # accounts may have an engine each
        ("ssh://a@pc1;41200-41209", "ssh://a@pc1;41210-41219", False),
        ("recording:x;", "recording:x;", False),
        ("ssh://a@pc1;", "ssh://a@pc2;", False),
    ],
)
def test_one_machine_and_one_range_of_ports_is_one_piece_of_work(
    tmp_path: Path, one: str, other: str, *, together: bool
) -> None:
    students = roster(tmp_path, f"id;machine;ports\ne1;{one}\ne2;{other}\n")
    assert teams(students) == (["e1+e2"] if together else ["e1", "e2"])


def test_one_repository_is_one_piece_of_work_where_repositories_are_graded(tmp_path: Path) -> None:
    students = roster(tmp_path, "id;repo\ne1;https://git.example/a\ne2;https://git.example/a\ne3;\n", ("id",))
    assert teams(students, "repo") == ["e1+e2", "e3"]
    assert teams(students) == ["e1", "e2", "e3"]


def test_a_team_with_two_machines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RosterError, match=r":3: column 3 \(machine\): the team 'a' already has ssh://pc1, not ssh://pc2"
    ):
        roster(tmp_path, "id;team;machine\ne1;a;ssh://pc1\ne2;a;ssh://pc2\n")


def test_a_team_without_a_machine_is_refused_once(tmp_path: Path) -> None:
    with pytest.raises(RosterError) as refused:
        roster(tmp_path, "id;team;machine\ne1;a;\ne2;a;\n")
    assert str(refused.value).count("must not be empty") == 1


def test_ranges_that_overlap_in_part_are_still_refused(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="overlaps"):
        roster(tmp_path, "id;machine;ports\ne1;ssh://pc1;41200-41209\ne2;ssh://pc1;41205-41214\n")


def test_engines_behind_two_sockets_of_one_machine_are_no_team(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="overlaps"):
        roster(tmp_path, "id;machine;ports\ne1;ssh://pc1?docker=/a.sock;41200-41209\ne2;ssh://pc1;41200-41209\n")
