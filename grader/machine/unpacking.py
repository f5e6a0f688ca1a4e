"""Bodies that a server compressed although it was asked not to, unpacked into no more room than there is."""

from __future__ import annotations

import zlib

__all__ = ["Unpacker"]

_GZIP_OR_ZLIB = 47


class Unpacker:
    """Raises `ValueError` for a compression that nobody asked for twice over, or that is none of HTTP's old ones."""

    def __init__(self, encoding: str) -> None:
        """`encoding`: the header `Content-Encoding`."""
        names = [name.strip().lower() for name in encoding.split(",")]
        names = [name for name in names if name not in {"", "identity"}]
        if names and (len(names) > 1 or names[0] not in {"gzip", "x-gzip", "deflate"}):
            raise ValueError(f"Content-Encoding: {encoding}")
        self._stream = zlib.decompressobj(_GZIP_OR_ZLIB) if names else None

    def unpacked(self, chunk: bytes, room: int) -> bytes:
        """At most `room` bytes of what `chunk` comes to."""
        if self._stream is None:
            return chunk
        try:
            return self._stream.decompress(chunk, room)
        except zlib.error as error:
            raise ValueError(str(error)) from error
