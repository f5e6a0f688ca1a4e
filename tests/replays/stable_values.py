"""Gives random values in a recording the same value each time: ids, random words, times, folders.

A name stands for one thing throughout a recording, so that what was equal stays equal; all times are shifted by the
same amount, so that their order stays the same.
"""

from __future__ import annotations

import json
import platform
import re
from typing import Any, Final

from tests.replays.stable_ids import find_replacements
from tests.replays.timestamps import shift_times

HOME: Final = "/home/student"
KERNEL: Final = "6.1.0"
"""Replaces the kernel's version, which servers write into their logs."""
_SCRATCH: Final = re.compile(r"(?:/[\w.-]+)*/grader-rehearsal-\w{8}(/home\b|/work\b)?")
"""Where a rehearsal puts a student's home, and the folder in which `up.sh` is run."""
_PLACES: Final = {"/home": HOME, "/work": f"{HOME}/work", None: "/home/rehearsal"}


def stabilize(document: list[dict[str, Any]], home: str = "") -> list[dict[str, Any]]:
    """The exchanges of a recording (see `to_document`) with stable values. `home`: the student's, if known."""
    text = json.dumps(document, ensure_ascii=False)
    if home:
        text = text.replace(home, HOME)
    text = text.replace(platform.release(), KERNEL)
    text = _SCRATCH.sub(lambda found: _PLACES[found[1]], text)
    for old, new in find_replacements(json.loads(text)).items():
        text = text.replace(old, new)
    found: list[dict[str, Any]] = json.loads(text)
    began = next((int(one["say"]["at"]) for one in found if one["say"].get("at")), None)
    return found if began is None else shift_times(found, began)
