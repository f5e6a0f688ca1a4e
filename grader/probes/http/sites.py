"""HTTP requests to published ports of the machine, as a browser on that machine would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.machine.question import HttpQuestion

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.question import Answer, NoAnswer

_FORM = "application/x-www-form-urlencoded"


def get_page(machine: Machine, port: int, path: str = "/", *, host: str = "", within_s: float = 5) -> Answer | NoAnswer:
    """The answer to `GET path`, from memory if it was asked before. `host` is an address of the machine."""
    return machine.ask(HttpQuestion(port, path, host=host, within_s=within_s))


def get_page_again(
    machine: Machine, port: int, path: str = "/", *, host: str = "", within_s: float = 5
) -> Answer | NoAnswer:
    """As `get_page`, never from memory."""
    return machine.ask_uncached(HttpQuestion(port, path, host=host, within_s=within_s))


def post_form(machine: Machine, port: int, path: str, body: str = "", *, host: str = "") -> Answer | NoAnswer:
    """The answer to a form that is sent with POST. `body` is encoded as forms are."""
    return machine.ask(HttpQuestion(port, path, "POST", host=host, body=body.encode(), content_type=_FORM))
