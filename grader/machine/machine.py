"""What a check sees: one machine, by the roles of one exercise. It names things; probes look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import ExerciseError, ProbeFailed
from grader.machine.question import (
    Answer,
    ComposeQuestion,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NoAnswer,
    NonceQuestion,
    WaitQuestion,
)
from grader.machine.subjects import (
    Balancer,
    Container,
    File,
    Folder,
    Host,
    Image,
    Network,
    Project,
    Replicas,
    Service,
    Site,
    Subject,
    Swarm,
    Todos,
)
from grader.machine.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import TypeVar

    from grader.checks.left_overs import MachineExpectation
    from grader.machine.link import Link
    from grader.machine.question import Question
    from grader.machine.sheet import Sheet
    from grader.roster.ports import PortRange

    Entry = TypeVar("Entry")

__all__ = ["Machine"]


class Machine(Subject["MachineExpectation"]):
    """A student's Docker host. Each question that only looks is asked once, until `look_again`."""

    def __init__(
        self,
        link: Link,
        sheet: Sheet,
        *,
        ports: PortRange | None = None,
        passive: bool = False,
        disposable: bool = False,
    ) -> None:
        self.link = link
        self.sheet = sheet
        self.ports = ports
        self.passive = passive
        """True where nothing may be changed: no file dropped, no command run, only GET."""
        self.disposable = disposable
        self.trail: list[tuple[Question, Answer | NoAnswer]] = []
        """What the check that runs now has looked at, from memory or not: one that looked at nothing proves nothing."""
        self._seen: dict[Question, Answer | NoAnswer] = {}

    @property
    def is_podman(self) -> bool:
        """True for an engine that tells some things otherwise, or not at all: see `docs/engines.md`."""
        return self.link.version().product == "Podman"

    def container(self, role: str) -> Container:
        """The container of `[containers.<role>]`."""
        return Container(self, role, _entry(self.sheet.containers, role, "containers"))

    def site(self, role: str) -> Site:
        """The site of a role that is both in `[ports]` and in `[containers]`."""
        port = self.port(role)
        return Site(self, role, port, self.container(role))

    def folder(self, role: str) -> Folder:
        """The folder of `[folders.<role>]`."""
        wanted = _entry(self.sheet.folders, role, "folders")
        return Folder(self, role, wanted, self.container(wanted.container))

    def network(self, role: str) -> Network:
        """The network of `[networks.<role>]`."""
        return Network(self, role, _entry(self.sheet.networks, role, "networks"))

    def host(self, role: str) -> Host:
        """The name of `[hosts]` by which containers should know the machine itself."""
        return Host(self, _entry(self.sheet.hosts, role, "hosts"))

    def project(self) -> Project:
        """The compose project of `[compose]`, with the containers of its services."""
        compose = self.sheet.compose
        if compose is None:
            raise ExerciseError("exercise.toml has no [compose]")
        return Project(self, compose, tuple(self.container(role) for role in compose.services))

    def replicas(self, role: str) -> Replicas:
        """The containers of a scaled service: as many as `[compose.replicas]` says for the role."""
        project = self.project()
        return Replicas(project, self.container(role), _entry(project.wanted.replicas, role, "compose.replicas"))

    def balancer(self, role: str, *, before: str) -> Balancer:
        """The site of `role`, which forwards its requests to the replicas of `before`."""
        return Balancer(self.site(role), self.replicas(before))

    def swarm(self) -> Swarm:
        """The machine as a node of a swarm."""
        return Swarm(self)

    def service(self, role: str) -> Service:
        """The swarm service of `[services.<role>]`, published on the port of the role in `[ports]`."""
        return Service(self, role, _entry(self.sheet.services, role, "services"), self.port(role))

    def todos(self) -> Todos:
        """The application of `[todos]`: the containers of the roles `app`, `api` and `mongo`."""
        wanted = self.sheet.todos
        if wanted is None:
            raise ExerciseError("exercise.toml has no [todos]")
        return Todos(self, wanted, self.site("app"), self.container("api"), self.container("mongo"))

    def file(self, role: str) -> File:
        """The file of `[files.<role>]`."""
        wanted = _entry(self.sheet.files, role, "files")
        return File(self, role, wanted, self.container(wanted.container))

    def image(self, role: str) -> Image:
        """The image of `[built.<role>]`."""
        return Image(self, role, _entry(self.sheet.built, role, "built"))

    def port(self, role: str) -> int:
        """The port of the machine that a role is to be published on."""
        wanted = _entry(self.sheet.ports, role, "ports")
        return self.ports.first + wanted.offset if self.ports else wanted.port

    def text(self, role: str) -> str:
        """A word of `[texts]`."""
        return _entry(self.sheet.texts, role, "texts")

    def ask(self, question: Question) -> Answer | NoAnswer:
        """Raises `ProbeFailed` for a site at an address that is none of the machine's: it was not asked."""
        if not _looks_only(question):
            answer = self.link.ask(question)
        else:
            if question not in self._seen:
                self._seen[question] = self.link.ask(question)
            answer = self._seen[question]
        self.trail.append((question, answer))
        if isinstance(question, HttpQuestion) and isinstance(answer, NoAnswer) and answer.reason == "no-access":
            # Silence would be the student's: here nobody has listened.
            raise ProbeFailed("address-not-asked", address=visible(question.host, 60), port=str(question.port))
        return answer

    def ask_again(self, question: Question) -> Answer | NoAnswer:
        """Asks even what was asked before: for what is seen to change."""
        self._seen.pop(question, None)
        return self.ask(question)

    def engine(self, path: str, /, **query: str) -> Answer:
        """`GET path` of the Engine API."""
        answer = self.ask(EngineQuestion(path, tuple(sorted(query.items()))))
        assert isinstance(answer, Answer), "an engine answers or the machine is unreachable"  # noqa: S101
        return answer

    def look_again(self) -> None:
        """Forgets what was seen, so that it is asked anew: for what changes while it is looked at."""
        self._seen.clear()

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        return self.link.now()

    def wait(self, seconds: float) -> None:
        self.link.ask(WaitQuestion(seconds))

    def attempts(self, delays_s: Iterable[float]) -> Iterator[None]:
        """One turn per delay, after waiting for it: for what comes a little late, whatever the load."""
        for delay_s in delays_s:
            if delay_s:
                self.wait(delay_s)
            yield

    def nonce(self, purpose: str = "") -> str:
        """A word that nobody can have prepared, for things dropped and requests sent; `purpose` tells them apart."""
        answer = self.link.ask(NonceQuestion(purpose))
        assert isinstance(answer, Answer), "every link gives a nonce"  # noqa: S101
        return answer.body.decode("ascii", "replace")


def _looks_only(question: Question) -> bool:
    """True where asking changes nothing, so that the answer may be remembered."""
    match question:
        case EngineQuestion() | HttpQuestion():
            return question.method in {"GET", "HEAD"}
        case FileQuestion():
            return question.operation in {"list", "read"}
        case ComposeQuestion():
            return question.verb in {"config", "hashes"}
        case NonceQuestion() | WaitQuestion():
            return False


def _entry(table: Mapping[str, Entry], role: str, name: str) -> Entry:
    try:
        return table[role]
    except KeyError:
        known = ", ".join(table) or "none"
        raise ExerciseError(f"exercise.toml has no [{name}.{role}]; it has: {known}") from None
