"""TP4 and TP5: the todos in three containers, joined through the machine, or by a network."""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
from typing import TYPE_CHECKING, Final

import msgspec

from benchmarks.fairness.oracle.answers import Answers, Unclear, bare, ever_ran, is_up, places, published, variables
from benchmarks.fairness.oracle.containers import absent, down, find, is_mounted, is_published, is_renamed, runs
from benchmarks.fairness.oracle.verdict import EARNED, UNKNOWN, Verdict, first, lost

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.state import Json

ROLES: Final = ("mongo", "api", "app")
_BUILT_IN: Final = {"bridge", "host", "none"}
_TARGETS: Final = (
    "asks-itself",
    "looks-elsewhere",
    "looks-on-another-port",
    "api-without-database",
    "url-not-place",
    "nothing-listens-inside",
)


def _of_all(answers: Answers, row: Callable[[Answers, str], Verdict]) -> Verdict:
    """The row's verdict for the three containers together; unknown while one may be meant under another name."""
    if any(is_renamed(answers, role) for role in ROLES):
        return UNKNOWN
    return first(*(row(answers, role) for role in ROLES))


def three_run(answers: Answers) -> Verdict:
    return first(*(first(runs(answers, role), _is_right_image(answers, role)) for role in ROLES))


def _is_right_image(answers: Answers, role: str) -> Verdict:
    doc = find(answers, role)
    others = {bare(one) for one in answers.spec["containers"][role].get("other_images", [])}
    return lost("container-other-image") if doc and bare(doc["Config"]["Image"]) in others else EARNED


# --- TP4


def _added(answers: Answers, role: str) -> str | Verdict:
    """The address that `--add-host` or `--link` gives to `mydocker`; otherwise the verdict."""
    doc = find(answers, role)
    if doc is None:
        return absent(answers, role)
    name = answers.spec["hosts"]["mydocker"]
    entries = dict(one.partition(":")[::2] for one in doc["HostConfig"].get("ExtraHosts") or [])
    known = {key.lower(): value for key, value in entries.items()}
    if name in known:
        return str(known[name])
    if any(one.endswith(f"/{name}") for one in doc["HostConfig"].get("Links") or []):
        return "link"
    return lost("host-misspelt" if known else "host-missing", "host-by-hand")


def mydocker_is_known(answers: Answers) -> Verdict:
    def row(answers: Answers, role: str) -> Verdict:
        found = _added(answers, role)
        return EARNED if isinstance(found, str) else found

    return _of_all(answers, row)


def mydocker_is_this_machine(answers: Answers) -> Verdict:
    def row(answers: Answers, role: str) -> Verdict:
        found = _added(answers, role)
        return found if not isinstance(found, str) else _is_the_machine(answers, found)

    return _of_all(answers, row)


def _is_the_machine(answers: Answers, address: str) -> Verdict:
    if address == "host-gateway":
        return EARNED
    if address in {"link", ""}:
        return UNKNOWN
    if ipaddress.ip_address(address).is_loopback:
        return lost("host-is-loopback")
    docs = [answers.doc(one["Id"]) for one in answers.listed if find_slot(answers, one)]
    if any(place.get("IPAddress") == address for doc in docs for place in places(doc).values()):
        return lost("host-is-a-container")
    gateways = {place.get("Gateway") for doc in docs for place in places(doc).values()} | {"172.17.0.1"}
    return EARNED if address in gateways | answers.state.own_addresses else lost("host-elsewhere")


def find_slot(answers: Answers, entry: Json) -> bool:
    """True for a container that was ever inspected."""
    return bool(answers.state.inspects(answers.state.slots[entry["Id"]]))


def page_answers(answers: Answers) -> Verdict:
    up, is_out = three_run(answers), is_published(answers, "app")
    doc = find(answers, "app")
    if doc is None:
        return UNKNOWN if is_renamed(answers, "app") else absent(answers, "app")
    page = answers.get(answers.state.port("app")) if is_up(doc) and is_out == EARNED else None
    if page is not None and getattr(page, "status", 0) == 200:
        return EARNED
    return _because(answers, up, is_out, mydocker_is_known(answers), mydocker_is_this_machine(answers))


