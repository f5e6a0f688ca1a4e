"""What a class list may measure at most, in any format."""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 16 * 2**20
MAX_ROWS: Final = 50_000
MAX_CELL_LENGTH: Final = 5000
