"""tp1: how the container that one types in was started, left and found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_TRACE = "/root/trace.txt"


def _config(role: str, **fields: object) -> Change:
    return lambda state: state.edit(state.role(role), lambda doc: doc["Config"].update(fields))


def _in_tp1(state: State) -> bool:
    return state.exercise == "tp1"


@mistake
def terminal_missing(state: State) -> Variants:
    """`-i` alone, `-t` alone, neither."""
    if _in_tp1(state):
        yield "tty", _config("tp1-ubuntu", Tty=False)
        yield "stdin", _config("tp1-ubuntu", OpenStdin=False)
        yield "both", _config("tp1-ubuntu", Tty=False, OpenStdin=False)


@mistake
def command_other(state: State) -> Variants:
    """It was started to do one thing, not to be typed in."""

    def change(state: State) -> None:
        def edit(doc: Json) -> None:
            doc["Config"]["Cmd"] = ["sleep", "3600"]
            doc["Path"], doc["Args"] = "sleep", ["3600"]

        state.edit(state.role("tp1-ubuntu"), edit)

    if _in_tp1(state):
        yield "", change


@mistake
def left_with_a_failure(state: State) -> Variants:
    """The shell's last command had failed."""
    if _in_tp1(state):
        for code in (1, 127, 130):
            yield str(code), _last_end(code)


@mistake
def left_by_force(state: State) -> Variants:
    """`docker stop` or `docker kill` from another terminal."""
    if _in_tp1(state):
        yield "137", _last_end(137, "kill")
        yield "129", _last_end(129, "kill")


def _last_end(code: int, before: str = "") -> Change:
    def change(state: State) -> None:
        slot = state.role("tp1-ubuntu")
        if state.doc(slot)["State"]["Status"] != "exited":
            raise NotApplicableError("it runs")
        state.edit(slot, lambda doc: doc["State"].update(ExitCode=code))
        for lines in _events(state, slot):
            last = next((one for one in reversed(lines) if one["Action"] == "die"), None)
            if last:
                last["Actor"]["Attributes"]["exitCode"] = str(code)
            if last and before:
                killed = {**last, "Action": before, "status": before}
                lines.insert(lines.index(last), killed)

    return change


@mistake
def never_started_again(state: State) -> Variants:
    def change(state: State) -> None:
        slot = state.role("tp1-ubuntu")
        if state.doc(slot)["State"]["Status"] != "exited":
            raise NotApplicableError("it runs")
        for lines in _events(state, slot):
            first = next((place for place, one in enumerate(lines) if one["Action"] == "die"), None)
            if first is None:
                raise NotApplicableError("the engine has forgotten its first end")
            del lines[first + 1 :]
            ended = lines[-1]["timeNano"] / 1e9
        started = state.doc(slot)["Created"]
        state.edit(slot, lambda doc: doc["State"].update(StartedAt=started, FinishedAt=_date(ended)))

    if _in_tp1(state):
        yield "", change


@mistake
def trace_missing(state: State) -> Variants:
    """The file was never written; or elsewhere; or under another name."""
    if _in_tp1(state):
        yield "not made", _trace([])
        yield "elsewhere", _trace([{"Kind": 1, "Path": "/srv/trace.txt"}])
        yield "misnamed", _trace([{"Kind": 0, "Path": "/root"}, {"Kind": 1, "Path": "/root/traces.txt"}])


def _trace(changes: list[Json]) -> Change:
    def change(state: State) -> None:
        slot = state.role("tp1-ubuntu")
        state.changes = {other: [] for other in state.slots.values()} | {slot: changes}
        state.files[slot, _TRACE] = None

    return change


@mistake
def trace_on_a_mount(state: State) -> Variants:
    """A folder of the machine is mounted there: the file is not in the container."""

    def change(state: State) -> None:
        slot = state.role("tp1-ubuntu")
        mount = {"Type": "bind", "Source": "/home/student/root", "Destination": "/root", "Mode": "", "RW": True}
        state.changes[slot] = []
        state.edit(slot, lambda doc: doc.update(Mounts=[dict(mount)]))

    if _in_tp1(state):
        yield "", change


@mistake
def trace_in_the_image(state: State) -> Variants:
    """`docker commit` to a name of one's own: `docker diff` no longer shows it."""

    def change(state: State) -> None:
        state.changes[state.role("tp1-ubuntu")] = [{"Kind": 0, "Path": "/root"}]

    if _in_tp1(state):
        yield "", change