def _because(answers: Answers, *rows: Verdict) -> Verdict:
    """Lost: the causes of these rows, and those of a program that looks in the wrong place."""
    causes = [one for one in (*rows, *_published(answers)) if one not in {EARNED, UNKNOWN}]
    if any(is_renamed(answers, role) for role in ROLES):
        return UNKNOWN
    return first(*causes, lost(*_TARGETS, "site-silent", "site-error", "network-internal"))


def _published(answers: Answers) -> list[Verdict]:
    return [is_published(answers, role) for role in answers.spec["ports"]]


def todo_goes(answers: Answers) -> Verdict:
    """A todo is added on the page and found at the API, as it was recorded."""
    doc, api = find(answers, "app"), find(answers, "api")
    causes = [three_run(answers), is_published(answers, "app")]
    if answers.spec.get("networks") or answers.spec.get("compose"):
        causes.append(meet(answers))
    else:
        causes += [mydocker_is_known(answers), mydocker_is_this_machine(answers)]
    if doc and api and is_up(doc) and is_published(answers, "app") == EARNED:
        posts = answers.recorded(doc, "POST /$")
        if not posts:
            raise Unclear("nothing was added")
        answer = answers.ask_again(msgspec.structs.replace(posts[0], port=answers.state.port("app")))
        if getattr(answer, "status", 599) < 400 and _is_listed(answers, api, posts[0].body.partition(b"=")[2]):
            return EARNED
    return _because(answers, *causes, *([reaches_by_name(answers)] if answers.state.exercise == "tp5" else []))


def _is_listed(answers: Answers, api: Json, text: bytes) -> bool:
    for question in answers.recorded(api, "GET /todos$"):
        found = answers.ask_again(question)
        if text in getattr(found, "body", b""):
            return True
    return False


# --- TP5


def _network(answers: Answers, role: str) -> Json | Verdict:
    """The network of the spec, exactly named, or Compose's own name for it; otherwise what was done instead."""
    wanted = answers.spec["networks"][role]["name"]
    for one in answers.networks():
        if one["Name"] == wanted or (one.get("Labels") or {}).get("com.docker.compose.network") == wanted:
            return one
    return lost("network-missing", "network-misnamed", "network-of-compose")


def meant_network(answers: Answers, role: str) -> Json | Verdict:
    """The network, or the one that is meant by nearly its name: only the row that asks for the name is lost by that."""
    wanted = _letters(answers.spec["networks"][role]["name"])
    known = {name: one for one in answers.networks() for name in network_names(one)}
    near = difflib.get_close_matches(wanted, map(_letters, known), cutoff=0.8)
    found = [one for name, one in known.items() if near and _letters(name) == near[0]]
    return found[0] if found else _network(answers, role)


def network_names(network: Json) -> tuple[str, ...]:
    """The network's own name and, if Compose made it, its name in the file."""
    in_file = (network.get("Labels") or {}).get("com.docker.compose.network")
    return (network["Name"], in_file) if in_file else (network["Name"],)


