"""Relatives of known mistakes: right answers that were recorded, changed by operators, and judged by the checks."""

from __future__ import annotations

import pytest

from benchmarks.fairness.judging import judge_by_checks
from benchmarks.fairness.operators import OPERATORS
from benchmarks.fairness.state import State, read_state

KINDS: dict[str, list[tuple[str, str, dict[str, str], int]]] = {
    "a port that was typed and is not in force": [
        ("tp2", "port_on_the_host_network web", {"test_web_is_published": "port-host-network"}, 12),
        ("tp3", "port_on_the_host_network tp3-app", {"test_container_answers": "port-host-network"}, 4),
        ("tp5", "port_on_an_internal_network app", {"test_page_is_published": "network-internal"}, 6),
    ],
    "a folder that is mounted and not used, or not the student's": [
        ("tp4", "data_kept_elsewhere", {"test_data_is_in_your_folder": "mount-unused"}, 2),
        ("tp5", "data_kept_elsewhere", {"test_data_is_in_your_folder": "mount-unused"}, 4),
        ("tp4", "mount_at_the_root_of_the_disk db", {"test_data_is_in_your_folder": "mount-wrong-outside"}, 2),
        ("tp5", "mount_at_the_root_of_the_disk db", {"test_data_is_in_your_folder": "mount-wrong-outside"}, 4),
    ],
    "a name written into /etc/hosts": [
        ("tp4", "host_by_hand mongo", {"test_mydocker_is_known": "host-by-hand"}, 4),
        ("tp4", "host_by_hand api", {"test_mydocker_is_known": "host-by-hand"}, 4),
        ("tp4", "host_by_hand api app", {"test_mydocker_is_known": "host-by-hand"}, 4),
        ("tp4", "host_by_hand mongo api app", {"test_mydocker_is_known": "host-by-hand"}, 4),
    ],
    "one image of the next exercise": [
        ("tp4", "container_of_the_next_exercise api", {"test_three_containers_run": "container-other-image"}, 8),
        ("tp4", "container_of_the_next_exercise app", {"test_three_containers_run": "container-other-image"}, 8),
    ],
    "a port more": [
        ("tp6", "page_published_twice same inside", {"test_only_the_page_is_open": "published-more"}, 2),
        ("tp6", "page_published_twice another inside", {"test_only_the_page_is_open": "published-more"}, 2),
        ("tp6", "page_published_twice udp", {"test_only_the_page_is_open": "published-more"}, 2),
        ("tp6", "page_published_twice on loopback", {"test_only_the_page_is_open": "published-more"}, 2),
        ("tp6", "port_open_inside mongo on loopback", {"test_only_the_page_is_open": "published-inside"}, 2),
        ("tp7", "port_open_inside redis on loopback", {"test_who_is_behind": "published-inside"}, 2),
        ("tp7", "port_open_on_replicas", {"test_replicas_publish_nothing": "published-inside"}, 1),
    ],
    "the folder of another image": [
        ("tp6", "folders_swapped api", {"test_images_are_built_here": "image-of-another-folder"}, 2),
        ("tp6", "folders_swapped app", {"test_images_are_built_here": "image-of-another-folder"}, 2),
        ("tp6", "folders_swapped both", {"test_images_are_built_here": "image-of-another-folder"}, 2),
    ],
    "a mistake that the rest of the exercise does not depend on": [
        ("tp4", "host_wrong mongo missing", {"test_mydocker_is_known": "host-missing"}, 4),
        ("tp4", "host_wrong mongo misspelt", {"test_mydocker_is_known": "host-misspelt"}, 4),
        ("tp4", "host_wrong mongo container", {"test_mydocker_is_this_machine": "host-is-a-container"}, 2),
        ("tp5", "target_is_an_address api", {"test_api_reaches_the_database": "address-not-name"}, 3),
        ("tp7", "replicas_of_another_number four", {"test_three_replicas": "replicas-too-many"}, 3),
        ("tp8", "service_scaled_otherwise two", {"test_three_tasks_run": "service-scale"}, 2),
    ],
    "one container that does not run": [
        ("tp4", "container_stopped mongo", {"test_three_containers_run": "container-stopped"}, 8),
        ("tp4", "container_stopped app", {"test_three_containers_run": "container-stopped"}, 8),
        ("tp5", "container_stopped app", {"test_three_containers_run": "container-stopped"}, 5),
        ("tp6", "container_crashed api", {"test_three_services_run": "container-exited"}, 7),
        ("tp6", "container_in_a_loop api", {"test_three_services_run": "container-crash-loop"}, 7),
        ("tp6", "container_never_started app", {"test_three_services_run": "container-created"}, 10),
        ("tp7", "replica_ended", {"test_three_replicas": "container-stopped"}, 9),
    ],
    "a name that is nearly right": [
        ("tp5", "network_misspelt todos-net", {"test_network_is_there": "network-misnamed"}, 2),
        ("tp7", "network_misspelt front-tier capital", {"test_both_networks_are_there": "network-misnamed"}, 2),
        ("tp6", "service_misspelt api", {"test_three_services_run": "service-misspelt"}, 1),
        ("tp6", "service_misspelt mongo", {"test_three_services_run": "service-other-name"}, 1),
        ("tp7", "service_misspelt lb", {"test_balancer_runs": "service-other-name"}, 1),
        ("tp8", "service_of_another_name other", {"test_service_runs": "swarm-service-other-name"}, 1),
        ("tp4", "container_not_named app", {"test_three_containers_run": "container-unnamed"}, 3),
    ],
    "a missing container beside those of another exercise": [
        (
            "tp1",
            "beside_other_exercises web + container_removed tp1-fond",
            {"test_background_runs": "container-missing"},
            6,
        ),
        (
            "tp2",
            "beside_other_exercises couches + container_removed hello",
            {"test_hello_says_hello_world": "container-missing"},
            3,
        ),
        (
            "tp3",
            "beside_other_exercises hello + container_removed couches",
            {"test_added_file_is_in_the_layer": "container-missing"},
            5,
        ),
        ("tp7", "beside_other_exercises web + container_removed lb", {"test_balancer_runs": "service-missing"}, 11),
    ],
    "ended by the student, or by itself": [
        ("tp2", "container_stopped web", {"test_web_is_running": "container-stopped"}, 12),
        ("tp2", "container_killed web", {"test_web_is_running": "container-stopped"}, 12),
        ("tp2", "container_crashed web", {"test_web_is_running": "container-exited"}, 12),
        ("tp3", "container_crashed tp3-app", {"test_container_answers": "container-exited"}, 6),
    ],
    "one cause that several checks see": [
        ("tp3", "container_of_an_older_build", {"test_container_answers": "container-of-older-build"}, 4),
        ("tp3", "image_without_command none", {"test_image_says_how_it_runs": "image-no-command"}, 2),
        ("tp3", "image_without_command of the base", {"test_image_says_how_it_runs": "image-no-command"}, 2),
        ("tp3", "image_without_port other", {"test_image_says_how_it_runs": "image-other-port"}, 2),
    ],
}
"""By kind: the exercise whose reference is changed, how, which checks fail with which diagnosis, the points lost."""


def _changed(exercise: str, operators: str) -> State:
    state = read_state(f"{exercise}/reference")
    for wanted in operators.split(" + "):
        [operator] = [one for one in OPERATORS if one.name == wanted.partition(" ")[0]]
        state = next(one for one in operator.apply(state) if one.operators[-1] == wanted)
    return state


@pytest.mark.parametrize(
    ("exercise", "operators", "failed", "lost"), [one for relatives in KINDS.values() for one in relatives]
)
def test_a_relative_of_a_known_mistake_fails_where_it_should(
    exercise: str, operators: str, failed: dict[str, str], lost: int
) -> None:
    judged = judge_by_checks(_changed(exercise, operators))
    assert not judged.missing
    assert {row.spec.name: row.outcome.code for row in judged.rows if row.outcome.verdict == "failed"} == failed
    assert sum(row.spec.points for row in judged.rows if row.outcome.verdict in {"failed", "blocked"}) == lost
