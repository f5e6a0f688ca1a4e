"""What a recording keeps; `tests/exercises/test_replays.py` shows that no verdict needs more."""

from __future__ import annotations

import json

from grader.grading.recording_minimization import minimize_recording
from grader.machine.question import Answer, EngineQuestion
from tests.replays.replay import load_suite, to_recording
from tests.replays.stored_recording import read_stored


def test_the_services_of_the_exercise_stay_whole_in_a_stack_too() -> None:
    kept = minimize_recording(to_recording(read_stored("tp8/right/stack")), load_suite("tp8").spec)
    [listed] = {
        one.answer.body
        for one in kept.exchanges
        if isinstance(one.question, EngineQuestion) and one.question.path == "/services"
        if isinstance(one.answer, Answer)
    }
    has_endpoint = {one["Spec"]["Name"]: "EndpointSpec" in one["Spec"] for one in json.loads(listed)}
    assert has_endpoint == {"tp8_web": True, "tp8_porte": False}
