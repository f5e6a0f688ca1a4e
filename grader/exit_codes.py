"""What an exit code means: the same for pytest, for every command and for a job of GitLab."""

from __future__ import annotations

from typing import Final

FAILED: Final = 1
"""Something that was examined is not as it must be: a check, a signature, a rehearsal."""
INTERRUPTED: Final = 2
INTERNAL_ERROR: Final = 3
USAGE_ERROR: Final = 4
NOTHING_TO_GRADE: Final = 5
NOT_GRADED: Final = 6
"""A machine or a repository could not be graded: nobody has a mark because of it, and nobody a zero."""
REFUSED_BY_POLICY: Final = 7
