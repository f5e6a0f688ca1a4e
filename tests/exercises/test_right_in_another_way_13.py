"""tp1 and tp3 done right in ways that nobody thought of first: each earns every point."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.student_shell import ROOT, verdicts_by_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.long]

MATERIAL = ROOT / "exercises" / "tp3" / "material"
TYPED = """typed() { script --quiet --return --command "$*" /dev/null; }\n"""
"""Runs a command on a terminal, and types what comes on standard input there."""
WRITE = """<<'KEYS'
echo 'premier passage' > /root/trace.txt
exit
KEYS
"""
AGAIN = """typed docker start -i tp1-ubuntu <<'KEYS'
cat /root/trace.txt
exit
KEYS
"""
FIRST = f"typed docker run -ti --name tp1-ubuntu ubuntu bash {WRITE}{AGAIN}"
BACKGROUND = "docker run -dti --name tp1-fond ubuntu\n"
SMALL_HOURS = "docker tag ubuntu forget:me && docker rmi forget:me > /dev/null\n"
"""Two events that have nothing to do with the exercise."""


@pytest.fixture
def tp1(student: StudentShell) -> StudentShell:
    student.exercise = ROOT / "exercises" / "tp1"
    return student


@pytest.fixture
def tp3(student: StudentShell, images: Callable[..., None]) -> StudentShell:
    images("python:alpine", "python:3")
    student.exercise = ROOT / "exercises" / "tp3"
    student.run_shell(f"cp {MATERIAL}/app.py .")
    return student


def assert_all_passed(student: StudentShell) -> bool:
    assert set(verdicts_by_check(student.grade()).values()) == {"passed"}
    return True


@pytest.mark.parametrize(
    ("first", "background"),
    [
        pytest.param(
            f"typed docker run -ti --name tp1-ubuntu ubuntu {WRITE}{AGAIN}",
            "docker run -di --name tp1-fond ubuntu bash",
            id="the image's own command; an input without a terminal",
        ),
        pytest.param(
            f"docker tag ubuntu registry.example/mirror/ubuntu:24.04\n"
            f"typed docker run -ti --name essai registry.example/mirror/ubuntu:24.04 /bin/bash -l {WRITE}"
            f"docker rename essai tp1-ubuntu\n{AGAIN}",
            "docker run -dt --name tp1-fond ubuntu bash --norc",
            id="registry and tag, a login shell, renamed; a terminal without an input",
        ),
        pytest.param(
            f"docker create -ti --name tp1-ubuntu --hostname tp1 --network none ubuntu bash\n"
            f"typed docker start -i tp1-ubuntu {WRITE}{AGAIN}",
            "docker run -d --name tp1-fond --hostname fond ubuntu bash -c 'while true; do sleep 1; done'",
            id="created, then started twice; a loop in place of an input",
        ),
        pytest.param(
            FIRST.replace(AGAIN, AGAIN.replace("cat", "date >>") + AGAIN),
            "docker run -dti --restart unless-stopped --name tp1-fond --entrypoint bash ubuntu",
            id="written to the second time, left alone the third time; a restart policy",
        ),
        pytest.param(
            FIRST + "docker start tp1-ubuntu\ndocker exec tp1-ubuntu ls /root\n",
            "docker run -dti --name tp1-fond ubuntu\ndocker exec tp1-fond false || docker stop -t 0 tp1-fond\n"
            "docker start tp1-fond\n",
            id="left twice, and started once more; one that was stopped meanwhile",
        ),
        pytest.param(
            "docker run -dti --name tp1-ubuntu ubuntu bash\n"
            "docker exec tp1-ubuntu bash -c 'echo premier passage > /root/trace.txt'\n"
            "printf '\\004' | typed docker attach tp1-ubuntu\ndocker wait tp1-ubuntu\n" + AGAIN,
            BACKGROUND,
            id="detached, written by docker exec, left by Ctrl-D",
        ),
    ],
)
def test_tp1_earns_every_point(tp1: StudentShell, first: str, background: str) -> None:
    tp1.run_shell(f"{TYPED}{first}\n{background}")
    assert assert_all_passed(tp1)


def test_tp1_beside_other_exercises_earns_every_point(tp1: StudentShell) -> None:
    """Their containers keep the names in their handouts; compose's are not left over from a `docker run`."""
    compose = "services: {web: {image: nginx, container_name: portail}}"
    tp1.run_shell(
        f"{TYPED}{FIRST}{BACKGROUND}"
        "docker run --name couches ubuntu touch /root/ajout.txt\ndocker run -d --name web nginx\n"
        f"echo '{compose}' > compose.yaml\ndocker compose up -d"
    )
    assert assert_all_passed(tp1)


