"""Rows about one container: it is there, it runs, its port is published, its folder is mounted."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.oracle.answers import Answers, Unclear, bare, ever_ran, is_open, is_up, published
from benchmarks.fairness.oracle.verdict import EARNED, UNKNOWN, Verdict, first, lost

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json

_BY_HAND: Final = {0, 129, 130, 131, 137, 143}
_LONG_S: Final = 10
_ENDS: Final = ("container-exited", "container-crash-loop")
KEEPS: Final = "mount-unused"


def find(answers: Answers, role: str) -> Json | None:
    """The container of a role by its exact name, or one of its service: one that runs, if there are several."""
    name = answers.spec["containers"].get(role, {}).get("name", "")
    service = answers.spec.get("compose", {}).get("services", {}).get(role, "")
    if service:
        found = answers.service_meant(role)
        return found[0] if found else None
    own = answers.service(name)
    return answers.named(name) or max(own, key=is_up, default=None)


def absent(answers: Answers, role: str) -> Verdict:
    """Lost if there is no container of that name; unknown if one may be meant."""
    if find(answers, role) is not None:
        return EARNED
    spec = answers.spec["containers"][role]
    near = answers.near(spec.get("name", ""), spec.get("image", ""))
    return lost(f"container-{near or 'missing'}")


def is_renamed(answers: Answers, role: str) -> bool:
    """True if some container may be meant: then it is for the suite to say what else it earns."""
    spec = answers.spec["containers"][role]
    return find(answers, role) is None and bool(answers.near(spec.get("name", ""), spec.get("image", "")))


def runs(answers: Answers, role: str) -> Verdict:
    """It is there, and up."""
    doc = find(answers, role)
    return absent(answers, role) if doc is None else down(doc)


def down(doc: Json) -> Verdict:
    """Lost, with what it does instead, unless it runs."""
    state = doc["State"]
    if is_up(doc):
        return EARNED
    codes = {"created": "container-created", "paused": "container-paused", "restarting": "container-crash-loop"}
    if state["Status"] in codes:
        return lost(codes[state["Status"]])
    stopped = state["ExitCode"] in _BY_HAND and (state["ExitCode"] in {137, 143} or _seconds(state) >= _LONG_S)
    return lost("container-stopped" if stopped else "container-exited")


def _seconds(state: Json) -> int:
    """How long it ran, by the minute and the second."""
    began, ended = (str(state[one]).partition("T")[2] for one in ("StartedAt", "FinishedAt"))
    return _of_day(ended) - _of_day(began)


def _of_day(moment: str) -> int:
    hours, minutes, seconds = moment.rstrip("Z").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(float(seconds))


def is_published(answers: Answers, role: str) -> Verdict:
    """Its port is published where the handout says, for others too."""
    doc, state = find(answers, role), answers.state
    if doc is None:
        return UNKNOWN if is_renamed(answers, role) else absent(answers, role)
    if not ever_ran(doc):
        return first(down(doc), lost("port-reversed", "port-taken"))
    wanted, inside = state.port(role), answers.spec["containers"][role].get("port")
    ports = published(doc)
    if state.header.ports:
        range_ = [int(one) for one in state.header.ports.split("-")]
        is_reversed = any(port == inside and target == wanted for _, port, target, _ in ports)
        if not is_reversed and any(port and not range_[0] <= port <= range_[1] for _, port, _, _ in published(doc)):
            return lost("outside-your-ports")
    here = [one for one in ports if one[1] == wanted and one[2] == (inside or one[2])]
    if any(protocol == "tcp" and is_open(address) for address, _, _, protocol in here):
        return EARNED
    return lost(_why_not_published(answers, doc, here, wanted, inside))


def _why_not_published(  # noqa: PLR0911 - one return per cause
    answers: Answers, doc: Json, here: list[tuple[str, int, int, str]], wanted: int, inside: int | None
) -> str:
    ports, host = published(doc), doc["HostConfig"]
    if host.get("NetworkMode") == "host":
        return "port-host-network"
    if any(port == inside and target == wanted for _, port, target, _ in ports):
        return "port-reversed"
    if here:
        return "port-udp" if all(protocol == "udp" for _, _, _, protocol in here) else "port-on-loopback"
    if any(port == wanted for _, port, _, _ in ports):
        return "port-wrong-inside"
    if host.get("PublishAllPorts"):
        return "port-random"
    if not ports and host.get("PortBindings") and is_up(doc):
        inner = {one["Name"] for one in answers.networks() if one.get("Internal")}
        return "network-internal" if set(doc["NetworkSettings"]["Networks"]) <= inner else "port-no-network"
    return "port-other" if ports else "port-not-published"


def is_mounted(answers: Answers, role: str) -> Verdict:  # noqa: PLR0911 - one return per cause
    """The student's folder is bind-mounted at its place, and the program keeps its data there."""
    folder = answers.spec["folders"][role]
    doc = find(answers, folder["container"])
    if doc is None:
        return UNKNOWN if is_renamed(answers, folder["container"]) else absent(answers, folder["container"])
    if not ever_ran(doc):
        return down(doc)
    if first(down(doc), EARNED) in {lost(code) for code in _ENDS}:
        return UNKNOWN  # the mount may be why it ends
    inside, outside = folder["inside"], str(folder["outside"])
    mounts = doc.get("Mounts") or []
    here = next((one for one in mounts if one["Destination"].rstrip("/") == inside), None)
    tail = PurePosixPath(outside.removeprefix("~/")).parts
    if here is None or (_is_anonymous(here) and any(one["Type"] == "bind" for one in mounts)):
        elsewhere = [one for one in mounts if one["Type"] == "bind"]
        wrong = any(PurePosixPath(one["Source"]).parts[-len(tail) :] == tail for one in elsewhere)
        return (
            lost("mount-wrong-inside") if wrong else lost("mount-missing", "mount-wrong-inside", "copied-not-mounted")
        )
    if here["Type"] == "volume":
        if _stands_for(answers, here, tail):
            return EARNED
        return lost("anonymous-volume-not-bind" if _is_anonymous(here) else "named-volume-not-bind")
    if here["Type"] != "bind":
        return lost("mount-not-bind")
    return first(_is_right_folder(answers, here["Source"], tail, outside), _keeps_data(answers, doc, here))


