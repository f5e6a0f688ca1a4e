"""The file name for a student's id, whatever the id contains."""

from __future__ import annotations

import hashlib
import re

PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,62}[A-Za-z0-9_@+-])?", re.ASCII)
DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.ASCII | re.IGNORECASE)
"""On Windows, these names open a device, whatever the extension; results are copied there."""
UNSAFE = re.compile(r"[^A-Za-z0-9]+", re.ASCII)
READABLE = 32


def file_name_for(student_id: str) -> str:
    """The stem of every file written for `student_id`: append `.json`, `.xml`, ….

    An ordinary id is its own file name. Any other (`../../x`, spaces, accents, 300 characters) becomes its
    readable part, `~`, and 128 bits of its SHA-256. A plain name never contains `~`, so two ids never share a
    name (short of a hash collision). The name is ASCII, at most 65 characters long, without `/`, and starts
    with a letter or a digit: other names are free for the grader's own files.

    Ids that differ only in case give names that differ only in case. `read_roster` rejects such a pair,
    since on a case-insensitive disk both would be the same file.
    """
    if PLAIN.fullmatch(student_id) and not DEVICE.fullmatch(student_id):
        return student_id
    readable = UNSAFE.sub("-", student_id).strip("-")[:READABLE] or "student"
    # An id from a hostile file can contain a lone surrogate: it is hashed, not rejected here.
    digest = hashlib.sha256(student_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{readable}~{digest}"