def test_tp1_with_a_newer_image_pulled_since_earns_every_point(tp1: StudentShell) -> None:
    """The name `ubuntu` goes to another image, as it does once a month."""
    tp1.run_shell(
        f"{TYPED}{FIRST}{BACKGROUND}docker tag ubuntu before\n"
        "docker create --name modele ubuntu\ndocker export modele | docker import - ubuntu\ndocker rm modele"
    )
    try:
        assert assert_all_passed(tp1)
    finally:
        tp1.run_shell("docker tag before ubuntu && docker rmi before")


def test_tp1_long_ago_earns_every_point(tp1: StudentShell) -> None:
    """The engine remembers 256 events: the next day, only the container itself can show that it was started twice."""
    slowly = FIRST.replace("exit\n", "sleep 2.5; exit\n")
    tp1.run_shell(f"{TYPED}{slowly}{BACKGROUND}for number in $(seq 140); do {SMALL_HOURS} done", limit_s=120)
    assert assert_all_passed(tp1)


def test_tp1_long_ago_but_never_started_again_is_seen(tp1: StudentShell) -> None:
    once = FIRST.replace(AGAIN, "").replace("exit\n", "sleep 2.5; exit\n")
    tp1.run_shell(f"{TYPED}{once}{BACKGROUND}for number in $(seq 140); do {SMALL_HOURS} done", limit_s=120)
    outcomes = verdicts_by_check(tp1.grade())
    assert outcomes.pop("test_trace_is_kept") == "failed never-restarted"
    assert set(outcomes.values()) == {"passed"}


COUCHES = "docker run --name couches ubuntu bash -c 'echo ajout > /root/ajout.txt; echo bonjour >> /etc/issue'\n"
RUN = "docker run -d --name tp3-app -p 4003:8000 tp3-app\n"
BUILD = "docker build -t tp3-app .\n"
DOCKERFILE = """
FROM python:alpine
WORKDIR /app
COPY app.py .
EXPOSE 8000
USER nobody
CMD ["python", "app.py"]
"""


def dockerfile(text: str, *, name: str = "Dockerfile") -> str:
    return f"cat > {name} <<'END'\n{textwrap.dedent(text)}END\n"


