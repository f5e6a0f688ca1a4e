"""Ids that are made from a label, so that a recording shows `⟨64:web⟩` instead of the engine's 64 digits."""

from __future__ import annotations

import hashlib
import re
from typing import Final

_FOLDED: Final = re.compile(r"⟨(\d+):([^⟩]*)⟩")
_HEX: Final = re.compile(r"[0-9a-f]{12,64}")
_RUN: Final = re.compile(r"x{64,}")
"""What makes a request long, so that its bytes can be told from others."""
_LABELS: dict[str, str] = {}


def make_id(label: str, length: int) -> str:
    """`length` hexadecimal digits, always the same for a label."""
    made = hashlib.sha256(label.encode()).hexdigest()[:length]
    _LABELS[made] = f"⟨{length}:{label}⟩"
    return made


def fold_ids(text: str) -> str:
    """`text` with labels in place of the ids that were made from them."""
    text = _RUN.sub(lambda found: f"⟨{len(found[0])}x⟩", text)
    return _HEX.sub(lambda found: _LABELS.get(found[0], found[0]), text)


def unfold_ids(text: str) -> str:
    text = _FOLDED.sub(lambda found: make_id(found[2], int(found[1])), text)
    return re.sub(r"⟨(\d+)x⟩", lambda found: "x" * int(found[1]), text)
