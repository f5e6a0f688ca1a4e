"""What the operating system says is said in the reader's language, too."""

from __future__ import annotations

import errno
import os

import pytest

from grader.errors import GraderError


@pytest.mark.parametrize(
    ("code", "french"), [(errno.ENOENT, "pas de tel fichier ni dossier"), (errno.EACCES, "accès refusé")]
)
def test_a_refusal_of_the_system_is_translated(code: int, french: str) -> None:
    error = GraderError("at.file", file="class.csv", fault=os.strerror(code))
    assert french in error.message("fr")
    assert os.strerror(code) in error.message("en")


def test_what_has_no_translation_is_said_as_it_is() -> None:
    phrase = os.strerror(errno.EXDEV)
    assert phrase in GraderError("at.file", file="class.csv", fault=phrase).message("fr")
