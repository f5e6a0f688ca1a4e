"""What answers over HTTP, and what a container has logged of it."""

from __future__ import annotations

import copy
import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Final

from benchmarks.fairness.borrowed import borrow_log
from benchmarks.fairness.changes import copy_queues
from benchmarks.fairness.programs import answer_without

if TYPE_CHECKING:
    from benchmarks.fairness.changes import Changes
    from benchmarks.fairness.programs import Link
    from benchmarks.fairness.state import Json, State
    from benchmarks.fairness.world import Target, World

_MARK: Final = re.compile(r"\.grader-[\w.-]+")
_IDLE: Final = 4096
"""Bytes that a container has received before it was asked anything."""
_REQUEST: Final = 500
"""Bytes of a request besides its path."""
_REFUSED: Final = {"type": "no-answer", "reason": "refused", "detail": "Connection refused"}
_CUT_OFF: Final = {"type": "no-answer", "reason": "cut-off", "detail": "Remote end closed connection without response"}
_NGINX_404: Final = (
    "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n"
    "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)


class Sites:
    """Sends each request where the machine's ports lead today; there, the recorded program answers as it did."""

    def __init__(self, state: State, world: World, changes: Changes) -> None:
        self._state = state
        self._world = world
        self._changes = changes
        self._answers: dict[tuple[str, int, str, str, str], deque[Json]] = defaultdict(deque)
        self._logs: dict[str, deque[Json]] = defaultdict(deque)
        self._arrived: dict[str, set[str]] = defaultdict(set)
        self._received: dict[str, int] = defaultdict(int)
        """Bytes of the requests that have reached a slot."""
        self._unlogged: dict[str, list[str]] = defaultdict(list)
        """Requests that no recorded log has, by slot."""
        for one in state.exchanges:
            if one.get("to"):
                self._answers[(*one["to"], *_request(one["ask"]))].append(one)
            elif one["ask"].get("path", "").endswith("/logs"):
                slot = state.slots.get(one["ask"]["path"].split("/")[2], "")
                self._logs[slot].append(one)
        self._drop_unready(changes.first)

    def unasked(self, changes: Changes) -> Sites:
        """The same, of which nothing has been asked yet."""
        sites = copy.copy(self)
        sites._changes = changes
        sites._answers, sites._logs = copy_queues(self._answers), copy_queues(self._logs)
        sites._arrived, sites._unlogged, sites._received = defaultdict(set), defaultdict(list), defaultdict(int)
        return sites

    def answer(self, ask: Json) -> tuple[float, Json]:
        """When it was recorded, and the answer. Raises `LookupError` if it is not known."""
        target = self._world.at_port(ask["port"], ask.get("host", ""), self._changes.next_moment)
        if target is None:
            return 0, _REFUSED
        programs = self._state.programs
        if target.slot in programs.listening and target.port not in programs.listening[target.slot]:
            return 0, _CUT_OFF
        method, path, body = _request(ask)
        self._note_arrival(target.slot, path)
        cut = self._cut_link(target.slot)
        if cut:
            if not cut[0].is_of_the_lab:
                raise LookupError
            return 0, answer_without(*cut, method, path)
        if target.slot in self._state.pages and method == "GET":
            return 0, self._state.pages[target.slot].get(path) or _not_found()
        queue = self._answers.get((*target, method, path, body))
        if not queue:
            return self._similar(target, method, path)
        one = self._changes.next_of(queue)
        return float(one["at"]), one["say"]

    def log(self, slot: str) -> tuple[float, Json]:
        """When it was recorded, and the log, without the requests that do not arrive today."""
        if slot in self._state.logs:
            return 0, {"body": {"frames": self._state.logs[slot]}}
        queue = self._logs.get(slot)
        if queue:
            one = self._changes.next_of(queue)
            at, said = float(one["at"]), dict(one["say"])
        elif self._unlogged[slot]:
            at, said = 0.0, {}
        else:
            at, said = 0.0, self._sibling_log(slot) or borrow_log(self._state, slot)
        frames = said.get("body", {}).get("frames")
        more = [[1, f'172.17.0.1 - - "GET {path} HTTP/1.1" 404 -\n'] for path in self._unlogged[slot]]
        if frames is not None or more:
            said["body"] = {"frames": [one for one in frames or [] if self._has_arrived(slot, one)] + more}
        return at, said

    def _sibling_log(self, slot: str) -> Json | None:
        """The log of another task of the same service, before any request."""
        for slots in self._state.service_slots().values():
            known = [self._logs[one][0] for one in slots if slot in slots and self._logs.get(one)]
            for one in known:
                frames = one["say"].get("body", {}).get("frames", [])
                return {"body": {"frames": [frame for frame in frames if not _MARK.search(frame[1])]}}
        return None

    def _drop_unready(self, until: float) -> None:
        """Removes what was answered at first, before a program was ready: how often a check asks depends on its way.

        What it never answers otherwise to such a request is not for that reason: it may be an error for ever.
        """
        for kind in {_kind_of(key) for key in self._answers}:
            queues = {key: queue for key, queue in self._answers.items() if _kind_of(key) == kind}
            if not any(_is_good(one["say"]) for queue in queues.values() for one in queue):
                continue
            for key, queue in queues.items():
                kept = [one for one in queue if float(one["at"]) > until or _is_good(one["say"])]
                queue.clear()
                queue.extend(kept)
                if not queue:
                    del self._answers[key]

    def received(self, slot: str) -> Json:
        """The statistics of a container: what it has received grows with each request that reaches it."""
        return {"body": {"json": {"networks": {"eth0": {"rx_bytes": _IDLE + self._received[slot]}}}}}

    def is_cut(self, link: Link) -> bool:
        return self._state.programs.is_cut(link, self._world)

    def _cut_link(self, slot: str) -> tuple[Link, str, int] | None:
        """The first missing link behind a container, the value of its variable, the status that comes back."""
        for link in self._state.programs.links:
            if link.client != slot:
                continue
            if self.is_cut(link):
                return link, self._value(link), 0
            behind = next((found for one in link.servers if (found := self._cut_link(one))), None)
            if behind:
                return link, self._value(link), 503
        return None

    def _value(self, link: Link) -> str:
        entries = self._world.docs.get(link.client, {}).get("Config", {}).get("Env") or []
        return str(dict(entry.partition("=")[::2] for entry in entries).get(link.variable, ""))

    def _note_arrival(self, slot: str, path: str) -> None:
        mark = _MARK.search(path)
        if not mark:
            return
        self._arrived[slot].add(mark[0])
        self._received[slot] += _REQUEST + len(path)
        for link in self._state.programs.links:
            if link.client == slot and not link.variable:
                behind = self._state.programs.reached(link, self._world)
                for one in behind:
                    self._arrived[one].add(mark[0])
                    self._received[one] += _REQUEST + len(path)
                if behind and not any(self._logs_it(one, mark[0]) for one in behind) and self._log_requests(behind):
                    self._unlogged[behind[0]].append(path)
                for one in behind:
                    if one not in self._logs:  # it was not there when the others were recorded
                        self._unlogged[one].append(path)

    def _logs_it(self, slot: str, mark: str) -> bool:
        return any(mark in text for one in self._logs[slot] for text in _texts(one["say"]))

    def _log_requests(self, slots: list[str]) -> bool:
        """True if one of the containers has ever logged a request of a grading."""
        return any(_MARK.search(text) for slot in slots for one in self._logs[slot] for text in _texts(one["say"]))

    def _has_arrived(self, slot: str, frame: list[Any]) -> bool:
        mark = _MARK.search(frame[1])
        return mark is None or mark[0] in self._arrived[slot] or mark[0] not in self._asked()

    def _asked(self) -> set[str]:
        """The marks of all recorded requests."""
        return {found[0] for key in self._answers if (found := _MARK.search(key[3]))}

    def _similar(self, target: Target, method: str, path: str) -> tuple[float, Json]:
        """The answer to another request that nobody can have prepared, from the same program."""
        mark = _MARK.search(path)
        for key, queue in self._answers.items():
            alike = _MARK.search(key[3])
            if (
                key[:3] == (*target, method)
                and mark
                and alike
                and path.replace(mark[0], "") == key[3].replace(alike[0], "")
            ):
                if self._logs_it(target.slot, alike[0]):
                    self._unlogged[target.slot].append(path)
                return 0, queue[-1]["say"]
        raise LookupError


def _request(ask: Json) -> tuple[str, str, str]:
    return ask.get("method", "GET"), ask.get("path", "/"), str(ask.get("body", ""))


def _kind_of(key: tuple[str, int, str, str, str]) -> tuple[str, int, str, str]:
    """The target, the method and the path of a request, whichever mark it has."""
    slot, port, method, path, _ = key
    return slot, port, method, _MARK.sub("*", path)


def _is_good(said: Json) -> bool:
    return said.get("type") != "no-answer" and said.get("status", 200) < 500


def _texts(said: Json) -> list[str]:
    return [text for _, text in said.get("body", {}).get("frames", [])]


def _not_found() -> Json:
    return {"status": 404, "body": {"text": _NGINX_404}, "headers": {"server": "nginx/1.22.1"}}
