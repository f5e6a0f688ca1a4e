"""The words of the screen itself, in both languages; those of the diagnoses are in `grader/messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.messages import Language

WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "machine": "machine",
        "context": "contexte",
        "student": "étudiant",
        "ports": "ports",
        "own_ports": "{first} à {last}",
        "course_ports": "ceux de la feuille",
        "language": "langue",
        "points": "points",
        "mark": "note",
        "provisional": "note provisoire : {count} points pas essayés",
        "not_graded": "pas de note : la machine n'a pas pu être regardée ; ce n'est pas un zéro",
        "mend_first": "à corriger d'abord",
        "all_green": "tout est bon",
        "interrupted": "interrompu : ce qui n'a pas été lancé n'est pas noté",
        "stopped": "arrêté au premier échec (-x)",
        "nothing": "rien à noter : aucun contrôle n'a été retenu ; -v montre leurs noms, qui sont ceux que -k cherche",
        "files": "résultats dans {folder}",
        "hint": "piste",
        "internal": "erreur du correcteur, pas la tienne ; détail dans les résultats (--results) ou avec --tb=short",
        "colon": " :",
    },
    "en": {
        "machine": "machine",
        "context": "context",
        "student": "student",
        "ports": "ports",
        "own_ports": "{first} to {last}",
        "course_ports": "those of the sheet",
        "language": "language",
        "points": "points",
        "mark": "mark",
        "provisional": "provisional mark: {count} points not tried",
        "not_graded": "no mark: the machine could not be looked at; this is not a zero",
        "mend_first": "mend first",
        "all_green": "all is well",
        "interrupted": "interrupted: what was not run is not marked",
        "stopped": "stopped at the first failure (-x)",
        "nothing": "nothing to grade: no check was chosen; -v shows their names, which are what -k looks for",
        "files": "results in {folder}",
        "hint": "hint",
        "internal": "an error of the grader, not yours; its detail is in the results (--results) or with --tb=short",
        "colon": ":",
    },
}
