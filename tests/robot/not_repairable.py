"""Known-wrong solutions that nothing done on the machine afterwards can repair, each with the reason."""

from __future__ import annotations

from typing import Final

NOT_REPAIRABLE: Final[dict[str, str]] = {}
