"""What `grader regrade` says, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.messages import Language

WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "none": "aucun enregistrement de {exercise} sous {folder} ; `--record` en fait",
        "judged": "{exercise} : {count} enregistrements rejugés en {seconds} s avec la suite d'aujourd'hui ({sha})",
        "same": "aucun verdict ne change",
        "other": "{others} étudiants changent, dont {marks} notes ({up} en hausse, {down} en baisse)",
        "no-mark": "pas de note",
        "new": "(nouveau)",
        "absent": "(n'existe pas)",
        "untold": "pas rejugé : l'enregistrement ne répond pas à {checks}",
        "unreadable": "illisible : {why}",
        "write": 'rien n\'est écrit : --write --reason "…" écrit ces résultats, avec la raison',
        "written": "{count} résultats écrits",
    },
    "en": {
        "none": "no recording of {exercise} below {folder}; `--record` makes them",
        "judged": "{exercise}: {count} recordings judged again in {seconds} s with today's suite ({sha})",
        "same": "no verdict changes",
        "other": "{others} students change, {marks} of them in their mark ({up} up, {down} down)",
        "no-mark": "no mark",
        "new": "(new)",
        "absent": "(not there)",
        "untold": "not judged again: the recording does not answer {checks}",
        "unreadable": "cannot be read: {why}",
        "write": 'nothing is written: --write --reason "…" writes these results, with the reason',
        "written": "{count} results written",
    },
}
