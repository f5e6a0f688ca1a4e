"""Containers: missing, misnamed, stopped, in a loop, or of another image."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.operators.edits import end, never_start, set_variable
from benchmarks.fairness.operators.files import service_of
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_SINGLE: Final = {
    "tp1": ("tp1-ubuntu", "tp1-fond"),
    "tp2": ("web", "hello"),
    "tp3": ("couches", "tp3-app"),
    "tp4": ("mongo", "api", "app"),
    "tp5": ("mongo", "api", "app"),
    "tp6": ("mongo", "api", "app"),
    "tp7": ("redis", "lb"),
}
"""Roles with one container."""
_SERVERS: Final = {"web", "tp3-app", "mongo", "api", "app", "lb", "redis", "tp1-fond"}
"""Roles whose container must run."""
_KILLED: Final = 137
_LAST_MINUTE: Final = 1767268740
"""The last whole minute before the recording, in seconds since 1970."""


def _each(state: State, change: Callable[[State, str], None], among: set[str] | None = None) -> Variants:
    for role in _SINGLE.get(state.exercise, ()):
        if among is None or role in among:
            yield role, _of(role, change)


def _of(role: str, change: Callable[[State, str], None]) -> Change:
    return lambda state: change(state, state.role(role))


@mistake
def container_removed(state: State) -> Variants:
    yield from _each(state, lambda state, slot: state.remove(slot))


@mistake
def container_misnamed(state: State) -> Variants:
    """A capital letter, or a digit more."""

    def rename(new: Callable[[str], str]) -> Callable[[State, str], None]:
        def change(state: State, slot: str) -> None:
            if service_of(state, slot):
                raise NotApplicableError("Compose names it")
            _rename(state, slot, new(slot))

        return change

    for how, new in {"capital": str.capitalize, "digit": lambda name: f"{name}1"}.items():
        for variant, change in _each(state, rename(new)):
            yield f"{variant} {how}", change


@mistake
def container_not_named(state: State) -> Variants:
    """Docker chose a name."""

    def change(state: State, slot: str) -> None:
        if service_of(state, slot):
            raise NotApplicableError("Compose names it")
        _rename(state, slot, "eager_hopper")

    yield from _each(state, change)


def _rename(state: State, slot: str, name: str) -> None:
    def edit(doc: Json) -> None:
        doc["Name"] = f"/{name}"
        for network, place in (doc["NetworkSettings"]["Networks"] or {}).items():
            for key in ("Aliases", "DNSNames"):
                if place.get(key) and network != "bridge":
                    place[key] = [name if one == slot else one for one in place[key]]

    state.edit(slot, edit)


@mistake
def container_stopped(state: State) -> Variants:
    """`docker stop` after it had run for long."""
    yield from _each(
        state, lambda state, slot: end_container(state, slot, 0, 3000, "kill", "stop"), _SERVERS - {"tp1-fond"}
    )


@mistake
def container_killed(state: State) -> Variants:
    yield from _each(state, lambda state, slot: end_container(state, slot, 137, 3000, "kill"), _SERVERS)


@mistake
def container_crashed(state: State) -> Variants:
    """Its program ended by itself, with an error."""

    def change(state: State, slot: str) -> None:
        end_container(state, slot, 1, 1)
        state.logs[slot] = [[2, "Error: cannot read its configuration\n"]]

    yield from _each(state, change, _SERVERS - {"tp1-fond"})


@mistake
def container_in_a_loop(state: State) -> Variants:
    def change(state: State, slot: str) -> None:
        def edit(doc: Json) -> None:
            end(doc, 1, status="restarting")
            doc["State"].update(Restarting=True, Running=True)
            doc["RestartCount"] = 6
            doc["HostConfig"]["RestartPolicy"] = {"Name": "always", "MaximumRetryCount": 0}

        state.logs[slot] = [[2, "Error: cannot read its configuration\n"]]
        attached_nobody(state, slot)
        state.edit(slot, edit)

    yield from _each(state, change, _SERVERS - {"tp1-fond"})


@mistake
def container_paused(state: State) -> Variants:
    def change(state: State, slot: str) -> None:
        state.edit(slot, lambda doc: doc["State"].update(Status="paused", Paused=True))

    yield from _each(state, change, _SERVERS)


@mistake
def container_never_started(state: State) -> Variants:
    """`docker create`, and no more."""

    def change(state: State, slot: str) -> None:
        state.logs[slot] = []
        attached_nobody(state, slot)
        state.edit(slot, never_start)

    yield from _each(state, change, _SERVERS)


@mistake
def container_of_another_image(state: State) -> Variants:
    """An image of another name and other layers, with a server of its own that also shows the folder."""

    def change(state: State) -> None:
        slot = state.role("web")
        image = next(one for one in state.bodies(r"/images/.+/json") if "nginx:latest" in (one.get("RepoTags") or []))
        state.edit(slot, lambda doc: doc.update(Image="sha256:" + "ab" * 32))
        state.edit(slot, lambda doc: doc["Config"].update(Image="httpd"))
        other = image | {"Id": "sha256:" + "ab" * 32, "RepoTags": ["httpd:latest"]}
        other["RootFS"] = {"Type": "layers", "Layers": ["sha256:" + "cd" * 32]}
        _add_image(state, other)
        _add_image(state, image)

    if state.exercise == "tp2":
        yield "web", change


@mistake
def container_of_the_next_exercise(state: State) -> Variants:
    """One of the v2 images in TP4: it looks for its server under another name."""

    def change(role: str, variable: str, value: str) -> Change:
        def take(state: State) -> None:
            slot = state.role(role)
            old = state.doc(slot)["Config"]["Image"]
            if not old.endswith("-v1"):
                raise NotApplicableError("the image has another name")

            def edit(doc: Json) -> None:
                doc["Config"]["Image"] = f"{old.removesuffix('-v1')}-v2"
                set_variable(doc, variable, value)

            state.edit(slot, edit)

        return take

    if state.exercise == "tp4":
        yield "api", change("api", "MONGO", "todos-mongo:27017")
        yield "app", change("app", "API_URL", "todos-api:8082")


def _add_image(state: State, image: Json) -> None:
    for name in (image["Id"], *(image["RepoTags"] or [])):
        ask = {"type": "engine", "path": f"/images/{name.removesuffix(':latest')}/json"}
        state.exchanges = [one for one in state.exchanges if one["ask"] != ask]
        state.exchanges.append({"ask": ask, "at": 0.0, "say": {"body": {"json": image}}})


@mistake
def container_in_the_foreground(state: State) -> Variants:
    """`docker run` without `-d`: it ends with the terminal."""

    def change(state: State) -> None:
        slot = state.role("web")
        doc = state.doc(slot)
        if service_of(state, slot):
            raise NotApplicableError("Compose attaches by itself")
        state.edit(slot, lambda doc: doc["Config"].update(AttachStdout=True, AttachStderr=True))
        state.events[slot] = [event_of(doc, what, at) for what, at in (("create", 1), ("attach", 2), ("start", 3))]

    if state.exercise == "tp2":
        yield "web", change


def event_of(doc: Json, action: str, at_s: float, **attributes: str) -> Json:
    """An event of a container, so many seconds after the last minute before the recording."""
    moment = _LAST_MINUTE + at_s
    actor = {"ID": doc["Id"], "Attributes": {"image": doc["Config"]["Image"], "name": doc["Name"].lstrip("/")}}
    actor["Attributes"] |= attributes
    own = {"Type": "container", "Action": action, "Actor": actor, "scope": "local"}
    return own | {"time": int(moment), "timeNano": int(moment * 1e9)}


def attached_nobody(state: State, slot: str) -> None:
    doc = state.doc(slot)
    state.events[slot] = [event_of(doc, "create", 1), event_of(doc, "start", 2)]


def end_container(state: State, slot: str, code: int, ran_s: float, *by_hand: str) -> None:
    """Its program ends after so many seconds. `by_hand`: the events of what ended it, but for `die`."""
    if state.exercise in {"tp1", "tp7"} and slot not in state.role_slots("lb"):
        state.logs[slot] = []
    state.edit(slot, lambda doc: end(doc, code, ran_s=ran_s))
    doc = state.doc(slot)
    began, ended = (_seconds(doc["State"][one]) for one in ("StartedAt", "FinishedAt"))
    events = [("create", began - 1), ("start", began), ("kill", ended - 0.2), ("die", ended), ("stop", ended + 0.2)]
    attributes = {"kill": {"signal": "9" if code == _KILLED else "15"}, "die": {"exitCode": str(code)}}
    state.events[slot] = [
        event_of(doc, what, at, **attributes.get(what, {}))
        for what, at in events
        if what not in {"kill", "stop"} or what in by_hand
    ]


def _seconds(moment: str) -> float:
    """Of a date of `docker inspect`, in the way of `event_of`."""
    return datetime.fromisoformat(moment).timestamp() - _LAST_MINUTE


@harmless
def container_that_may_stop(state: State) -> Variants:
    """The container of `hello`, or the one with the added files, ended with any code."""

    def change(code: int) -> Callable[[State, str], None]:
        def ended(state: State, slot: str) -> None:
            if state.doc(slot)["State"]["Status"] != "exited":
                raise NotApplicableError("it runs")
            state.edit(slot, lambda doc: doc["State"].update(ExitCode=code))

        return ended

    for code in (0, 1, 137):
        for variant, one in _each(state, change(code), {"hello", "couches"}):
            yield f"{variant} {code}", one


@harmless
def container_up_for_long(state: State) -> Variants:
    """Started an hour ago."""

    def change(state: State) -> None:
        for slot in dict.fromkeys(state.slots.values()):
            docs = state.inspects(slot)
            if (
                docs
                and docs[0]["State"]["Status"] == "running"
                and len({one["State"]["StartedAt"] for one in docs}) == 1
            ):
                state.edit(slot, lambda doc: doc["State"].update(StartedAt="2026-01-01T11:00:00.000Z"))

    if state.exercise not in {"tp1", "tp8"}:
        yield "", change


@harmless
def container_restarted_by_hand(state: State) -> Variants:
    """`docker restart`: it has ended before."""

    def change(state: State, slot: str) -> None:
        def edit(doc: Json) -> None:
            doc["State"].update(FinishedAt="2026-01-01T11:59:40.000Z", ExitCode=0)

        state.edit(slot, edit)

    if state.exercise != "tp1":
        yield from _each(state, change, _SERVERS)
