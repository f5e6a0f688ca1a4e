"""The todos in the answer of their API, whether its port is published or not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.probes.http.container_requests import request_container

if TYPE_CHECKING:
    from grader.machine.subjects import Todos
    from grader.probes.containers.inspect import ContainerFact


def ask_api(todos: Todos, api: ContainerFact) -> Answer | NoAnswer:
    """The API's answer to `GET` of its list: on the machine's port if the spec publishes it, otherwise inside."""
    path, machine = todos.wanted.list, todos.machine
    if todos.api.role in machine.spec.ports:
        port = machine.port(todos.api.role)
        host = next((one.host_ip for one in api.ports if one.host_port == port), "")
        return machine.ask_uncached(HttpQuestion(port, path, host=host))
    return request_container(machine, api, todos.api.wanted.port or 80, path)


def parse_todos(body: bytes, id_field: str, text_field: str) -> dict[str, str]:
    """Id to text of every todo in the JSON, at any depth; empty if it is not JSON."""
    try:
        return dict(_walk(json.loads(body), id_field, text_field))
    except (ValueError, RecursionError):
        return {}


def _walk(node: Any, id_field: str, text_field: str) -> list[tuple[str, str]]:
    if isinstance(node, list):
        return [pair for one in node for pair in _walk(one, id_field, text_field)]
    if not isinstance(node, dict):
        return []
    if id_field in node and text_field in node:
        return [(_text(node[id_field]), _text(node[text_field]))]
    return [pair for one in node.values() for pair in _walk(one, id_field, text_field)]


def _text(value: Any) -> str:
    """Without lone surrogates, which can be neither requested nor written."""
    return str(value).encode("utf-8", "replace").decode()