def _is_right_folder(answers: Answers, source: str, tail: tuple[str, ...], outside: str) -> Verdict:
    parts = PurePosixPath(source).parts
    is_home = outside.startswith("~/")
    if parts[-len(tail) :] == tail and not (is_home and len(parts) == len(tail) + 1):
        return EARNED
    if answers.is_same_folder(source, "/".join(tail)):
        return EARNED
    if not answers.state.folders.get(source, [""]):
        return lost("mount-mistyped")
    folded = tuple(one.casefold() for one in parts[-len(tail) :]) == tuple(one.casefold() for one in tail)
    return lost("mount-other-case") if folded and parts[-len(tail) :] != tail else lost("mount-wrong-outside")


def _keeps_data(answers: Answers, doc: Json, mount: Json) -> Verdict:
    words = [word.rpartition("=")[2] for word in doc.get("Args") or []]
    away = [one for one in words if one.startswith("/") and not one.startswith(mount["Destination"])]
    return lost(KEEPS) if away and answers.state.folders.get(mount["Source"]) == [] else EARNED


def _is_anonymous(mount: Json) -> bool:
    return mount["Type"] == "volume" and len(mount.get("Name", "")) == 64


def _stands_for(answers: Answers, mount: Json, tail: tuple[str, ...]) -> bool:
    """A volume whose driver options name the folder."""
    for one in answers.state.bodies(rf"/volumes/{mount.get('Name')}"):
        device = str((one.get("Options") or {}).get("device", ""))
        if PurePosixPath(device).parts[-len(tail) :] == tail:
            return True
    return False


def is_from(doc: Json, *images: str) -> bool:
    """It was created from an image of one of these names."""
    return bare(doc["Config"]["Image"]) in images


def has_served(answers: Answers, role: str, doc: Json, pattern: str) -> bool:
    """One of the requests that were recorded gets what was asked for, on the role's port."""
    port = answers.state.port(role)
    pages = {one.path for one in answers.recorded(doc, pattern)}
    if not pages:
        raise Unclear("no request")
    return any(getattr(answers.get(port, one), "status", 0) == 200 for one in sorted(pages))


def reaches(answers: Answers, port: int, doc: Json, path: str) -> bool:
    """A request to the port is answered without an error, and the container's log, if it has one, shows it."""
    found = answers.get(port, path)
    if not hasattr(found, "status") or found.status >= 500:
        return False
    log = answers.log(doc["Id"])
    return path.encode() in log or not log.strip() or b"GET" not in log


def unclear_as_unknown(row: object, answers: Answers) -> Verdict:
    """The row's verdict; unknown if the machine's answers do not say."""
    assert callable(row)
    try:
        found: Verdict = row(answers)
    except Unclear:
        return UNKNOWN
    return found
