"""TP6: the todos from a compose file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.oracle.answers import Answers, ever_ran, published
from benchmarks.fairness.oracle.containers import down, find, is_published
from benchmarks.fairness.oracle.todos import ROLES, after, data, find_slot, meet, todo_goes
from benchmarks.fairness.oracle.verdict import EARNED, UNKNOWN, Verdict, first, lost

if TYPE_CHECKING:
    from collections.abc import Callable


def project_is_there(answers: Answers) -> Verdict:
    return EARNED if answers.project() else lost("project-missing", "project-not-compose")


def project_has_its_name(answers: Answers) -> Verdict:
    name = answers.project()
    if not name:
        return lost("project-missing", "project-not-compose")
    return EARNED if name == answers.spec["compose"]["project"] else lost("project-other-name")


def _service(answers: Answers, role: str) -> Verdict:
    service = answers.spec["compose"]["services"][role]
    if not answers.project():
        return lost("project-missing", "project-not-compose", "service-missing")
    if not answers.service(service):
        return lost("service-missing", "service-misspelt", "service-other-name")
    return EARNED


def services_run(answers: Answers) -> Verdict:
    found: list[Verdict] = []
    for role in ROLES:
        doc = find(answers, role)
        found.append(first(_service(answers, role), down(doc) if doc else EARNED))
    return first(*found)


def _with_services(row: Callable[[Answers], Verdict], *roles: str) -> Callable[[Answers], Verdict]:
    """The row's verdict if the services are there, or others that are meant."""

    def judge(answers: Answers) -> Verdict:
        missing = first(*(_service(answers, role) for role in roles if find(answers, role) is None))
        return row(answers) if missing == EARNED else missing

    return judge


def _its_name(answers: Answers, role: str) -> str:
    """What the service of a role is called."""
    doc = find(answers, role)
    name = ((doc or {}).get("Config", {}).get("Labels") or {}).get("com.docker.compose.service")
    return str(name or answers.spec["compose"]["services"][role])


def images_are_built(answers: Answers) -> Verdict:
    said = answers.compose("config")
    if said is None or said.status != 200:
        return UNKNOWN
    services = json.loads(said.body)["services"]
    found: list[Verdict] = []
    for role, folder in answers.spec["compose"]["built"].items():
        build = services.get(_its_name(answers, role), {}).get("build")
        if not build:
            found.append(lost("image-not-built"))
        elif not str(build.get("context", "")).rstrip("/").endswith(folder):
            others = [one for key, one in answers.spec["compose"]["built"].items() if key != role]
            ends = str(build.get("context", "")).rstrip("/").rpartition("/")[2]
            found.append(lost("image-of-another-folder") if ends in others else UNKNOWN)
        else:
            found.append(EARNED)
    return first(*found)


def network_joins(answers: Answers) -> Verdict:
    created = [doc for role in ROLES if (doc := find(answers, role)) and not ever_ran(doc)]
    return first(*(down(doc) for doc in created)) if created else meet(answers)


def page_published(answers: Answers) -> Verdict:
    return is_published(answers, "app")


def only_page_open(answers: Answers) -> Verdict:
    never = [doc for role in ("mongo", "api") if (doc := find(answers, role)) and not ever_ran(doc)]
    if never:
        return first(*(down(doc) for doc in never))
    found: list[Verdict] = []
    for entry in answers.in_project(answers.project()):
        if entry["State"] not in {"running", "paused"} and find_slot(answers, entry):
            ports = published(answers.doc(entry["Id"]))
        else:
            ports = [
                (one.get("IP", ""), one["PublicPort"], one["PrivatePort"], "")
                for one in entry["Ports"]
                if "PublicPort" in one
            ]
        is_page = (entry["Labels"] or {}).get("com.docker.compose.service") == _its_name(answers, "app")
        if is_page:
            found.append(lost("published-more") if len({one[1] for one in ports}) > 1 else EARNED)
        else:
            found.append(lost("published-inside") if ports else EARNED)
    return first(*found)


def file_is_what_runs(answers: Answers) -> Verdict:
    said = answers.compose("config")
    if said is None:
        return UNKNOWN
    if said.status != 200:
        return lost("compose-file-invalid", "compose-file-gone")
    hashes = answers.compose("hashes")
    if hashes is None or hashes.status != 200:
        return UNKNOWN
    written = dict(line.split() for line in hashes.body.decode().splitlines() if line.strip())
    for role in ROLES:
        doc = find(answers, role)
        service = _its_name(answers, role)
        labels = (doc or {}).get("Config", {}).get("Labels") or {}
        if doc and labels.get("com.docker.compose.version") != hashes.headers.get("version"):
            return UNKNOWN
        if doc and written.get(service) != labels.get("com.docker.compose.config-hash"):
            return lost("compose-file-differs", "compose-file-changed")
    return first(*(_service(answers, role) for role in ROLES if find(answers, role) is None))


def survives_down_and_up(answers: Answers) -> Verdict:
    return after(answers, data(answers), file_is_what_runs(answers), todo_goes(answers))


TP6: Final = {
    "test_project_is_there": project_is_there,
    "test_project_has_its_name": project_has_its_name,
    "test_three_services_run": services_run,
    "test_images_are_built_here": _with_services(images_are_built, "api", "app"),
    "test_network_joins_the_three": _with_services(network_joins, *ROLES),
    "test_page_is_published": _with_services(page_published, "app"),
    "test_only_the_page_is_open": _with_services(only_page_open, "mongo", "api"),
    "test_data_is_in_the_folder": _with_services(data, "mongo"),
    "test_file_is_what_runs": _with_services(file_is_what_runs, *ROLES),
    "test_todo_goes_all_the_way": _with_services(todo_goes, *ROLES),
    "test_todo_survives_down_and_up": _with_services(survives_down_and_up, *ROLES),
}
