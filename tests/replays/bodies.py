"""Bodies as git can show them: JSON, lines of JSON, text, the frames of a log, the members of an archive.

Each reads back as the same bytes, or as an equivalent: an archive is packed again, JSON has no spaces. Anything else is
stored in base64.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import tarfile
from contextlib import suppress
from typing import Any, Final

from grader.probes.containers.files import pack_file

_FRAME: Final = struct.Struct(">BxxxL")
_BLOCK: Final = 512


def decode_body(body: bytes) -> dict[str, Any]:
    """`body` by the name of its kind: `{"json": …}`, `{"text": …}` and so on; empty if there is none."""
    if not body:
        return {}
    for kind, read in (("json", _json), ("lines", _lines), ("frames", _frames), ("tar", _tar)):
        try:
            found = read(body)
        except (ValueError, tarfile.TarError, struct.error, EOFError):
            continue
        if found is not None and _is_same_body(kind, found, body):
            return {kind: found}
    text = _text(body)
    return {"base64": base64.b64encode(body).decode()} if text is None else {"text": text}


def encode_body(kept: dict[str, Any]) -> bytes:  # noqa: PLR0911 - one return per kind
    match kept:
        case {"json": value}:
            return _encoded(value) + b"\n"
        case {"lines": values}:
            return b"".join(_encoded(value) + b"\n" for value in values)
        case {"frames": frames}:
            return b"".join(_FRAME.pack(stream, len(_bytes(text))) + _bytes(text) for stream, text in frames)
        case {"tar": members}:
            return _packed_tar(members)
        case {"upload": {"name": str(name), "content": dict(content)}}:
            return pack_file(name, encode_body(content))
        case {"text": text}:
            return _bytes(text)
        case {"base64": text}:
            return base64.b64decode(text)
        case _:
            return b""


def _is_same_body(kind: str, found: Any, body: bytes) -> bool:
    """Whether it reads back as the same: an archive's content is compared, not how it was packed."""
    again = encode_body({kind: found})
    if kind in {"json", "lines"}:
        return True
    return _tar(again) == found if kind == "tar" else again == body


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _json(body: bytes) -> Any:
    return json.loads(body) if body[:1] in {b"{", b"["} else None


def _lines(body: bytes) -> list[Any] | None:
    return [json.loads(line) for line in body.splitlines()] if body[:1] == b"{" else None


def _frames(body: bytes) -> list[list[Any]] | None:
    if len(body) < _FRAME.size or body[0] > 2 or body[1:4] != b"\0\0\0":
        return None
    frames: list[list[Any]] = []
    at = 0
    while at < len(body):
        stream, length = _FRAME.unpack_from(body, at)
        at += _FRAME.size
        text = _text(body[at : at + length])
        if text is None:
            return None
        frames.append([stream, text])
        at += length
    return frames


def _text(body: bytes) -> str | None:
    try:
        return None if b"\0" in body else body.decode()
    except UnicodeDecodeError:
        return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _tar(body: bytes, *, with_content: bool = False) -> list[dict[str, Any]] | None:
    if len(body) < _BLOCK or len(body) % _BLOCK:
        return None
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:") as tar:
        members = list(tar)
        # `docker cp` of `/data/.` asks for what is in the folder; of any other folder, checks only look at the names.
        is_tree = with_content or (bool(members) and members[0].name in {".", "./"})
        return [_member(tar, one, with_content=is_tree or place == 0) for place, one in enumerate(members)]


def _member(tar: tarfile.TarFile, one: tarfile.TarInfo, *, with_content: bool) -> dict[str, Any]:
    file = tar.extractfile(one) if one.isfile() and with_content else None
    return {
        "name": one.name,
        "type": one.type.decode("ascii"),
        "mode": one.mode & 0o7777,
        "mtime": int(one.mtime),
        "owner": [one.uid, one.gid],
        **({"link": one.linkname} if one.linkname else {}),
        **(_decode_member(file.read()) if file else {}),
    }


def _decode_member(content: bytes) -> dict[str, Any]:
    """An archive in an archive, such as a backup, as its members: packed, it is mostly zeros."""
    with suppress(tarfile.TarError, EOFError):
        members = _tar(content, with_content=True) if len(content) % _BLOCK == 0 else None
        if members and _tar(encode_body({"tar": members}), with_content=True) == members:
            return {"tar": members}
    return decode_file(content)


def decode_file(content: bytes) -> dict[str, Any]:
    text = _text(content)
    return {"base64": base64.b64encode(content).decode()} if text is None else {"text": text}


def decode_upload(body: bytes) -> dict[str, Any]:
    """The one file of an archive that a check sends; empty for anything else.

    Its name may be a random word, on which the archive's checksum depends.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:") as tar:
            member = tar.next()
            file = tar.extractfile(member) if member and member.isfile() else None
            content = file.read() if file else b""
    except tarfile.TarError:
        return {}
    if member is None or pack_file(member.name, content) != body:
        return {}
    return {"upload": {"name": member.name, "content": decode_file(content)}}


def _packed_tar(members: list[dict[str, Any]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for one in members:
            info = tarfile.TarInfo(one["name"])
            info.type = one["type"].encode("ascii")
            info.mode, info.mtime, (info.uid, info.gid) = one["mode"], one["mtime"], one["owner"]
            info.linkname = one.get("link", "")
            content = encode_body({key: one[key] for key in ("text", "base64", "tar") if key in one})
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()
