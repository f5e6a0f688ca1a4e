"""`tests/recordings/tp2/wrong/port-reversed.jsonl`: a line per question: `[question, moments, answer, moments, …]`.

The first line is the header. An engine's JSON is written as its difference from the previous answer to the same
question (`"like": "before"`), or from an answer of its kind in `tests/recordings/like/`. Longer texts, such as a
server's error page, are stored once in `tests/recordings/texts/` (`"text_of"`).
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tests.replays.ids import fold_ids, unfold_ids
from tests.replays.patch import apply_patch, make_patch
from tests.replays.runs import repeated, written_out
from tests.replays.timestamps import EPOCH
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

RECORDINGS: Final = ROOT / "tests" / "recordings"
_LIKE: Final = "like"
_TEXTS: Final = "texts"
_LONG: Final = 200
"""Characters of a text from which on it is stored in a file of its own."""
_UNSAFE: Final = re.compile(r"[^\w.-]+")
_TASK_ID: Final = re.compile(r"(\.\w{25})+$")
"""The suffix that Swarm adds to the name of a task's container."""
_PATCHED: Final = {"json", "lines", "frames"}


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    engine: dict[str, str]
    ports: str = ""
    passive: bool = False
    disposable: bool = False
    solution: str = ""
    """SHA-256 of the solution's files."""
    test: str = ""
    """The id of the test that it was recorded from."""
    spec: str = ""
    """The text of `exercise.toml`, if that test has changed it."""


class StoredRecording(msgspec.Struct, frozen=True):
    header: Header
    exchanges: list[dict[str, Any]]
    """The exchanges, decoded: see `tests.replays.document`."""


def stored_path(name: str) -> Path:
    return RECORDINGS / f"{name}.jsonl"


def recorded_names() -> list[str]:
    found = RECORDINGS.glob("tp*/**/*.jsonl")
    return sorted(path.relative_to(RECORDINGS).with_suffix("").as_posix() for path in found)


