"""The machine as a check sees it, by the roles of one exercise. Probes ask it questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.errors import ExerciseError, ProbeFailed
from grader.machine.local_addresses import is_same_host
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
    Backup,
    Balancer,
    Config,
    Container,
    File,
    Folder,
    Host,
    Image,
    Network,
    Project,
    Registry,
    Replicas,
    Secret,
    Service,
    Site,
    Subject,
    Swarm,
    Todos,
    Volume,
)
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import TypeVar

    from grader.checks.containers.leftovers import MachineExpectation
    from grader.exercise.spec import ExerciseSpec
    from grader.machine.question import Question
    from grader.machine.transport.interface import Transport
    from grader.roster.ports import PortRange

    Entry = TypeVar("Entry")


PATIENCE_S: Final = 90.0
"""Half of the time that a machine may take by default."""


class Machine(Subject["MachineExpectation"]):
    """A student's Docker host. Answers to questions that change nothing are cached until `clear_answers`."""

    def __init__(
        self,
        transport: Transport,
        spec: ExerciseSpec,
        *,
        ports: PortRange | None = None,
        passive: bool = False,
        disposable: bool = False,
    ) -> None:
        self.transport = transport
        self.spec = spec
        self.ports = ports
        self.passive = passive
        """True if nothing may be changed: no file written, no command run, only GET."""
        self.disposable = disposable
        self.questions_asked: list[tuple[Question, Answer | NoAnswer]] = []
        """What the running check has asked, cached or not: a check that asks nothing proves nothing."""
        self.patience_s = PATIENCE_S
        """Seconds that all checks together may still wait for programs that are at work: see `checks/polling.py`."""
        self.reaches_containers = False
        """True once a container has answered at its own address."""
        self.seen_connections: set[tuple[str, str]] = set()
        """Ids of containers, a client and its server, between which a check has seen a connection."""
        self._answers: dict[Question, Answer | NoAnswer] = {}

    @property
    def is_podman(self) -> bool:
        """True for Podman, some of whose answers differ: see `docs/engines.md`."""
        return self.transport.version().product == "Podman"

    def container(self, role: str) -> Container:
        """The container of `[containers.<role>]`."""
        return Container(self, role, _spec_entry(self.spec.containers, role, "containers"))

    def site(self, role: str) -> Site:
        """The site of a role that is both in `[ports]` and in `[containers]`."""
        port = self.port(role)
        return Site(self, role, port, self.container(role))

    def folder(self, role: str) -> Folder:
        """The folder of `[folders.<role>]`."""
        wanted = _spec_entry(self.spec.folders, role, "folders")
        return Folder(self, role, wanted, self.container(wanted.container))

    def network(self, role: str) -> Network:
        """The network of `[networks.<role>]`."""
        return Network(self, role, _spec_entry(self.spec.networks, role, "networks"))

    def host(self, role: str) -> Host:
        """The name of `[hosts]` by which containers should know the machine itself."""
        return Host(self, _spec_entry(self.spec.hosts, role, "hosts"))

    def project(self) -> Project:
        """The compose project of `[compose]`, with the containers of its services."""
        compose = self.spec.compose
        if compose is None:
            raise ExerciseError("spec.no-table", table="compose")
        return Project(self, compose, tuple(self.container(role) for role in compose.services))

    def replicas(self, role: str) -> Replicas:
        """The containers of a scaled service: as many as `[compose.replicas]` says for the role."""
        project = self.project()
        return Replicas(project, self.container(role), _spec_entry(project.wanted.replicas, role, "compose.replicas"))

    def balancer(self, role: str, *, before: str) -> Balancer:
        """The site of `role`, which forwards its requests to the replicas of `before`."""
        return Balancer(self.site(role), self.replicas(before))

    def swarm(self) -> Swarm:
        """The machine as a node of a swarm."""
        return Swarm(self)

    def service(self, role: str) -> Service:
        """The swarm service of `[services.<role>]`, published on the port of the role in `[ports]`."""
        return Service(self, role, _spec_entry(self.spec.services, role, "services"), self.port(role))

    def todos(self) -> Todos:
        """The application of `[todos]`: the containers of the roles `app`, `api` and `mongo`."""
        wanted = self.spec.todos
        if wanted is None:
            raise ExerciseError("spec.no-table", table="todos")
        return Todos(self, wanted, self.site("app"), self.container("api"), self.container("mongo"))

    def file(self, role: str) -> File:
        """The file of `[files.<role>]`."""
        wanted = _spec_entry(self.spec.files, role, "files")
        return File(self, role, wanted, self.container(wanted.container))

    def volume(self, role: str) -> Volume:
        """The volume of `[volumes.<role>]`."""
        wanted = _spec_entry(self.spec.volumes, role, "volumes")
        return Volume(self, role, wanted, self.container(wanted.container))

    def backup(self, role: str) -> Backup:
        """The archive of `[backups.<role>]`."""
        wanted = _spec_entry(self.spec.backups, role, "backups")
        return Backup(self, role, wanted, self.container(wanted.container))

    def secret(self, role: str) -> Secret:
        """The secret of `[secrets.<role>]`."""
        wanted = _spec_entry(self.spec.secrets, role, "secrets")
        return Secret(self, role, wanted, self.container(wanted.container))

    def config(self, role: str) -> Config:
        """The configuration file of `[configs.<role>]`."""
        wanted = _spec_entry(self.spec.configs, role, "configs")
        return Config(self, role, wanted, self.container(wanted.container))

    def registry(self, role: str) -> Registry:
        """The registry of a role that is both in `[ports]` and in `[containers]`."""
        return Registry(self.site(role))

    def image(self, role: str) -> Image:
        """The image of `[built.<role>]`."""
        return Image(self, role, _spec_entry(self.spec.built, role, "built"))

    def port(self, role: str) -> int:
        """The port of the machine that a role is to be published on."""
        return _spec_entry(self.spec.ports, role, "ports").on_machine(self.ports)

    def text(self, role: str) -> str:
        """A word of `[texts]`."""
        return _spec_entry(self.spec.texts, role, "texts")

    def ask(self, question: Question) -> Answer | NoAnswer:
        """Raises `ProbeFailed` for a site that is out of reach: a missing answer would be the student's failure.

        Its address is not the machine's, so that it was not asked; or it is one of a remote engine's own addresses, so
        that another one was asked instead, and did not answer.
        """
        if not _is_read_only(question):
            answer = self.transport.ask(question)
        else:
            if question not in self._answers:
                self._answers[question] = self.transport.ask(question)
            answer = self._answers[question]
        self.questions_asked.append((question, answer))
        if isinstance(question, HttpQuestion) and isinstance(answer, NoAnswer):
            host = self.transport.facts.host
            code = "address-not-asked" if answer.reason == "no-access" else ""
            is_remote = host and question.host and not is_same_host(host, question.host)
            if answer.reason in {"refused", "timeout"} and is_remote:
                code = "address-out-of-reach"
            if code:
                address = escape_control_characters(question.host, 60)
                raise ProbeFailed(code, address=address, port=str(question.port))
        return answer

    def ask_uncached(self, question: Question) -> Answer | NoAnswer:
        """Asks without the cache: for answers that change."""
        self._answers.pop(question, None)
        return self.ask(question)

    def engine(self, path: str, /, **query: str) -> Answer:
        """`GET path` of the Engine API."""
        answer = self.ask(EngineQuestion(path, tuple(sorted(query.items()))))
        assert isinstance(answer, Answer), "an engine answers or the machine is unreachable"
        return answer

    def clear_answers(self) -> None:
        """Clears the cached answers: for things that change."""
        self._answers.clear()

    def now(self) -> float:
        """Seconds on a monotonic clock."""
        return self.transport.now()

    def wait(self, seconds: float) -> bool:
        """Lets time pass. False for a recording in which nobody waited here."""
        answer = self.transport.ask(WaitQuestion(seconds))
        return isinstance(answer, Answer) and answer.status == 200

    def attempts(self, delays_s: Iterable[float]) -> Iterator[None]:
        """One turn per delay, after waiting for it: for what comes a little late, whatever the load."""
        for delay_s in delays_s:
            if delay_s:
                self.wait(delay_s)
            yield

    def nonce(self, purpose: str = "") -> str:
        """An unpredictable word, for files and requests; each `purpose` gets its own."""
        answer = self.transport.ask(NonceQuestion(purpose))
        assert isinstance(answer, Answer), "every link gives a nonce"
        return answer.body.decode("ascii", "replace")


def _is_read_only(question: Question) -> bool:
    """True if asking changes nothing, so that the answer can be cached."""
    match question:
        case EngineQuestion() | HttpQuestion():
            return question.method in {"GET", "HEAD"}
        case FileQuestion():
            return question.operation in {"identify", "list", "listener", "read"}
        case ComposeQuestion():
            return question.verb in {"config", "hashes"}
        case NonceQuestion() | WaitQuestion():
            return False


def _spec_entry(table: Mapping[str, Entry], role: str, name: str) -> Entry:
    try:
        return table[role]
    except KeyError:
        code = "spec.no-entry" if table else "spec.no-entries"
        raise ExerciseError(code, table=name, role=role, known=", ".join(table)) from None
