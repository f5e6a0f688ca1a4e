"""A recording is stored completely and read with care: an invalid or too large one is rejected in one sentence."""

from __future__ import annotations

import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.errors import MachineUnreachable
from grader.machine.question import (
    Answer,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NoAnswer,
    NonceQuestion,
    WaitQuestion,
)
from grader.machine.recording.format import (
    MAX_BYTES,
    MAX_EXCHANGES,
    ConnectionLost,
    RecordedEngine,
    RecordedExchange,
    Recording,
    encode_recording,
    read_recording,
)
from grader.machine.transport.interface import TransportFacts
from grader.messages import LANGUAGES, say

if TYPE_CHECKING:
    from pathlib import Path

HEAD = b"grader-recording/1\n"
WHOLE = Recording(
    exercise="tp2",
    student="e2301234",
    student_name="Zoé",
    machine=TransportFacts("unix:///var/run/docker.sock", "default", ""),
    engine=RecordedEngine("Docker", "26.1.5", "1.45", "1.24"),
    ports="41200-41209",
    disposable=True,
    exchanges=[
        RecordedExchange(
            EngineQuestion("/containers/json", (("all", "1"),)), Answer(200, b"[]", {"date": "…"}, at=5.0), 0.1
        ),
        RecordedExchange(HttpQuestion(4000, "/x", host="::1"), NoAnswer("refused", "no"), 0.2),
        RecordedExchange(FileQuestion("write", "/srv/.grader-1", b"\0\xff"), Answer(), 0.3),
        RecordedExchange(NonceQuestion("site web"), Answer(body=b"1-2"), 0.3),
        RecordedExchange(WaitQuestion(0.1), Answer(), 0.4),
        RecordedExchange(EngineQuestion("/info"), ConnectionLost("engine-silent", {"where": "there"}), 20.4),
    ],
)


def refused(path: Path) -> MachineUnreachable:
    with pytest.raises(MachineUnreachable) as raised:
        read_recording(path)
    for language in LANGUAGES:
        sentence = say(raised.value.code, "wrong", raised.value.values, language)
        assert str(path) in sentence
        assert "\n" not in sentence
        assert say(raised.value.code, "look", raised.value.values, language)
    return raised.value


def written(folder: Path, data: bytes) -> Path:
    path = folder / "x.recording"
    path.write_bytes(data)
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert read_recording(written(tmp_path, encode_recording(WHOLE))) == WHOLE


def test_a_recording_says_what_it_is_in_its_first_line_and_is_compressed() -> None:
    many = msgspec.structs.replace(WHOLE, exchanges=WHOLE.exchanges * 500)
    data = encode_recording(many)
    assert data.startswith(HEAD)
    assert len(data) < len(msgspec.msgpack.encode(many)) / 20


def test_a_missing_file_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.recording").code == "recording-missing"
    assert refused(tmp_path).code == "recording-missing"


def test_a_newer_format_is_refused_by_its_name(tmp_path: Path) -> None:
    error = refused(written(tmp_path, b"grader-recording/2\nwhatever"))
    assert error.code == "recording-other-format"
    assert error.values["detail"] == "grader-recording/2"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b'{"format": "grader-result/1"}',
        HEAD,
        HEAD + b"not compressed",
        encode_recording(WHOLE)[:-7],
        HEAD + zlib.compress(b"not msgpack"),
        HEAD + zlib.compress(msgspec.msgpack.encode({"exercise": "tp2"})),
        HEAD + zlib.compress(msgspec.msgpack.encode({"exercise": 2, "student": "x", "machine": {"url": "x"}})),
        HEAD + zlib.compress(b"\x91" * 5000),
    ],
    ids=["empty", "zeros", "json", "head", "raw", "cut", "garbled", "partial", "types", "nested"],
)
def test_what_is_not_a_whole_recording_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refused(written(tmp_path, data)).code == "recording-unreadable"


def test_control_characters_of_a_hostile_file_are_not_repeated(tmp_path: Path) -> None:
    assert "\x1b" not in str(refused(written(tmp_path, b"grader-recording/\x1b[31m\nx")).values)


def bomb() -> bytes:
    """Compressed a thousandfold: 512 MiB of zeros in half of one."""
    packer = zlib.compressobj(6)
    return HEAD + b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()


def many_objects() -> bytes:
    """Within the size, but with millions of the smallest exchanges."""
    one = msgspec.msgpack.encode(RecordedExchange(NonceQuestion(), Answer(), 0.0))
    number = MAX_BYTES // 2 // len(one)
    about = msgspec.msgpack.encode(msgspec.structs.replace(WHOLE, exchanges=[]))
    body = bytes([about[0] + 1]) + about[1:] + b"\xa9exchanges" + b"\xdd" + number.to_bytes(4, "big") + one * number
    return HEAD + zlib.compress(body, 1)


def many_headers() -> bytes:
    """Within the size and the number, but with millions of headers in one answer."""
    number = MAX_BYTES // 2 // 6
    about = msgspec.msgpack.encode(msgspec.structs.replace(WHOLE, exchanges=[]))
    headers = b"\xdf" + number.to_bytes(4, "big") + b"\xa4abcd\xa0" * number
    answer = b"\x82\xa4type\xa6answer\xa7headers" + headers
    exchange = b"\x93" + msgspec.msgpack.encode(NonceQuestion()) + answer + b"\xcb" + bytes(8)
    return HEAD + zlib.compress(bytes([about[0] + 1]) + about[1:] + b"\xa9exchanges\x91" + exchange, 1)


@pytest.mark.parametrize("make", [bomb, many_objects, many_headers])
def test_a_hostile_recording_takes_little_memory(tmp_path: Path, make: object) -> None:
    """Read in a separate process, so that its peak memory can be measured."""
    assert callable(make)
    path = written(tmp_path, make())
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from grader.errors import MachineUnreachable\n"
        "from grader.machine.recording.format import read_recording\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read_recording(Path(sys.argv[1]))\n"
        "except MachineUnreachable as error: code = error.code\n"
        "print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, timeout=60, check=True)
    code, grown = done.stdout.split()
    assert code == "recording-unreadable"
    assert int(grown) * 1024 < 3 * MAX_BYTES, f"{int(grown) // 1024} MiB"


def test_the_limits_leave_room_for_what_a_recorder_keeps(tmp_path: Path) -> None:
    exchange = RecordedExchange(EngineQuestion("/x"), Answer(body=b"y" * 4000), 0.0)
    full = msgspec.structs.replace(WHOLE, exchanges=[exchange] * MAX_EXCHANGES)
    assert len(read_recording(written(tmp_path, encode_recording(full))).exchanges) == MAX_EXCHANGES
