"""What can be expected of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.compose.services import require_service
from grader.checks.containers.foreground import was_attached
from grader.checks.containers.health import HEALTH_S, require_health_check, require_healthy
from grader.checks.containers.image import require_image_present, require_image_unchanged, require_latest_build
from grader.checks.containers.not_running import fail_crash_loop, fail_not_running
from grader.checks.containers.output import require_logged, require_not_logged
from grader.checks.containers.processes import (
    names_a_user,
    require_not_root,
    require_own_hostname,
    require_process_1,
)
from grader.checks.containers.restart import require_restart
from grader.checks.containers.settings import (
    require_cpu_limit,
    require_dropped_capabilities,
    require_environment,
    require_label,
    require_memory_limit,
    require_read_only,
    require_restart_policy,
    require_user,
)
from grader.checks.containers.terminals import require_clean_exit, require_interactive
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.checks.images.presence import find_built_image, require_image
from grader.checks.polling import eventually
from grader.checks.settling import find_facts, may_change
from grader.errors import ProbeFailed
from grader.probes.containers.find import NoContainer, find_container
from grader.probes.containers.lifecycle import start_container
from grader.probes.images.images import find_image, is_same_image_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.machine import Machine
    from grader.machine.subjects import Container
    from grader.probes.containers.inspect import ContainerFact

STABLE_S: Final = 10.0
"""After this time the engine itself resets the restart delay of a container."""


def require_container(container: Container, *, exact: bool = False) -> ContainerFact:
    """The container, in any state. Raises `CheckFailed` with a near miss if there is none.

    `exact`: also if there is one whose name is nearly right, for a check that asks for the name.
    """
    fact = find_container(container, exact=exact)
    if isinstance(fact, NoContainer):
        if container.service:
            require_service(container.machine.project(), container)
        built = find_built_image(container.machine, container.wanted.image)
        if built and not fact.near:
            require_image(built)  # no container can have been made of an image that was not built
        code = {"": "container-missing", "name": "container-misnamed", "image": "container-unnamed"}[fact.why]
        raise CheckFailed(code, name=container.name, near=fact.near, image=container.wanted.image)
    return fact


def require_no_other_image(container: Container) -> None:
    """Raises `CheckFailed` if it was created from an image that the spec says is for something else."""
    fact, wanted = require_container(container), container.wanted
    if any(is_same_image_name(fact.image, image) for image in wanted.other_images):
        raise CheckFailed("container-other-image", name=fact.name, image=fact.image, wanted=wanted.image)


def require_running(container: Container) -> ContainerFact:
    """The running container. Raises `CheckFailed` with what it does instead."""
    fact = require_container(container)
    require_uptime(container.machine, fact, for_s=0)
    return fact


def require_started_once(container: Container) -> ContainerFact:
    """The container, running or not: what it was started with can be judged while it is down, if it ever was up."""
    fact = require_container(container)
    if fact.state == "created":
        fail_not_running(container.machine, fact)
    return fact


def start_if_exited(container: Container) -> ContainerFact:
    """The container, started again if it ended because another one that it needs had gone."""
    fact = require_container(container)
    if fact.state == "exited":
        start_container(container.machine, fact)
        fact = require_container(container)
    return fact


def require_uptime(machine: Machine, fact: ContainerFact, for_s: float = 3) -> None:
    """Raises `CheckFailed` unless the container has been running for `for_s` seconds without a recent restart.

    A container in a crash loop is sometimes up: the verdict must not depend on when it is inspected.
    """
    if not fact.is_running:
        fail_not_running(machine, fact)
    if fact.restarts and fact.uptime_s < STABLE_S:
        fail_crash_loop(machine, fact)
    if fact.uptime_s < for_s:
        raise CheckFailed("container-just-started", name=fact.name, seconds=f"{for_s:.0f}")


def require_no_published_port(fact: ContainerFact) -> None:
    """Raises `CheckFailed` if a port of the container is open on the machine."""
    if fact.network_mode == "host":
        raise CheckFailed("host-network-inside", name=fact.name)
    if fact.ports:
        published = ", ".join(map(str, fact.ports))
        raise CheckFailed("published-inside", name=fact.name, published=published, evidence=(published,))


class ContainerExpectation(Expectation):
    _subject: Container

    def to_exist(self) -> None:
        """The container exists, in any state.

        Asks: the list, one inspect. Diagnoses: `container-missing`, `container-misnamed`, `container-unnamed`.
        """
        require_container(self._subject, exact=True)

    def to_stay_up(self, for_s: float = 3) -> None:
        """It has been running for `for_s` seconds without a restart; waits only while it is younger than that.

        Asks: the list, one inspect; of a stopped container its events and its log; who has a port that is taken.
        Diagnoses: `container-created`, `container-exited`, `container-stopped`, `container-ended`, `container-paused`,
        `container-crash-loop`, `foreground-stopped`, `port-taken`, `dependency-unhealthy`, `snap-cannot-see`, the known
        causes (`shell-without-terminal`, `command-not-a-list`, `image-no-command`, `out-of-memory`,
        `image-other-processor`, `script-windows-lines`, `script-without-interpreter`, `data-of-another-version`,
        `data-locked`, `data-not-writable`, `selinux-label-missing`), and those of `to_exist`.
        """

        def judge() -> None:
            require_uptime(self._subject.machine, require_container(self._subject, exact=True), for_s)

        eventually(
            self._subject.machine,
            judge,
            within_s=max(self._within_s, for_s, STABLE_S) + 1,
            is_settling=lambda: any(may_change(fact, STABLE_S) for fact in find_facts(self._subject)),
        )

    def to_be_created_from_its_image(self) -> None:
        """It was created from the image of the spec, whatever its registry, tag or name; an image built on it counts.

        Asks: the list, one inspect; two images if the name differs. Diagnosis: `container-other-image`.
        """
        fact = require_container(self._subject)
        wanted = self._subject.wanted
        images = (wanted.image, *wanted.equivalent_images)
        machine = self._subject.machine
        used = find_image(machine, fact.image_id)
        # `docker tag` gives any image any name: an image that the spec uses for something else stays that image.
        others = [image for image in machine.spec.images if image not in images]
        known = next(
            (tag for tag in (used.tags if used else ()) for name in others if is_same_image_name(tag, name)), ""
        )
        if known:
            raise CheckFailed("container-other-image", name=fact.name, image=known, wanted=wanted.image)
        if any(is_same_image_name(fact.image, image) for image in images):
            return
        reference = find_image(machine, wanted.image)
        if used and any(is_same_image_name(tag, image) for tag in used.tags for image in images):
            return
        if used and reference and used.is_built_on(reference):
            return
        raise CheckFailed("container-other-image", name=fact.name, image=fact.image, wanted=wanted.image)

    def to_still_have_its_image(self) -> None:
        """The image that it was created from still has its name on the machine.

        Asks: the list, one inspect, the images. Diagnosis: `image-gone`, those of `to_exist`.
        """
        require_image_present(self._subject.machine, require_container(self._subject), self._subject.wanted.image)

    def to_leave_its_image_unchanged(self) -> None:
        """Nothing was committed over its image: a new container of the image starts as this one did.

        Asks: the list, one inspect, two images. Diagnosis: `image-committed-over`, those of `to_exist`.
        """
        require_image_unchanged(self._subject.machine, require_container(self._subject), self._subject.wanted.image)

    def to_run_the_latest_build(self) -> None:
        """It was created from the current image, not from an earlier build of it.

        Asks: the list, one inspect, two images. Diagnosis: `container-of-older-build`, those of `to_exist`.
        """
        require_latest_build(self._subject.machine, require_container(self._subject), self._subject.wanted.image)

    def to_be_interactive(self, shell: str) -> None:
        """It was created for typing: its command is that shell alone, with a terminal and open standard input.

        Asks: the list, one inspect. Diagnoses: `command-other`, `no-terminal`, `no-tty`, `no-stdin`, those of
        `to_exist`.
        """
        require_interactive(require_container(self._subject), shell)

    def to_have_exited_cleanly(self) -> None:
        """The last time that it ended, its shell exited by itself with code 0.

        It may be running again, but not if it exited only once: a restarted shell is exited again. Asks: the list, one
        inspect; the events of a running container. Diagnoses: `still-inside`, `not-left-again`, `left-by-force`,
        `left-after-a-failure`, `container-created`, `container-paused`, `container-crash-loop`, those of `to_exist`.
        """
        fact = require_container(self._subject)
        if fact.state in {"created", "paused", "restarting"}:
            fail_not_running(self._subject.machine, fact)
        require_clean_exit(self._subject.machine, fact)

    def to_have_process_1(self, program: str) -> None:
        """Its process 1 is now that program, whatever it was started with.

        Asks: one inspect, `docker top`, a command inside. Diagnoses: `process-1-other`, `process-of-the-machine`, those
        of a container that does not run.
        """
        require_process_1(self._subject.machine, require_running(self._subject), program)

    def to_have_its_own_hostname(self) -> None:
        """Its hostname is not the machine's.

        Asks: one inspect, `docker info`. Diagnoses: `hostname-of-the-machine`, those of a container that does not run.
        """
        require_own_hostname(self._subject.machine, require_running(self._subject))

    def to_not_run_as_root(self) -> None:
        """Its main program runs as another user than root: by the image's `USER`, or because it switched by itself.

        With `-u` alone, the image would still run as root. A container of an older build of its image fails only if
        one of the two runs as root. Asks: one inspect, its image, a command inside (with `--passive`, the
        configuration). Diagnoses: `runs-as-root`, `root-by-option`, `user-by-option`, `user-is-root`,
        `container-of-older-build`, those of a container that does not run.
        """
        fact, image = require_running(self._subject), self._subject.wanted.image
        try:
            require_not_root(self._subject.machine, fact, image)
        except CheckFailed:
            require_latest_build(self._subject.machine, fact, image)
            raise
        if not names_a_user(self._subject.machine, image):
            require_latest_build(self._subject.machine, fact, image)

    def to_be_detached(self) -> None:
        """It was started in the background: no terminal was attached. It may have been stopped since.

        Asks: one inspect; the events if the configuration alone does not show it. Diagnoses: `foreground`, those of a
        container that never ran.
        """
        fact = require_started_once(self._subject)
        attached = was_attached(self._subject.machine, fact)
        if attached is None:
            raise ProbeFailed("no-events", name=fact.name)
        if attached:
            raise CheckFailed("foreground", name=fact.name)

    def to_publish_no_port(self) -> None:
        """None of its ports is open on the machine; a port that is only exposed is not open.

        Asks: one inspect. Diagnoses: `published-inside`, `host-network-inside`, those of a container that never ran.
        """
        require_no_published_port(require_started_once(self._subject))

    def to_use_no_add_host_or_link(self) -> None:
        """It uses neither `--add-host` nor `--link`: names come from a user-defined network.

        Asks: one inspect. Diagnoses: `still-add-host`, `still-linked`, those of a missing container.
        """
        fact = require_container(self._subject)
        if fact.extra_hosts:
            raise CheckFailed("still-add-host", name=fact.name, hosts=", ".join(fact.extra_hosts))
        if fact.links:
            links = ", ".join(f"{name}:{alias}" for alias, name in fact.links.items())
            raise CheckFailed("still-linked", name=fact.name, links=links)

    def to_restart(self, *policies: str) -> None:
        """It has one of these restart policies: `always`, `unless-stopped`, `on-failure`, `on-failure:3`.

        Asks: the list, one inspect. Diagnoses: `restart-policy-missing`, `restart-policy-other`, those of `to_exist`.
        """
        require_restart_policy(self._subject.machine, require_container(self._subject), policies)

    def to_start_again_when_it_ends(self, within_s: float = 10) -> None:
        """The engine starts it again after its main program has ended: the grader ends it, from inside.

        Only for a check with `disposable=True`. A program that does not end when asked to (`SIGTERM`) is an error, not
        a failure. Asks: one inspect, a command inside, then inspects until it runs again. Diagnoses: `not-restarted`,
        those of a container that does not run.
        """
        require_restart(self._subject.machine, require_running(self._subject), within_s)

    def to_be_limited(self, *, memory: str = "", cpus: float = 0) -> None:
        """It may use at most that much memory (`"128m"`) and that many processors (`0.5`).

        A limit up to 5 % higher counts: 128 MB has two meanings. A rootless engine that ignores limits is an error.
        Asks: the list, one inspect; `docker info` without a limit. Diagnoses: `memory-unlimited`,
        `memory-only-reserved`, `memory-limit-other`, `cpus-unlimited`, `cpus-not-limited-by`, `cpus-limit-other`, those
        of `to_exist`.
        """
        fact = require_container(self._subject)
        if memory:
            require_memory_limit(self._subject.machine, fact, memory)
        if cpus:
            require_cpu_limit(self._subject.machine, fact, cpus)

    def to_have_a_health_check(self) -> None:
        """It has a health check, of its own or from its image, that can fail.

        Asks: the list, one inspect. Diagnoses: `health-check-missing`, `health-check-disabled`,
        `health-check-always-passes`, those of `to_exist`.
        """
        require_health_check(self._subject.machine, require_container(self._subject))

    def to_be_healthy(self) -> None:
        """Its health check passes. Waits while it is starting: up to `within_s`, by default 60 s.

        Podman may leave it to nobody to run the check: then the grader runs its command in the container.
        Asks: the list, inspects until it is settled. Diagnoses: `unhealthy`, `health-check-cannot-run`,
        `health-unknown`, those of `to_have_a_health_check`, those of a container that does not run.
        """

        def judge() -> None:
            require_healthy(self._subject.machine, require_running(self._subject))

        within_s = self._within_s or HEALTH_S
        eventually(
            self._subject.machine,
            judge,
            within_s=within_s,
            is_settling=lambda: any(may_change(fact, within_s) for fact in find_facts(self._subject)),
        )

    def to_have_environment(self, variable: str, value: str | None = None) -> None:
        """The environment variable is set; if `value` is given, to that value.

        The value of one that looks like a secret (PASSWORD, TOKEN, KEY…) is kept out of recordings, and is not compared
        there. Asks: the list, one inspect. Diagnoses: `environment-missing`, `environment-misnamed`,
        `environment-quoted`, `environment-other-value`, those of `to_exist`.
        """
        require_environment(require_container(self._subject), variable, value)

    def to_have_label(self, label: str, value: str | None = None) -> None:
        """It has the label; if `value` is given, with that value.

        Asks: the list, one inspect. Diagnoses: `label-missing`, `label-misnamed`, `label-other-value`, those of
        `to_exist`.
        """
        fact = require_container(self._subject)
        require_label(fact.name, fact.labels, label, value)

    def to_be_read_only(self) -> None:
        """Nothing in it can write to its own filesystem; its mounts may be writable.

        Asks: the list, one inspect. Diagnoses: `filesystem-writable`, `only-mount-read-only`, those of `to_exist`.
        """
        require_read_only(self._subject.machine, require_container(self._subject))

    def to_drop_capabilities(self, *names: str, keep: tuple[str, ...] = ()) -> None:
        """It has none of these capabilities: `"NET_RAW"`, or `"ALL"` but for those in `keep`.

        Asks: the list, one inspect. Diagnoses: `privileged`, `capabilities-kept`, `capabilities-added`, those of
        `to_exist`.
        """
        require_dropped_capabilities(self._subject.machine, require_container(self._subject), names, keep)

    def to_run_as(self, user: str) -> None:
        """Its main program runs as that user: a name of the container, or an id.

        Asks: one inspect, a command inside (with `--passive`, the configuration), `/etc/passwd` inside for a name.
        Diagnoses: `user-other`, those of a container that does not run.
        """
        require_user(self._subject.machine, require_running(self._subject), user)

    def to_log(self, text: str) -> None:
        """One of the last 200 lines that it printed contains the text. Waits up to `within_s` while it is starting.

        Asks: the list, one inspect, the log. Diagnoses: `log-empty`, `log-without`, those of a container that never
        ran.
        """
        self._eventually(lambda: require_logged(self._subject.machine, require_started_once(self._subject), text))

    def to_not_log(self, text: str) -> None:
        """None of the last 200 lines that it printed contains the text.

        Asks: the list, one inspect, the log. Diagnoses: `log-with`, those of a container that never ran.
        """
        require_not_logged(self._subject.machine, require_started_once(self._subject), text)

    def _eventually(self, judge: Callable[[], None]) -> None:
        machine = self._subject.machine
        eventually(machine, judge, within_s=self._within_s, depends_on=lambda: find_facts(self._subject))
