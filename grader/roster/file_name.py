"""The name of a student's files, whatever the student's id holds."""

from __future__ import annotations

import hashlib
import re

PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,62}[A-Za-z0-9_@+-])?", re.ASCII)
DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.ASCII | re.IGNORECASE)
"""Windows opens a device under these names, whatever the extension; results are copied to such machines."""
UNSAFE = re.compile(r"[^A-Za-z0-9]+", re.ASCII)
READABLE = 32


def file_name_for(student_id: str) -> str:
    """The stem of every file written for `student_id`: put `.json`, `.xml`, … behind it.

    An ordinary id is its own file name. Any other (`../../x`, spaces, accents, 300 characters) becomes what is
    readable of it, `~`, and 128 bits of its SHA-256. A plain name never holds `~`, so two ids never share a
    name (short of a collision of the hash). The name is ASCII, at most 65 characters, holds no `/`, and starts
    with a letter or a digit: a name that starts otherwise is free for the grader's own files.

    Ids that differ only in case give names that differ only in case. `read_roster` refuses such a pair,
    since a disk that folds case would hold one file for the two.
    """
    if PLAIN.fullmatch(student_id) and not DEVICE.fullmatch(student_id):
        return student_id
    readable = UNSAFE.sub("-", student_id).strip("-")[:READABLE] or "student"
    # An id read from a hostile file can hold a lone surrogate: it is hashed as it is, never refused here.
    digest = hashlib.sha256(student_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{readable}~{digest}"
