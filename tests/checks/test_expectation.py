"""The base of the expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.expect import expect
from grader.checks.expectation import Expectation
from grader.machine.subjects import ChangingSubject, Subject
from tests.checks.fake_machine import FakeMachine

if TYPE_CHECKING:
    import pytest


class KiteExpectation(Expectation):
    _subject: Kite

    def to_fly(self) -> str:
        """A new kind of subject."""
        return f"{self._subject.colour} for {self._within_s} s"


class Kite(ChangingSubject["KiteExpectation"]):
    colour = "red"


def test_a_new_kind_of_subject_is_its_class_and_its_expectation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Expectation, "by_name", Expectation.by_name | {"KiteExpectation": KiteExpectation})
    assert expect(Kite(), within_s=3).to_fly() == "red for 3 s"


def test_a_subject_knows_the_name_of_its_expectation() -> None:
    assert Kite.expectation_name == "KiteExpectation"
    assert FakeMachine().as_machine().expectation_name == "MachineExpectation"
    assert not hasattr(Subject, "expectation_name")


Expectation.by_name.pop("KiteExpectation")
