"""The bindings of a container, as they were typed and as they are."""

from __future__ import annotations

import pytest

from grader.errors import ProbeFailed
from grader.probes.ports import RawBinding, port_facts


@pytest.mark.parametrize(
    ("written", "port"), [("4002", 4002), ("", None), ("0", None), ("4002-4009", None), ("4002-4002", None)]
)
def test_a_port_of_the_machine_is_none_where_the_engine_chooses(written: str, port: int | None) -> None:
    """`-p 4002-4009:7777` leaves the range in what was typed."""
    (fact,) = port_facts({"7777/tcp": [RawBinding("", written)]})
    assert fact.host_port == port


@pytest.mark.parametrize("written", ["-", "4002-", "-4002", "4002-many", "4002-4009-4010", "400²", "123456"])
def test_what_is_no_port_is_no_answer(written: str) -> None:
    with pytest.raises(ProbeFailed, match="answer-garbled"):
        port_facts({"7777/tcp": [RawBinding("", written)]})
