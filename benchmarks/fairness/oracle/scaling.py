"""TP7 and TP8: replicas behind a load balancer, tasks of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.fairness.oracle.answers import Answers, Unclear, ever_ran, is_open, is_up, places, published
from benchmarks.fairness.oracle.containers import down, find, is_published
from benchmarks.fairness.oracle.todos import meant_network, network_exists
from benchmarks.fairness.oracle.verdict import EARNED, UNKNOWN, Verdict, first, lost

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json

_BEHIND: Final = ("lb-finds-nobody", "lb-answers-by-itself", "lb-reaches-some", "site-silent", "site-error")


def _service(answers: Answers, role: str) -> Verdict:
    service = answers.spec["compose"]["services"][role]
    codes = ("service-missing", "service-misspelt", "service-other-name", "project-missing")
    return EARNED if answers.service(service) else lost(*codes)


def _replicas(answers: Answers) -> list[Json]:
    return answers.service_meant("web")


def _running(answers: Answers) -> list[Json]:
    return [one for one in _replicas(answers) if is_up(one)]


def web_runs(answers: Answers) -> Verdict:
    return first(_service(answers, "web"), _web_is_up(answers))


def _web_is_up(answers: Answers) -> Verdict:
    """Whatever the service is called."""
    if not _replicas(answers):
        return _service(answers, "web")
    return EARNED if _running(answers) else first(*(down(one) for one in _replicas(answers)))


def three_replicas(answers: Answers) -> Verdict:
    wanted, there = answers.spec["compose"]["replicas"]["web"], _replicas(answers)
    if len(there) != wanted:
        return lost("replicas-too-few" if len(there) < wanted else "replicas-too-many", "container-name-blocks-scaling")
    return first(*(down(one) for one in there))


def balancer_runs(answers: Answers) -> Verdict:
    doc = find(answers, "lb")
    return first(_service(answers, "lb"), down(doc) if doc else EARNED)


def _balancer_is_up(answers: Answers) -> Verdict:
    doc = find(answers, "lb")
    return down(doc) if doc else _service(answers, "lb")


def balancer_is_published(answers: Answers) -> Verdict:
    return _service(answers, "lb") if find(answers, "lb") is None else is_published(answers, "lb")


def both_networks(answers: Answers) -> Verdict:
    return network_exists(answers, "front-tier", "back-tier")


def _on(answers: Answers, role: str, docs: list[Json]) -> Verdict:
    network = meant_network(answers, role)
    if not isinstance(network, dict):
        return network
    found = []
    for doc in docs:
        if not ever_ran(doc):
            found.append(down(doc))
        else:
            on_it = network["Name"] in places(doc)
            found.append(EARNED if on_it else lost("network-not-joined", "network-default-bridge", "network-mode"))
    return first(*found)


def who_is_in_front(answers: Answers) -> Verdict:
    doc = find(answers, "lb")
    if doc is None:
        return _service(answers, "lb")
    return first(_web_is_up(answers), _on(answers, "front-tier", [doc, *_running(answers)]))


def who_is_behind(answers: Answers) -> Verdict:
    doc = find(answers, "redis")
    if doc is None:
        return _service(answers, "redis")
    rows = [_service(answers, "redis"), down(doc), _on(answers, "back-tier", [doc, *_running(answers)])]
    if len(places(doc)) > 1:
        rows.append(lost("network-not-only"))
    if published(doc):
        rows.append(lost("published-inside"))
    return first(*rows)


def replicas_publish_nothing(answers: Answers) -> Verdict:
    up = _web_is_up(answers)
    return first(up, *(lost("published-inside") for one in _replicas(answers) if published(one)))


def balancer_answers(answers: Answers) -> Verdict:
    doc = find(answers, "lb")
    before = first(_balancer_is_up(answers), balancer_is_published(answers), _web_is_up(answers))
    if doc is None or before != EARNED:
        return before
    probes = answers.recorded(doc, r"GET /(\??\.grader-|$)")
    if not probes:
        raise Unclear("no request")
    found = [answers.get(answers.state.port("lb"), one.path) for one in probes]
    if any(getattr(one, "status", 599) < 500 for one in found):
        return EARNED
    return first(who_is_in_front(answers), lost(*_BEHIND, "listens-on-another-port", "nothing-listens-inside"))


def each_is_reached(answers: Answers) -> Verdict:
    before = balancer_answers(answers)
    if before != EARNED:
        return before
    doc, wanted = find(answers, "lb"), answers.spec["compose"]["replicas"]["web"]
    assert doc
    paths = {one.path for one in answers.recorded(doc, r"GET /\?\.grader-[0-9a-f]{8}")}
    for path in paths:
        for _ in range(4 * wanted):
            answers.get(answers.state.port("lb"), path)
    running = _running(answers)
    if len(running) < wanted:
        return first(three_replicas(answers), lost("replicas-too-few"))
    logs = [answers.log(one["Id"]) for one in running]
    if not any(b".grader" in one for one in logs):
        return UNKNOWN  # replicas that log nothing
    reached = [any(path.encode()[2:] in log for path in paths) for log in logs]
    # If its page cannot be shown since redis is missing, it is for the suite to say whether it counts as reached.
    if not all(reached):
        return first(lost(*_BEHIND), who_is_in_front(answers), who_is_behind(answers))
    return EARNED if who_is_behind(answers) == EARNED else UNKNOWN


def nothing_is_lost(answers: Answers) -> Verdict:
    return each_is_reached(answers) if answers.state.header.disposable else UNKNOWN


# --- TP8


def swarm_is_active(answers: Answers) -> Verdict:
    swarm = answers.info()["Swarm"]
    if swarm["LocalNodeState"] == "active" and swarm.get("ControlAvailable"):
        return EARNED
    return lost("swarm-inactive", "swarm-locked", "swarm-worker", "swarm-not-active")


def _net(answers: Answers) -> Json | Verdict:
    wanted = answers.spec["networks"]["tp8-net"]["name"]
    named = [one for one in answers.networks() if one["Name"] == wanted or one["Name"].endswith(f"_{wanted}")]
    return named[0] if named else first(swarm_is_active(answers), lost("network-missing", "network-misnamed"))


def _meant_net(answers: Answers) -> Json | Verdict:
    found = _net(answers)
    meant = meant_network(answers, "tp8-net") if not isinstance(found, dict) else found
    return meant if isinstance(meant, dict) else found


def network_is_there(answers: Answers) -> Verdict:
    network = _net(answers)
    if not isinstance(network, dict):
        return network
    return EARNED if network["Driver"] == "overlay" else lost("network-other-driver")


def network_is_attachable(answers: Answers) -> Verdict:
    network = _meant_net(answers)
    if not isinstance(network, dict):
        return network
    return EARNED if network["Attachable"] else lost("network-not-attachable")


def _web(answers: Answers) -> Json | None:
    wanted = answers.spec["services"]["web"]["name"]
    for one in answers.services():
        if one["Spec"]["Name"] == wanted or one["Spec"]["Name"].endswith(f"_{wanted}"):
            found: Json = one
            return found
    return None


def _meant_web(answers: Answers) -> Json | None:
    """The service, or the only one of the swarm: another name loses the row that asks for it."""
    services = answers.services()
    return _web(answers) or (services[0] if len(services) == 1 else None)


def _no_service(answers: Answers) -> Verdict:
    names = ("swarm-service-missing", "swarm-service-misspelt", "swarm-service-other-name", "service-by-hand")
    return first(swarm_is_active(answers), lost(*names))


def _up(answers: Answers) -> list[Json]:
    service = _meant_web(answers)
    tasks = answers.tasks(service["ID"]) if service else []
    return [one for one in tasks if one["Status"]["State"] == "running"]


def service_runs(answers: Answers) -> Verdict:
    return first(EARNED if _web(answers) else _no_service(answers), _some_task_runs(answers))


def _some_task_runs(answers: Answers) -> Verdict:
    if _meant_web(answers) is None:
        return _no_service(answers)
    return EARNED if _up(answers) else lost("tasks-pending", "tasks-fail", "tasks-starting", "task-image-missing")


def three_tasks(answers: Answers) -> Verdict:
    service = _meant_web(answers)
    if service is None:
        return _no_service(answers)
    asked = service["Spec"]["Mode"].get("Replicated", {}).get("Replicas")
    if asked != answers.spec["services"]["web"]["replicas"]:
        return lost("service-scale", "service-global")
    return EARNED if len(_up(answers)) == asked else lost("tasks-pending", "tasks-fail", "tasks-starting")


def service_on_net(answers: Answers) -> Verdict:
    service, network = _meant_web(answers), _meant_net(answers)
    if service is None:
        return _no_service(answers)
    if not isinstance(network, dict):
        return network
    targets = {one["Target"] for one in service["Spec"]["TaskTemplate"].get("Networks") or []}
    return EARNED if targets & {network["Id"], network["Name"]} else lost("service-not-on-network")


def _doors(answers: Answers) -> list[Json]:
    """The running containers that publish the site's port for everybody."""
    port = answers.state.port("web")
    found = []
    for entry in answers.listed:
        if entry["State"] == "running" and answers.state.inspects(answers.state.slots[entry["Id"]]):
            doc = answers.doc(entry["Id"])
            if any(one[1] == port and one[3] == "tcp" and is_open(one[0]) for one in published(doc)):
                found.append(doc)
    return found


