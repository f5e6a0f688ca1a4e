"""ScoDoc 9's sheets: one as ScoDoc exports it, and what ScoDoc reads from one that is uploaded.

Written after app/scodoc/sco_excel.py and sco_saisie_notes.py: the lines above the table, the `!` codes, the words
allowed for a mark, the range, and the refusal of the whole file for one bad mark.
"""

from __future__ import annotations

import io

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill

STUDENTS = [
    ("28117", "MARTIN", "Zoé", "TD1", None),
    ("28118", "LE GOFF", "Yann", "TD1", 8.5),
    ("28119", "ROUX", "Ana", "TD2", None),
    ("28120", "PETIT", "Bob", "TD2", None),
    ("28121", "PARTI", "Jean", "DEM", None),
]


def scodoc_sheet(note_max: str = "20", students: list[tuple[str, str, str, str, float | None]] = STUDENTS) -> bytes:
    """The sheet of evaluation 5432, its codes in purple, its marks on yellow."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Saisie notes"
    for line in (
        "Feuille saisie note (à enregistrer au format excel)",
        "Saisir les notes dans la colonne E (cases jaunes)",
        "Ne pas modifier les cases en mauve !",
        "BUT Informatique semestre 2 (2025/2026)",
        "Evaluation TP 2 dans R2.08 Containers",
        "Evaluation du 02/03/2026 (coef. 1)",
        None,
    ):
        sheet.append([line])
    sheet.append(["!5432", "Nom", "Prénom", "Groupe", f"Note sur {note_max}", "Remarque"])
    for etudid, last, first, group, mark in students:
        sheet.append([f"!{etudid}", last, first, group, mark, None])
        sheet.cell(sheet.max_row, 1).font = Font(name="Arial", color="FF993366")
        sheet.cell(sheet.max_row, 5).fill = PatternFill("solid", fgColor="FFFFFF99")
    for code, meaning in (("ABS", "absent (0)"), ("EXC", "pas prise en compte"), ("ATT", "en attente")):
        sheet.append([None, code, meaning])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def read_as_scodoc(data: bytes, evaluation: int = 5432, note_max: float = 20) -> dict[str, float | str]:
    """The marks ScoDoc takes from the sheet; raises `ValueError` if it refuses the sheet."""
    sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    lines = [
        ["" if value is None else str(value).strip() for value in row] for row in sheet.iter_rows(values_only=True)
    ]
    start = next(index for index, line in enumerate(lines) if line and line[0].startswith("!"))
    if int(lines[start][0][1:]) != evaluation:
        raise ValueError(lines[start][0])
    marks: dict[str, float | str] = {}
    for line in lines[start + 1 :]:
        if len(line[0]) > 1 and line[0].startswith("!"):
            mark = line[4].upper().replace(",", ".")
            if mark[:3] in {"ABS", "EXC", "ATT", "SUP"}:
                marks[line[0][1:]] = mark[:3]
            elif mark and not mark.startswith("DEM"):
                if not 0 <= float(mark) <= note_max:
                    raise ValueError(mark)
                marks[line[0][1:]] = float(mark)
    return marks
