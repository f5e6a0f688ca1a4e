"""What a file says, whatever wrote it down."""

from __future__ import annotations

import pytest

from grader.checks.mounts import folded


@pytest.mark.parametrize(
    "written",
    [
        b"hello world",
        b"#!/bin/sh\necho hello world\n",
        b"Hello,\r\n  World!\r\n",
        b"\xef\xbb\xbfhello world",
        "hello world\r\n".encode("utf-16"),
        b"\xfe\xff" + "hello world".encode("utf-16-be"),
        b"\xe9t\xe9: hello world",
    ],
    ids=["plain", "script", "CRLF", "UTF-8 with a mark", "PowerShell", "big-endian", "latin-1"],
)
def test_the_same_words_are_found(written: bytes) -> None:
    assert "hello world" in folded(written)


@pytest.mark.parametrize("written", [b"helloworld", b"hello wolrd", b"world hello", b"", b"\xff\xfe"])
def test_other_words_are_not(written: bytes) -> None:
    assert "hello world" not in folded(written)