def site_is_published(answers: Answers) -> Verdict:
    service, port = _meant_web(answers), answers.state.port("web")
    if service is None:
        return _no_service(answers)
    own = service.get("Endpoint", {}).get("Ports") or []
    chosen = any(one.get("PublishMode") == "host" and not one.get("PublishedPort") for one in own)
    if chosen or any(one.get("PublishedPort") == port and one.get("Protocol", "tcp") == "tcp" for one in own):
        return EARNED
    if _doors(answers) or any(one["Spec"]["Name"] != service["Spec"]["Name"] for one in answers.services()):
        return EARNED
    wrong = ("service-port-reversed", "service-port-other", "service-port-udp") if own else ("service-not-published",)
    return lost(*wrong, "network-not-attachable")


def site_answers(answers: Answers) -> Verdict:
    before = first(site_is_published(answers), _some_task_runs(answers))
    if before != EARNED:
        return before
    probes = {
        one["ask"]["path"]
        for one in answers.state.exchanges
        if one.get("to") and "grader" in one["ask"].get("path", "")
    }
    own = (_meant_web(answers) or {}).get("Endpoint", {}).get("Ports") or []
    if not probes or any(one.get("PublishMode") == "host" for one in own):
        raise Unclear("a port for each task")
    found = [answers.get(answers.state.port("web"), path) for path in sorted(probes)]
    if any(getattr(one, "status", 599) < 500 for one in found):
        return EARNED
    return first(service_on_net(answers), lost(*_BEHIND))


def killed_task_is_replaced(answers: Answers) -> Verdict:
    if not answers.state.header.disposable:
        return UNKNOWN
    return _some_task_runs(answers)


TP7: Final = {
    "test_web_runs": web_runs,
    "test_three_replicas": three_replicas,
    "test_balancer_runs": balancer_runs,
    "test_balancer_is_published": balancer_is_published,
    "test_both_networks_are_there": both_networks,
    "test_who_is_in_front": who_is_in_front,
    "test_who_is_behind": who_is_behind,
    "test_replicas_publish_nothing": replicas_publish_nothing,
    "test_balancer_answers": balancer_answers,
    "test_each_replica_is_reached": each_is_reached,
    "test_nothing_is_lost_when_one_dies": nothing_is_lost,
}
TP8: Final = {
    "test_swarm_is_active": swarm_is_active,
    "test_network_is_there": network_is_there,
    "test_network_is_attachable": network_is_attachable,
    "test_service_runs": service_runs,
    "test_three_tasks_run": three_tasks,
    "test_service_is_on_the_network": service_on_net,
    "test_site_is_published": site_is_published,
    "test_site_answers": site_answers,
    "test_killed_task_is_replaced": killed_task_is_replaced,
}
