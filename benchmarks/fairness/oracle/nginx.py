"""TP2: nginx with a folder of the machine, and the script of another folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.oracle.answers import Answers, Unclear, ever_ran, is_up
from benchmarks.fairness.oracle.containers import (
    absent,
    find,
    has_served,
    is_mounted,
    is_published,
    is_renamed,
    reaches,
    runs,
)
from benchmarks.fairness.oracle.verdict import EARNED, UNKNOWN, Verdict, first, lost

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json

_SILENT: Final = ("site-silent", "site-error", "someone-else-answers", "nothing-listens-inside")


def web_is_running(answers: Answers) -> Verdict:
    doc = find(answers, "web")
    return first(runs(answers, "web"), _is_nginx(answers, doc) if doc else EARNED)


def _is_nginx(answers: Answers, doc: Json) -> Verdict:
    """Made from nginx's layers, whatever it is called."""
    wanted = answers.spec["containers"]["web"]["image"]
    if wanted in doc["Config"]["Image"]:
        return EARNED
    base, own = answers.image(wanted), answers.image(doc["Image"])
    if base is None or own is None:
        raise Unclear("an image")
    layers = base["RootFS"]["Layers"]
    return EARNED if own["RootFS"]["Layers"][: len(layers)] == layers else lost("container-other-image")


def web_is_detached(answers: Answers) -> Verdict:
    doc = find(answers, "web")
    if doc is None:
        return UNKNOWN if is_renamed(answers, "web") else absent(answers, "web")
    if not ever_ran(doc):
        return UNKNOWN
    if not doc["Config"].get("AttachStdout"):
        return EARNED
    if "com.docker.compose.project" in (doc["Config"].get("Labels") or {}):
        return EARNED
    actions = [one["Action"] for one in answers.events(doc["Id"])]
    return lost("foreground", "foreground-stopped") if "attach" in actions else EARNED


def web_is_published(answers: Answers) -> Verdict:
    return is_published(answers, "web")


def site_answers(answers: Answers) -> Verdict:
    doc = find(answers, "web")
    before = first(runs(answers, "web"), is_published(answers, "web"))
    if doc is None:
        return UNKNOWN if is_renamed(answers, "web") else before
    if before != EARNED:
        return before
    probes = answers.recorded(doc, "GET /.grader-[^.]*$")
    if not probes:
        raise Unclear("no request")
    port = answers.state.port("web")
    return EARNED if any(reaches(answers, port, doc, one.path) for one in probes) else lost(*_SILENT)


def dropped_page_is_served(answers: Answers) -> Verdict:
    doc = find(answers, "web")
    before = first(site_answers(answers), is_mounted(answers, "site"))
    if doc is None or before != EARNED:
        return before
    is_served = has_served(answers, "web", doc, r"GET /.*\.(txt|html)$")
    return EARNED if is_served else lost("not-served", "unreadable")


def index_is_your_own(answers: Answers) -> Verdict:
    before = site_answers(answers)
    if before != EARNED:
        return before
    own = _is_own(answers)
    return own if own == EARNED else first(dropped_page_is_served(answers), own)


def _is_own(answers: Answers) -> Verdict:
    page = answers.get(answers.state.port("web"))
    if getattr(page, "status", 0) != 200:
        return lost("index-missing", "site-status", "site-redirects-away")
    body = getattr(page, "body", b"")
    return (
        lost("index-default")
        if b"<h1>Welcome to nginx!</h1>" in body
        else EARNED
        if body.strip()
        else lost("index-empty")
    )


def hello_says_hello_world(answers: Answers) -> Verdict:
    doc = find(answers, "hello")
    if doc is None:
        return absent(answers, "hello")
    mounted = _mounted_though_down(answers, doc)
    if mounted != EARNED:
        return mounted
    path = f"{answers.spec['folders']['app1']['inside']}/hello"
    if answers.file(doc["Id"], path) is None:
        return lost("file-missing")
    if _says(answers, answers.content(doc["Id"], path)) or _says(answers, answers.log(doc["Id"])):
        return EARNED
    return lost("text-missing", "script-not-heard", "file-empty", "not-executable")


def _says(answers: Answers, content: bytes) -> bool:
    return answers.spec["texts"]["hello"] in re.sub(r"[^a-z0-9]+", " ", _text(content).lower())


def _mounted_though_down(answers: Answers, doc: Json) -> Verdict:
    """The container of the script may have ended in any way."""
    if not ever_ran(doc):
        return lost("container-created", "not-executable")
    found = is_mounted(answers, "app1")
    return EARNED if found == UNKNOWN and not is_up(doc) else found


def _text(content: bytes) -> str:
    return content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")


TP2: Final = {
    "test_web_is_running": web_is_running,
    "test_web_is_detached": web_is_detached,
    "test_web_is_published": web_is_published,
    "test_site_answers": site_answers,
    "test_hello_says_hello_world": hello_says_hello_world,
    "test_dropped_page_is_served": dropped_page_is_served,
    "test_index_is_your_own": index_is_your_own,
}
