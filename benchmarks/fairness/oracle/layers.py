"""TP1 and TP3: what a container's own layer has, how it was left, what an image says of itself."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.oracle.answers import Answers, bare, command, is_up
from benchmarks.fairness.oracle.containers import absent, find, is_from, is_published, is_renamed, reaches, runs
from benchmarks.fairness.oracle.verdict import EARNED, UNKNOWN, Verdict, first, lost

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json

_ADDED: Final = 1
_DELETED: Final = 2
_TOOLS: Final = ("com.docker.compose.", "com.docker.swarm.", "devcontainer.", "io.kubernetes.", "com.docker.desktop.")
_ROOT: Final = {"", "0", "root"}


def _doc(answers: Answers, role: str) -> Json | Verdict:
    """The container of the role, or what becomes of every row about it."""
    found = find(answers, role)
    if found is not None:
        return found
    return UNKNOWN if is_renamed(answers, role) else absent(answers, role)


# --- TP1


def ubuntu_is_there(answers: Answers) -> Verdict:
    doc = find(answers, "tp1-ubuntu")
    if doc is None:
        return absent(answers, "tp1-ubuntu")
    return EARNED if answers.image(doc["Config"]["Image"]) or answers.image("ubuntu") else lost("image-gone")


def first_is_interactive(answers: Answers) -> Verdict:
    doc = _doc(answers, "tp1-ubuntu")
    if not isinstance(doc, dict):
        return doc
    config, typed = doc["Config"], command(doc)
    if PurePosixPath(typed[0]).name != "bash" or any(not one.startswith("-") for one in typed[1:]):
        return lost("command-other")
    missing = (not config["Tty"], not config["OpenStdin"])
    codes = {(True, True): "no-terminal", (True, False): "no-tty", (False, True): "no-stdin"}
    return lost(codes[missing]) if any(missing) else EARNED


def first_was_left_cleanly(answers: Answers) -> Verdict:
    doc = _doc(answers, "tp1-ubuntu")
    if not isinstance(doc, dict):
        return doc
    if is_up(doc):
        return UNKNOWN  # how it was left before is in the events only
    code = doc["State"]["ExitCode"]
    killed = any(one["Action"] in {"kill", "stop"} for one in answers.events(doc["Id"])) or code in {137, 143, 129}
    return EARNED if code == 0 else lost("left-by-force" if killed else "left-after-a-failure")


def trace_is_kept(answers: Answers) -> Verdict:
    doc = _doc(answers, "tp1-ubuntu")
    if not isinstance(doc, dict):
        return doc
    path = answers.spec["files"]["trace"]["path"]
    file = answers.file(doc["Id"], path)
    if file is None:
        return lost("file-not-made", "file-elsewhere", "file-misnamed", "file-deleted", "file-in-another-container")
    ends = [one["timeNano"] / 1e9 for one in answers.events(doc["Id"]) if one["Action"] == "die"]
    starts = [one for one in answers.events(doc["Id"]) if one["Action"] == "start"]
    if not starts:
        return UNKNOWN  # too long ago for the engine
    if len(starts) < 2:
        return lost("never-restarted", "still-inside")
    return EARNED if file.mtime <= ends[len(starts) - 2] + 1 else lost("file-written-late", "file-changed-late")


def trace_is_in_the_layer(answers: Answers) -> Verdict:
    doc = _doc(answers, "tp1-ubuntu")
    return doc if not isinstance(doc, dict) else _is_added(answers, doc, answers.spec["files"]["trace"]["path"])


def _is_added(answers: Answers, doc: Json, path: str) -> Verdict:
    if answers.file(doc["Id"], path) is None:
        return lost("file-not-made", "file-elsewhere", "file-misnamed", "file-deleted", "file-in-another-container")
    if any(PurePosixPath(path).is_relative_to(one["Destination"]) for one in doc.get("Mounts") or []):
        return lost("file-on-a-mount")
    return EARNED if answers.changes(doc["Id"]).get(path) == _ADDED else lost("file-in-image")


def background_runs(answers: Answers) -> Verdict:
    up = runs(answers, "tp1-fond")
    if up != EARNED:
        return up
    doc = find(answers, "tp1-fond")
    assert doc
    if doc["HostConfig"].get("PidMode", "") not in {"", "private"}:
        return lost("process-of-the-machine")
    programs = [row[-1].split()[0] for row in answers.top(doc["Id"])]
    shell = any(PurePosixPath(one).name == "bash" for one in (programs[:1] or command(doc)[:1]))
    own = doc["HostConfig"].get("UTSMode", "") != "host" and doc["Config"]["Hostname"] != answers.info()["Name"]
    if not shell and PurePosixPath(command(doc)[0]).name != "bash":
        return lost("process-1-other")
    return EARNED if own else lost("hostname-of-the-machine")


def nothing_is_left_over(answers: Answers) -> Verdict:
    if any(is_renamed(answers, role) for role in answers.spec["containers"]):
        return UNKNOWN
    missing = [absent(answers, role) for role in answers.spec["containers"]]
    if any(one != EARNED for one in missing):
        return UNKNOWN
    known = {one["name"] for one in answers.spec["containers"].values()} | set(answers.spec["ignored_containers"])
    left = [one for one in answers.listed if not known & {name.lstrip("/") for name in one["Names"]}]
    left = [one for one in left if not any(label.startswith(_TOOLS) for label in one.get("Labels") or {})]
    running = any(one["State"] in {"running", "paused", "restarting"} for one in left)
    return lost("left-over-running" if running else "left-over-stopped") if left else EARNED


# --- TP3


def added_file(answers: Answers) -> Verdict:
    """The first row about `couches`: a container of another name costs this one at least."""
    doc = find(answers, "couches")
    if doc is None:
        return absent(answers, "couches")
    return _is_added(answers, doc, answers.spec["files"]["ajout"]["path"])


def changed_file(answers: Answers) -> Verdict:
    doc = _doc(answers, "couches")
    if not isinstance(doc, dict):
        return doc
    path = answers.spec["files"]["issue"]["path"]
    change = answers.changes(doc["Id"]).get(path)
    if change is None:
        return lost("file-unchanged")
    return lost("file-deleted") if change == _DELETED else EARNED if change == 0 else lost("file-not-of-image")


def image_is_untouched(answers: Answers) -> Verdict:
    doc = _doc(answers, "couches")
    if not isinstance(doc, dict):
        return doc
    return EARNED if is_from(doc, "ubuntu") else UNKNOWN


def _built(answers: Answers) -> Json | None:
    return answers.image(answers.spec["built"]["tp3-app"]["name"]) or next(
        (answers.image(one["Id"]) for one in answers.images() if _is_named(one, "tp3-app")), None
    )


def _is_named(image: Json, name: str) -> bool:
    return any(bare(tag).rpartition("/")[2] == name for tag in image.get("RepoTags") or [])


def image_is_built_here(answers: Answers) -> Verdict:
    image, base = _built(answers), answers.image(answers.spec["built"]["tp3-app"]["base"])
    if image is None:
        return lost("image-missing", "image-misnamed")
    if base is None:
        return lost("base-gone")
    layers = base["RootFS"]["Layers"]
    return EARNED if image["RootFS"]["Layers"][: len(layers)] == layers else lost("image-other-base")


def image_says_how_it_runs(answers: Answers) -> Verdict:
    image, port = _built(answers), answers.spec["built"]["tp3-app"]["port"]
    if image is None:
        return lost("image-missing", "image-misnamed")
    config = image["Config"]
    own = [*(config.get("Entrypoint") or []), *(config.get("Cmd") or [])]
    if own in ([], ["python3"]):
        return lost("image-no-command")
    exposed = config.get("ExposedPorts") or {}
    if f"{port}/tcp" not in exposed:
        return lost("image-other-port" if exposed else "image-no-port")
    if (config.get("WorkingDir") or "/") == "/":
        return lost("image-no-workdir")
    doc = find(answers, "tp3-app")
    is_own = doc is None or command(doc) == own or not (is_from(doc, "tp3-app") or doc["Image"] == image["Id"])
    return EARNED if is_own else lost("command-typed")


def image_is_small(answers: Answers) -> Verdict:
    image = _built(answers)
    if image is None:
        return lost("image-missing", "image-misnamed")
    size = sum(int(one["Size"]) for one in answers.history(image["Id"])) or image["Size"]
    if size >= answers.spec["built"]["tp3-app"]["under_mb"] * 1_000_000:
        return lost("image-too-big")
    others = [one for one in answers.images() if _is_named(one, "python") and "alpine" not in str(one["RepoTags"])]
    return lost("image-not-lighter") if any(size >= one["Size"] for one in others) else EARNED


def container_answers(answers: Answers) -> Verdict:
    if _built(answers) is None:
        return lost("image-missing", "image-misnamed")
    up = runs(answers, "tp3-app")
    doc = find(answers, "tp3-app")
    if doc is None:
        return up
    rows = [up, _runs_latest(answers, doc), is_published(answers, "tp3-app")]
    if first(*rows) != EARNED:
        return first(*rows)
    port = answers.state.port("tp3-app")
    page = answers.get(port)
    shown = getattr(page, "status", 0) == 200
    probes = answers.recorded(doc, "GET /.grader-")
    reached = not probes or any(reaches(answers, port, doc, one.path) for one in probes)
    return EARNED if shown and reached else lost("site-silent", "site-error", "site-status", "someone-else-answers")


def _runs_latest(answers: Answers, doc: Json) -> Verdict:
    image = _built(answers)
    if image is None or doc["Image"] == image["Id"]:
        return EARNED
    made_from = answers.image(doc["Image"])
    if made_from is None:
        return UNKNOWN
    same = made_from["RootFS"] == image["RootFS"] and made_from["Config"]["Cmd"] == image["Config"]["Cmd"]
    return EARNED if same else lost("container-of-older-build", "container-other-image")


def code_is_in_the_image(answers: Answers) -> Verdict:
    doc = _doc(answers, "tp3-app")
    if not isinstance(doc, dict):
        return doc
    folder = PurePosixPath(doc["Config"].get("WorkingDir") or "/")
    code = [PurePosixPath(word) if word.startswith("/") else folder / word for word in command(doc) if ".py" in word]
    mounts = [one["Destination"] for one in doc.get("Mounts") or []]
    over = [one for one in mounts if one == str(folder) or any(path.is_relative_to(one) for path in code)]
    return lost("code-mounted") if over else EARNED


def program_is_not_root(answers: Answers) -> Verdict:  # noqa: PLR0911 - one return per cause
    up = runs(answers, "tp3-app")
    doc = find(answers, "tp3-app")
    if doc is None:
        return UNKNOWN if is_renamed(answers, "tp3-app") else up
    if up != EARNED:
        return first(up, lost("container-of-older-build")) if not is_up(doc) else up
    image = _built(answers)
    latest = _runs_latest(answers, doc)
    if latest != EARNED:
        return UNKNOWN  # whether an older build counts is for the suite to say
    said = str((image or {}).get("Config", {}).get("User", "")).partition(":")[0]
    users = _users(answers, doc)
    if 0 in users and said not in _ROOT:
        return lost("root-by-option", "user-is-root", "runs-as-root")
    if 0 in users:
        return lost("runs-as-root", "user-is-root")
    if said in _ROOT and doc["Config"]["User"].partition(":")[0] not in _ROOT:
        return lost("user-by-option")
    return EARNED


def _users(answers: Answers, doc: Json) -> set[int]:
    """The users of the processes that were started with the container or by it, but not by us."""
    printed = answers.run(doc["Id"], "sh", "-c", "cat /proc/[0-9]*/status").decode(errors="replace")
    users: dict[int, int] = {}
    number = 0
    for line in printed.splitlines():
        if "Pid:\t" in line and "PPid" not in line:
            number = int(line.rpartition("\t")[2])
        if line.startswith("Uid:"):
            users[number] = int(line.split()[1])
    return {users[1]} if 1 in users else set(users.values())


TP1: Final = {
    "test_ubuntu_is_there": ubuntu_is_there,
    "test_first_is_interactive": first_is_interactive,
    "test_first_was_left_cleanly": first_was_left_cleanly,
    "test_trace_is_kept": trace_is_kept,
    "test_trace_is_in_the_layer": trace_is_in_the_layer,
    "test_background_runs": background_runs,
    "test_nothing_is_left_over": nothing_is_left_over,
}
TP3: Final = {
    "test_added_file_is_in_the_layer": added_file,
    "test_changed_file_is_in_the_layer": changed_file,
    "test_image_is_untouched": image_is_untouched,
    "test_image_is_built_here": image_is_built_here,
    "test_image_says_how_it_runs": image_says_how_it_runs,
    "test_image_is_small": image_is_small,
    "test_container_answers": container_answers,
    "test_code_is_in_the_image": code_is_in_the_image,
    "test_program_is_not_root": program_is_not_root,
}