@pytest.mark.parametrize(
    ("couches", "image"),
    [
        pytest.param(
            f"{TYPED}typed docker run -ti --name couches ubuntu <<'KEYS'\n"
            "sed -i s/GNU/gnu/ /etc/issue\ntouch /root/ajout.txt\nexit\nKEYS\n",
            dockerfile(
                """
                FROM python:alpine AS base
                RUN echo built > /tmp/built
                FROM python:alpine
                COPY --from=base /tmp/built /srv/
                WORKDIR /srv/appli
                ADD --chown=1000:1000 app.py ./
                EXPOSE 8000/tcp 9000
                USER 1000:1000
                ENTRYPOINT ["python", "-u"]
                CMD ["app.py"]
                """
            )
            + BUILD
            + RUN,
            id="typed by hand; two stages, a user by number, an entrypoint",
        ),
        pytest.param(
            "docker run -dti --name couches ubuntu\necho ajout > ajout.txt\ndocker cp ajout.txt couches:/root/\n"
            "docker exec couches chmod 600 /etc/issue\ndocker commit couches sauvegarde\n",
            dockerfile(
                DOCKERFILE.replace("USER nobody\n", "USER nobody:nobody\n").replace(
                    '["python", "app.py"]', "python app.py"
                )
            )
            + "docker build -t moi/tp3-app:1.0 -t tp3-app:v1 -t tp3-app .\n"
            "docker run -d --name tp3-app --init --read-only --restart always -u 1000 "
            "-p 0.0.0.0:4003:8000 tp3-app:v1\n",
            id="docker cp and exec, committed elsewhere; -u, --init, tags, the shell form",
        ),
        pytest.param(
            COUCHES.replace(" ubuntu ", " ubuntu:24.04 ").replace("docker", "docker tag ubuntu ubuntu:24.04\ndocker"),
            "docker tag python:alpine python:3.12-alpine3.20\n"
            + dockerfile(
                """
                FROM python:3.12-alpine3.20
                ENV HOME=/opt/appli
                WORKDIR $HOME
                RUN mkdir data && chown 65534 . data
                COPY . .
                EXPOSE 8000
                USER 65534
                CMD ["sh", "-c", "echo started > log.txt; exec python app.py"]
                """
            )
            + BUILD
            + "docker run -d --name tp3-app -p 4003:8000 -v notes:/opt/appli/data -v $HOME:/mnt/home:ro tp3-app\n",
            id="tags with versions; data mounted in the working folder, a file written there",
        ),
        pytest.param(
            COUCHES,
            dockerfile(DOCKERFILE)
            + "echo 'services: {app: {build: ., image: tp3-app, container_name: tp3-app, ports: [\"4003:8000\"]}}'"
            " > compose.yaml\ndocker compose up -d --build\n",
            id="built and started by compose",
        ),
        pytest.param(
            COUCHES,
            dockerfile(
                DOCKERFILE.replace("USER nobody\n", "").replace(
                    '["python", "app.py"]', '["python", "-c", "import os; os.setuid(65534); import app"]'
                )
            )
            + BUILD
            + BUILD
            + "docker run -d --name tp3-app -p 4003:8000 $(docker images -q tp3-app)\n",
            id="root gives itself up; built twice, run by its number",
        ),
        pytest.param(
            COUCHES,
            "sed -i 's/HTTP server/&/; s/^class Page.*/&\\n    def log_message(self, *_): pass\\n/' app.py\n"
            + dockerfile(
                DOCKERFILE.replace(
                    "USER nobody",
                    "RUN adduser -D -u 5000 appli || useradd -u 5000 appli || "
                    "echo 'appli:x:5000:5000::/app:/bin/sh' >> /etc/passwd\nUSER appli",
                )
            )
            + "docker build -t tp3-app:1.0 .\ndocker run -d --name tp3-app -p 4003:8000 tp3-app:1.0\n",
            id="logs nothing; an account of its own; no tag latest",
        ),
    ],
)
def test_tp3_earns_every_point(tp3: StudentShell, couches: str, image: str) -> None:
    tp3.run_shell(couches + image, limit_s=120)
    try:
        assert assert_all_passed(tp3)
    finally:
        forget_images(tp3)


def test_tp3_with_buildkit_earns_every_point(tp3: StudentShell) -> None:
    """It leaves another history than the old builder, and no parents."""
    can = "DOCKER_BUILDKIT=1 $client build -t tp3-app ."
    tp3.run_shell(COUCHES + dockerfile(DOCKERFILE))
    build = f"for client in docker /usr/bin/docker; do {can} && break; done; docker image inspect tp3-app > /dev/null"
    try:
        tp3.run_shell(build, limit_s=120)
    except AssertionError as error:
        pytest.skip(f"no docker client here builds with BuildKit: {error}")
    tp3.run_shell(RUN)
    try:
        assert assert_all_passed(tp3)
    finally:
        forget_images(tp3)


def test_tp3_looked_at_only_earns_every_point(tp3: StudentShell) -> None:
    tp3.run_shell(COUCHES + dockerfile(DOCKERFILE) + BUILD + RUN)
    try:
        assert set(verdicts_by_check(tp3.grade(passive=True)).values()) == {"passed"}
    finally:
        forget_images(tp3)


def forget_images(student: StudentShell) -> None:
    """An engine is emptied between tests, except for its images: those of one test must not be used by the next."""
    student.run_shell(
        "docker ps -aq | xargs -r docker rm -f\n"
        "docker images --format '{{.Repository}}:{{.Tag}}' | grep -E 'tp3-app|sauvegarde|python:3.12|ubuntu:24.04' "
        "| xargs -r docker rmi -f"
    )
