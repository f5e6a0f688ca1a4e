"""The class list that goes with the results of `tests/reports/samples.py`."""

from __future__ import annotations

from grader.roster.student import RosterStudent

ROSTER = (
    RosterStudent(id="e2301234", name="Zoé Martin", email="zoe.martin@etu.iut.example", group="TD1"),
    RosterStudent(id="e2301235", name="Yann Le Goff", email="yann.legoff@etu.iut.example", group="TD1"),
    RosterStudent(id="e2301236", name="Ana Roux", email="ana.roux@etu.iut.example", group="TD2"),
    RosterStudent(id="e2301237", name="Bob Petit", email="bob.petit@etu.iut.example", group="TD2"),
    RosterStudent(id="e2301238", name="Eve Nouvel", email="eve.nouvel@etu.iut.example", group="TD2"),
)
"""The last one has no result."""
