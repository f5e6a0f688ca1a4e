"""An application that gets its configuration from outside, and writes its logs to its output."""

from __future__ import annotations

import json

from grader import Machine, check, expect, fail

MOST_VARIABLES = 2


@check(
    points=4,
    fr="le service `app` tourne",
    en="the service `app` runs",
)
def test_app_runs(machine: Machine) -> None:
    expect(machine.project()).to_run_all_its_services()


@check(
    points=4,
    fr="la variable `MODE` vaut `production`",
    en="the variable `MODE` is `production`",
)
def test_mode_is_set(machine: Machine) -> None:
    expect(machine.container("app")).to_have_environment("MODE", "production")


@check(
    points=3,
    fr="le secret `api_key` est un fichier du conteneur",
    en="the secret `api_key` is a file of the container",
)
def test_secret_is_given(machine: Machine) -> None:
    expect(machine.secret("key")).to_be_given()


@check(
    points=2,
    fr="ce secret n'est pas dans l'environnement",
    en="that secret is not in the environment",
)
def test_secret_is_no_variable(machine: Machine) -> None:
    expect(machine.secret("key")).to_stay_out_of_the_environment("API_KEY")


@check(
    points=3,
    fr="la configuration est dans `/etc/app.conf`",
    en="the configuration is in `/etc/app.conf`",
)
def test_config_is_given(machine: Machine) -> None:
    expect(machine.config("app")).to_be_given()


@check(
    points=1,
    fr="l'environnement reste court",
    en="the environment stays short",
)
def test_environment_is_short(machine: Machine) -> None:
    expect(machine.container("app")).to_exist()
    only = '{"label": ["com.docker.compose.service=app"]}'
    [listed] = json.loads(machine.engine("/containers/json", all="1", filters=only).body)
    inspected = json.loads(machine.engine(f"/containers/{listed['Id']}/json").body)
    own = [entry for entry in inspected["Config"]["Env"] if entry.startswith("APP_")]
    if len(own) > MOST_VARIABLES:
        fail("too-many-variables", wanted=MOST_VARIABLES, seen=len(own))


@check(
    points=3,
    fr="les journaux disent le mode, et rien de plus bavard",
    en="the logs say the mode, and nothing more talkative",
)
def test_logs_say_the_mode(machine: Machine) -> None:
    expect(machine.container("app"), within_s=10).to_log("mode: production")
    expect(machine.container("app")).to_not_log("DEBUG")