@mistake
def trace_written_late(state: State) -> Variants:
    """Written after the second start only."""

    def change(state: State) -> None:
        slot = state.role("tp1-ubuntu")
        for one in state.exchanges:
            ask, body = one["ask"], one["say"].get("body", {})
            if ask.get("path", "").endswith("/archive") and [pair[1] for pair in ask["query"]] == [_TRACE]:
                if "tar" not in body:
                    raise NotApplicableError("it is not in this container")
                state.files[slot, _TRACE] = _dated(one["say"], state.doc(slot))
                state.logs[slot] = [[1, "root@7ec3dd4c889a:/# exit\n"]]

    if _in_tp1(state):
        yield "", change


def _dated(said: Json, doc: Json) -> Json:
    """The file, written in the last run."""
    ended = str(doc["State"]["StartedAt" if doc["State"]["Status"] == "running" else "FinishedAt"])
    member = {**said["body"]["tar"][0], "mtime": 1767268860}
    stat = {**said["headers"]["x-docker-container-path-stat"], "mtime": ended}
    return {**said, "body": {"tar": [member]}, "headers": {"x-docker-container-path-stat": stat}}


@mistake
def hostname_of_the_machine(state: State) -> Variants:
    """`--uts host`, or the machine's name typed."""

    def change(state: State) -> None:
        [name] = {body["Name"] for body in state.bodies("/info")}

        def edit(doc: Json) -> None:
            doc["HostConfig"]["UTSMode"] = "host"
            doc["Config"]["Hostname"] = name

        state.edit(state.role("tp1-fond"), edit)

    if _in_tp1(state):
        yield "", change


@mistake
def process_of_another(state: State) -> Variants:
    """Process 1 is not bash."""

    def sleeping(state: State) -> None:
        slot = state.role("tp1-fond")

        def edit(doc: Json) -> None:
            doc["Config"]["Cmd"] = ["sleep", "infinity"]
            doc["Path"], doc["Args"] = "sleep", ["infinity"]

        state.edit(slot, edit)
        for one in state.answers(r"/containers/\w+/top"):
            for row in one["say"]["body"]["json"]["Processes"]:
                row[-1] = "sleep infinity"
        for one in state.exchanges:
            if one["ask"].get("path", "").startswith("/exec/"):
                if one["ask"]["path"].endswith("/start"):
                    one["say"] = {"body": {"frames": [[1, "/usr/bin/sleep\n"]]}}
                else:
                    one["say"]["body"]["json"]["ExitCode"] = 0

    def shared(state: State) -> None:
        state.edit(state.role("tp1-fond"), lambda doc: doc["HostConfig"].update(PidMode="host"))

    if _in_tp1(state):
        yield "sleep", sleeping
        yield "host", shared


@harmless
def trace_of_any_text(state: State) -> Variants:
    """Any line will do."""

    def change(text: str) -> Change:
        def write(state: State) -> None:
            for one in state.exchanges:
                members = one["say"].get("body", {}).get("tar")
                if members and members[0]["name"] == "trace.txt":
                    members[0]["text"] = text

        return write

    if _in_tp1(state):
        yield "accents", change("Bonjour à tous, c'est déjà l'été…\n")
        yield "long", change("x" * 3000 + "\n")
        yield "no newline", change("1")


@harmless
def files_more(state: State) -> Variants:
    """Other files were made in the containers."""

    def change(slots: Callable[[State], list[str]]) -> Change:
        def add(state: State) -> None:
            for slot in slots(state):
                for one in state.answers(rf"/containers/{_id(state, slot)}/changes"):
                    one["say"]["body"]["json"] += [{"Kind": 0, "Path": "/srv"}, {"Kind": 1, "Path": "/srv/essai.txt"}]

        return add

    if state.exercise == "tp1":
        yield "", change(lambda state: [state.role("tp1-ubuntu")])
    if state.exercise == "tp3":
        yield "", change(lambda state: [state.role("couches")])


def _id(state: State, slot: str) -> str:
    return next(id_ for id_, its in state.slots.items() if its == slot)


def _events(state: State, slot: str) -> list[list[Json]]:
    """Every answer about the container's events. Raises `NotApplicableError` if there is none."""
    id_ = _id(state, slot)
    found = [
        one["say"]["body"]["lines"]
        for one in state.exchanges
        if one["ask"].get("path") == "/events" and id_ in str(one["ask"]) and "lines" in one["say"].get("body", {})
    ]
    if not found:
        raise NotApplicableError("no events")
    return found


def _date(seconds: float) -> str:
    whole = int(seconds) - 1767268740
    return f"2026-01-01T11:59:{whole:02d}.{int(seconds * 1000) % 1000:03d}Z"