def _letters(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def network_exists(answers: Answers, *roles: str) -> Verdict:
    found: list[Verdict] = []
    for role in roles:
        one = _network(answers, role)
        if isinstance(one, dict):
            right = one["Driver"] == answers.spec["networks"][role]["driver"]
            found.append(EARNED if right else lost("network-other-driver"))
        else:
            found.append(one)
    return first(*found)


def todos_net(answers: Answers) -> Verdict:
    return network_exists(answers, "todos-net")


def all_on_it(answers: Answers) -> Verdict:
    network = meant_network(answers, "todos-net")
    if not isinstance(network, dict):
        return network

    def row(answers: Answers, role: str) -> Verdict:
        return is_on(answers, role, network)

    return _of_all(answers, row)


def is_on(answers: Answers, role: str, network: Json) -> Verdict:
    doc = find(answers, role)
    if doc is None:
        return absent(answers, role)
    if not ever_ran(doc):
        return first(down(doc), lost("network-not-joined"))
    return (
        EARNED
        if network["Name"] in places(doc)
        else lost("network-default-bridge", "network-not-joined", "network-mode")
    )


def meet(answers: Answers) -> Verdict:
    """The page and the API, and the API and the database, have a network in common where names are known."""
    docs = [find(answers, role) for role in ROLES]
    if None in docs:
        return first(*(absent(answers, role) for role in ROLES))
    mongo, api, app = (set(places(doc)) - _BUILT_IN for doc in docs if doc)
    if mongo & api and api & app:
        return EARNED
    return lost("network-default-bridge", "network-not-joined", "networks-do-not-meet", "network-mode")


def nothing_open(answers: Answers) -> Verdict:
    def row(answers: Answers, role: str) -> Verdict:
        doc = find(answers, role)
        if doc is None:
            return absent(answers, role)
        if not ever_ran(doc):
            return first(down(doc), lost("published-inside")) if not published(doc) else lost("published-inside")
        return lost("published-inside") if published(doc) else EARNED

    if any(is_renamed(answers, role) for role in ("mongo", "api")):
        return UNKNOWN
    return first(*(row(answers, role) for role in ("mongo", "api")))


def no_name_by_hand(answers: Answers) -> Verdict:
    found: list[Verdict] = []
    for role in ROLES:
        doc = find(answers, role)
        if doc is None:
            return UNKNOWN
        links = [
            *(doc["HostConfig"].get("Links") or []),
            *(x for one in places(doc).values() for x in one.get("Links") or []),
        ]
        found.append(lost("still-add-host") if doc["HostConfig"].get("ExtraHosts") else EARNED)
        found.append(lost("still-linked") if links else EARNED)
    return first(*found)


def reaches_by_name(answers: Answers) -> Verdict:
    if any(is_renamed(answers, role) for role in ("mongo", "api")):
        return UNKNOWN
    mongo, api = find(answers, "mongo"), find(answers, "api")
    up = first(runs(answers, "mongo"), runs(answers, "api"))
    if up != EARNED or mongo is None or api is None:
        return up
    host = variables(api).get(answers.spec["todos"]["mongo_variable"], "").rpartition(":")[0]
    by_address = host.replace(".", "").isdigit() and not host.startswith("127.")
    connected = _lists(answers, api)
    if connected and by_address:
        return lost("address-not-name")
    if connected and set(places(mongo)) & set(places(api)) - _BUILT_IN:
        return EARNED
    return first(lost(*_TARGETS, "address-not-name"), all_on_it(answers))


def _lists(answers: Answers, api: Json) -> bool:
    """The API gives its list: it has a database."""
    port = answers.spec["containers"]["api"]["port"]
    addresses = [str(one.get("IPAddress") or "") for one in places(api).values()]
    for address in filter(None, addresses):
        found = answers.get(port, "/todos", host=address)
        if getattr(found, "status", 0) == 200:
            return isinstance(json.loads(getattr(found, "body", b"{}")), list)
    return False


def after(answers: Answers, *rows: Verdict) -> Verdict:
    """A row that breaks things, on a machine that is declared disposable."""
    if not answers.state.header.disposable:
        return UNKNOWN
    return first(*rows)


def survives_new_database(answers: Answers) -> Verdict:
    return after(answers, is_mounted(answers, "db"), todo_goes(answers))


def published_of(role: str) -> Callable[[Answers], Verdict]:
    return lambda answers: is_published(answers, role)


def data(answers: Answers) -> Verdict:
    return is_mounted(answers, "db")


TP4: Final = {
    "test_three_containers_run": three_run,
    "test_mydocker_is_known": mydocker_is_known,
    "test_mydocker_is_this_machine": mydocker_is_this_machine,
    "test_database_is_published": published_of("mongo"),
    "test_api_is_published": published_of("api"),
    "test_page_is_published": published_of("app"),
    "test_data_is_in_your_folder": data,
    "test_page_answers": page_answers,
    "test_todo_goes_all_the_way": todo_goes,
}
TP5: Final = {
    "test_network_is_there": todos_net,
    "test_three_containers_run": three_run,
    "test_all_three_are_on_it": all_on_it,
    "test_only_the_page_is_open": nothing_open,
    "test_page_is_published": published_of("app"),
    "test_no_name_is_known_by_hand": no_name_by_hand,
    "test_api_reaches_the_database": reaches_by_name,
    "test_data_is_in_your_folder": data,
    "test_todo_goes_all_the_way": todo_goes,
    "test_todo_survives_a_new_database": survives_new_database,
}
