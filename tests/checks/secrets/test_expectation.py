"""Secrets and configurations of Compose: given to a container as files, and never read."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from grader.errors import ProbeFailed
from grader.machine.question import Answer, NoAnswer
from tests.checks.fake_engine_json import FakeContainer, File, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with

SPEC: dict[str, Any] = {
    "containers": {"db": {"name": "db"}},
    "secrets": {"password": {"name": "db_password", "container": "db"}},
    "configs": {"web": {"container": "db", "path": "/etc/app.conf"}},
}


def lab(box: FakeContainer) -> Any:
    return FakeMachine(box).as_machine(**SPEC)


def bind(inside: str) -> dict[str, Any]:
    return {"Type": "bind", "Source": "/home/anna/x", "Destination": inside}


def test_a_secret_and_a_configuration_are_files_of_the_container() -> None:
    machine = lab(
        fake_container("db", files={"/run/secrets/db_password": File(b"s3cret"), "/etc/app.conf": File(b"a")})
    )
    expect(machine.secret("password")).to_be_given()
    expect(machine.config("web")).to_be_given()
    assert b"s3cret" not in b"".join(getattr(answer, "body", b"") for _, answer in machine.questions_asked)


@pytest.mark.parametrize(
    ("role", "kind", "path"), [("password", "secret", "/run/secrets/db_password"), ("web", "config", "/etc/app.conf")]
)
def test_one_that_is_missing_empty_or_elsewhere_is_named(role: str, kind: str, path: str) -> None:
    def judge(box: FakeContainer) -> None:
        expect(getattr(lab(box), kind)(role)).to_be_given()

    with fails_with(f"{kind}-missing", name="db", path=path, seen=""):
        judge(fake_container("db"))
    with fails_with(f"{kind}-empty", name="db", path=path):
        judge(fake_container("db", files={path: File(b"")}))
    elsewhere = f"/elsewhere/{path.rpartition('/')[2]}"
    with fails_with(f"{kind}-elsewhere", name="db", path=path, seen=elsewhere):
        judge(fake_container("db", mounts=(bind(elsewhere),)))


@pytest.mark.parametrize("answer", [Answer(500, b"no"), Answer(200, b""), NoAnswer("no-access")])
def test_what_the_engine_does_not_tell_of_is_not_missing(
    answer: Answer | NoAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = FakeMachine(fake_container("db"))
    ask = box.ask
    monkeypatch.setattr(box, "ask", lambda asked: answer if getattr(asked, "method", "") == "HEAD" else ask(asked))
    with pytest.raises(ProbeFailed):
        expect(box.as_machine(**SPEC).secret("password")).to_be_given()


def test_a_secret_in_the_environment_is_named_without_its_value() -> None:
    secret = lab(fake_container("db", env={"DB_PASSWORD_FILE": "/run/secrets/db_password", "DB_PASSWORD": ""}))
    expect(secret.secret("password")).to_stay_out_of_the_environment("DB_PASSWORD")
    with fails_with("secret-in-environment", name="db", variable="DB_PASSWORD", secret="db_password") as found:  # noqa: S106
        given = lab(fake_container("db", env={"DB_PASSWORD": "s3cret"}))
        expect(given.secret("password")).to_stay_out_of_the_environment("DB_USER", "DB_PASSWORD")
    assert "s3cret" not in str(found[0].values) + str(found[0].evidence)
