"""What can be expected of the secrets and configurations that Compose gives to a container."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.checks.containers.expectation import require_container
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.probes.containers.files import read_size

if TYPE_CHECKING:
    from grader.machine.subjects import Config, Container, Secret


class SecretExpectation(Expectation):
    _subject: Secret

    def to_be_given(self) -> None:
        """The container has the secret's file in `/run/secrets`, and it is not empty. Its content is never read.

        Asks: the list, one inspect, a `HEAD` of the file. Diagnoses: `secret-missing`, `secret-elsewhere`,
        `secret-empty`, those of a missing container.
        """
        _require_file(self._subject.container, self._subject.path, "secret")

    def to_stay_out_of_the_environment(self, *variables: str) -> None:
        """None of these variables of the container, in which the secret used to be, is set.

        `DB_PASSWORD_FILE` beside `DB_PASSWORD` is the usual way: an image reads the file that it names.
        Asks: the list, one inspect. Diagnoses: `secret-in-environment`, those of a missing container.
        """
        fact = require_container(self._subject.container)
        seen = next((name for name in variables if fact.env.get(name)), "")
        if seen:
            name = self._subject.wanted.name
            raise CheckFailed("secret-in-environment", name=fact.name, variable=seen, secret=name)


class ConfigExpectation(Expectation):
    _subject: Config

    def to_be_given(self) -> None:
        """The container has the file at its place, and it is not empty.

        Asks: the list, one inspect, a `HEAD` of the file. Diagnoses: `config-missing`, `config-elsewhere`,
        `config-empty`, those of a missing container.
        """
        _require_file(self._subject.container, self._subject.wanted.path, "config")


def _require_file(container: Container, path: str, kind: str) -> None:
    fact = require_container(container)
    size = read_size(container.machine, fact.id, path)
    if size:
        return
    values = {"name": fact.name, "path": path}
    if size == 0:
        raise CheckFailed(f"{kind}-empty", evidence=(), **values)
    same_name = [mount.target for mount in fact.mounts if PurePosixPath(mount.target).name == PurePosixPath(path).name]
    code = f"{kind}-elsewhere" if same_name else f"{kind}-missing"
    raise CheckFailed(code, evidence=(), seen=", ".join(same_name), **values)