def write_stored(kept: StoredRecording) -> None:
    lines = [_line(msgspec.to_builtins(kept.header))]
    asked = sorted(((_line(one["ask"]), one) for one in kept.exchanges), key=lambda pair: pair[0])
    for _, same in itertools.groupby(asked, key=lambda pair: pair[0]):
        exchanges = [one for _, one in same]
        ask = _short(exchanges[0]["ask"])
        answers = _answers(kept.header.name, exchanges)
        lines.append(_line([ask, *itertools.chain.from_iterable((one["at"], one["say"]) for one in answers)]))
    path = stored_path(kept.header.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{fold_ids(line)}\n" for line in lines), encoding="utf-8")


def read_header(name: str) -> Header:
    with stored_path(name).open(encoding="utf-8") as file:
        return msgspec.json.decode(file.readline(), type=Header)


def read_stored(name: str) -> StoredRecording:
    first, *lines = unfold_ids(stored_path(name).read_text(encoding="utf-8")).rstrip("\n").split("\n")
    exchanges: list[dict[str, Any]] = []
    for line in lines:
        asked, *answers = json.loads(line)
        ask = _long(asked)
        before: Any = None
        for moments, say in zip(answers[::2], answers[1::2], strict=True):
            _give_date(ask, moments[0], say)
            body = say.get("body", {})
            if (body.get("is") or next(iter(body), "")) == "frames":
                say["body"] = body = _written_out(body)
            if "text_of" in body:
                say["body"] = {"text": _text(body["text_of"])}
            elif "each" in body:
                say["body"] = {
                    body["is"]: [apply_patch(_base(body["like"])[one.get("of", 0)], one) for one in body["each"]]
                }
            elif "like" in body:
                base = before if body["like"] == "before" else _base(body["like"])
                say["body"] = {body["is"]: apply_patch(base, body)}
            before = next(iter(say.get("body", {}).values()), None)
            exchanges += [{"ask": ask, "at": at, "say": say} for at in moments]
    exchanges.sort(key=lambda one: float(one["at"]))
    return StoredRecording(msgspec.convert(json.loads(first), Header), exchanges)


def _answers(name: str, exchanges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    before: dict[str, Any] | None = None
    for one in exchanges:
        if before is not None and before["say"] == one["say"]:
            answers[-1]["at"].append(one["at"])
            continue
        say = one["say"]
        if _PATCHED & say.get("body", {}).keys():
            say = say | {"body": _alike(name, one, before)}
        elif len(text := say.get("body", {}).get("text", "")) > _LONG:
            say = say | {"body": {"text_of": _keep_text(text)}}
        answers.append({"at": [one["at"]], "say": _without_date(one, say)})
        before = one
    return answers


def _without_date(one: dict[str, Any], say: dict[str, Any]) -> dict[str, Any]:
    """`say` with the engine's clock as its difference from that of the recording, in seconds, if there is one."""
    if not _has_date(one["ask"], say):
        return say
    rest = {key: value for key, value in say.items() if key != "at"}
    by = say["at"] - EPOCH - int(one["at"]) if "at" in say else None
    return rest if by == 0 else {"at": by} | rest


def _give_date(ask: dict[str, Any], moment: float, say: dict[str, Any]) -> None:
    if _has_date(ask, say) and (by := say.pop("at", 0)) is not None:
        say["at"] = float(EPOCH + int(moment) + by)


def _has_date(ask: dict[str, Any], say: dict[str, Any]) -> bool:
    return bool(ask["type"] == "engine" and "type" not in say)


def _short(ask: dict[str, Any]) -> dict[str, Any] | str:
    """`GET /containers/json?all=1`, as most questions are, or the question as it is."""
    query = ask.get("query", [])
    path = ask.get("path", "") + ("?" if query else "") + "&".join("=".join(pair) for pair in query)
    short = f"GET {path}"
    return short if ask["type"] == "engine" and _long(short) == ask else ask


def _long(ask: dict[str, Any] | str) -> dict[str, Any]:
    if not isinstance(ask, str):
        return ask
    path, _, query = ask.removeprefix("GET ").partition("?")
    pairs = [pair.split("=", 1) for pair in query.split("&")] if query else []
    return {"type": "engine", "path": path, **({"query": pairs} if pairs else {})}


def _keep_text(text: str) -> str:
    """The name of the file that holds `text`."""
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    path = RECORDINGS / _TEXTS / f"{name}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fold_ids(text).encode("utf-8", "surrogatepass"))
    return name


@cache
def _text(name: str) -> str:
    return unfold_ids((RECORDINGS / _TEXTS / f"{name}.txt").read_bytes().decode("utf-8", "surrogatepass"))


def _alike(name: str, one: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """The body as its difference from another, if that is shorter."""
    [(form, value)] = one["say"]["body"].items()
    ways = [{form: value}]
    if before is not None and form in before["say"].get("body", {}):
        ways.append({"is": form, "like": "before"} | make_patch(before["say"]["body"][form], value))
    kind = _kind(one["ask"])
    kind = kind and f"{name.partition('/')[0]}-{kind}"
    if form != "frames" and kind and value and one["say"].get("status", 200) == 200:
        kind = f"{kind}-list" if isinstance(value, list) else f"{kind}{_name_of(value)}"
        _make_base(kind, value)
        ways.append({"is": form, "like": kind} | make_patch(_base(kind), value))
        if isinstance(value, list):
            ways.append({"is": form, "like": kind, "each": [_element_alike(_base(kind), part) for part in value]})
    if form == "frames":
        ways = [_in_runs(way) for way in ways]
    return min(ways, key=lambda way: len(_line(way)))


def _in_runs(way: dict[str, Any]) -> dict[str, Any]:
    """`way`, with lines of a log that repeat, one by one or in pairs, written once with the number of times."""
    if "frames" in way:
        return {"frames": repeated(way["frames"])}
    if more := way.get("but", {}).get("/-"):
        return way | {"but": way["but"] | {"/-": repeated(more)}}
    return way


def _written_out(way: dict[str, Any]) -> dict[str, Any]:
    if "frames" in way:
        return {"frames": written_out(way["frames"])}
    if more := way.get("but", {}).get("/-"):
        return way | {"but": way["but"] | {"/-": written_out(more)}}
    return way


def _kind(ask: dict[str, Any]) -> str:
    """The name of the file with which answers to such questions are compared."""
    if ask["type"] == "compose":
        return f"compose-{ask['verb']}"
    if ask["type"] != "engine" or ask.get("method", "GET") != "GET":
        return ""
    match [part for part in ask["path"].split("/") if part]:
        case ["images", *_, last]:
            return f"image-{last}"
        case [kind, _, last]:
            return f"{kind.removesuffix('s')}-{last}"
        case parts:
            return "-".join(parts)


def _name_of(value: Any) -> str:
    """`-web`, the name of the container or the image that an answer is about: two with the same name are most alike."""
    match value:
        case {"RepoTags": [*names]} if named := [name for name in names if not name.startswith("grader-rehearsal")]:
            return "-" + _UNSAFE.sub("-", named[0])
        case {"Name": str(name)}:
            return "-" + _UNSAFE.sub("-", _TASK_ID.sub("", name.strip("/")))
        case _:
            return ""


_BASES: dict[str, Any] = {}


def _base(kind: str) -> Any:
    if kind not in _BASES:
        _BASES[kind] = json.loads(unfold_ids((RECORDINGS / _LIKE / f"{kind}.json").read_text(encoding="utf-8")))
    return _BASES[kind]


def _element_alike(base: list[Any], value: Any) -> dict[str, Any]:
    """`value` as its difference from the element of `base` that is most like it."""
    ways = [{**({"of": place} if place else {}), **make_patch(one, value)} for place, one in enumerate(base)]
    return min(ways, key=lambda way: len(_line(way)))


def _make_base(kind: str, value: Any) -> None:
    """The first answer of its kind is the one that later ones are compared with, forever: files depend on it."""
    path = RECORDINGS / _LIKE / f"{kind}.json"
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_suffix(f".{os.getpid()}")
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    made.write_text(fold_ids(text) + "\n", encoding="utf-8")
    made.rename(path)
    _BASES[kind] = copy.deepcopy(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(", ", ": "))
