"""A real registry, to which images are pushed and from which they are pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.expect import expect
from tests.checks.fake_machine import fails_with, raises_probe_failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.student_shell import StudentShell

pytestmark = pytest.mark.live

SPEC: dict[str, Any] = {
    "containers": {"registry": {"name": "registry", "port": 5000}, "app": {"name": "app"}},
    "ports": {"registry": {"port": 5000, "offset": 0}},
}
REGISTRY = """
docker run -d --name registry -p 5000:5000 registry
for _ in $(seq 100); do docker logs registry 2>&1 | grep -q 'listening on' && break; sleep 0.1; done
"""
IMAGE = "localhost:5000/my-app:1.0"
RUN = f"docker run -d --name app {IMAGE} sleep 1000"


@pytest.fixture
def shell(student: StudentShell, images: Callable[..., None]) -> Iterator[StudentShell]:
    images("registry")
    yield student
    student.run_shell(
        "docker ps -aq | xargs -r docker rm -f; docker image prune --all --force --filter label=of-a-test"
    )


def build(name: str, version: int = 1) -> str:
    """Each is another image, which no earlier test has pushed."""
    return (
        f"printf 'FROM ubuntu\\nLABEL of-a-test=%s version={version}\\n' $(date +%s%N) | docker build -q -t {name} - \n"
    )


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(f"docker push {IMAGE}\n{RUN}", id="pushed"),
        pytest.param(f"docker push {IMAGE}\ndocker image rm {IMAGE}\ndocker pull {IMAGE}\n{RUN}", id="pulled"),
        pytest.param(
            f"docker tag {IMAGE} 127.0.0.1:5000/my-app:1.0\ndocker push 127.0.0.1:5000/my-app:1.0\n"
            f"docker image rm {IMAGE} 127.0.0.1:5000/my-app:1.0\n{RUN}",
            id="pulled by the run",
        ),
        pytest.param(f"docker push {IMAGE}\n{RUN}\ndocker stop -t 0 app", id="its container has stopped"),
    ],
)
def test_an_image_that_was_pushed_and_is_used_is_right(shell: StudentShell, typed: str) -> None:
    shell.run_shell(f"{REGISTRY}{build(IMAGE)}{typed}")
    with shell.machine(**SPEC) as machine:
        expect(machine.registry("registry")).to_have("my-app:1.0")
        expect(machine.registry("registry")).to_have("my-app")
        expect(machine.registry("registry")).to_provide_the_image_of(machine.container("app"))


@pytest.mark.parametrize(
    ("typed", "code", "values"),
    [
        pytest.param("", "image-not-pushed", {"near": ""}, id="never"),
        pytest.param(
            f"{build('localhost:5000/myapp:1.0')}docker push localhost:5000/myapp:1.0",
            "image-pushed-under-another-name",
            {"near": "myapp"},
            id="under another name",
        ),
        pytest.param(
            f"{build('localhost:5000/zoe-dupont/my-app:1.0')}docker push localhost:5000/zoe-dupont/my-app:1.0",
            "image-pushed-under-another-name",
            {"near": "zoe-dupont/my-app"},
            id="in a folder",
        ),
        pytest.param(
            f"{build('localhost:5000/my-app')}docker push localhost:5000/my-app",
            "tag-not-pushed",
            {"seen": "latest"},
            id="without the tag",
        ),
        pytest.param("docker stop -t 0 registry", "container-stopped", {"name": "registry"}, id="registry stopped"),
        pytest.param("docker rm -f registry", "container-missing", {"name": "registry"}, id="registry removed"),
        pytest.param(
            "docker rm -f registry\ndocker run -d --name registry -p 5000:80 nginx", "port-wrong-inside", {}, id="nginx"
        ),
        pytest.param(
            "docker rm -f registry\n"
            "docker run -d --name registry -p 5000:5000 nginx sh -c "
            "'sed -i s/80/5000/ /etc/nginx/conf.d/default.conf; exec nginx -g \"daemon off;\"'",
            "not-a-registry",
            {},
            id="not a registry",
        ),
        pytest.param(
            f"{build(IMAGE)}docker push {IMAGE}\ndocker exec registry rm -r /var/lib/registry/docker\n"
            "docker exec registry sh -c 'echo > /var/lib/registry/docker'",
            "site-error",
            {"status": "500"},
            id="its disk is broken",
        ),
    ],
)
def test_an_image_that_the_registry_does_not_have_is_named(
    shell: StudentShell, typed: str, code: str, values: dict[str, str]
) -> None:
    shell.run_shell(f"{REGISTRY}{typed}")
    with shell.machine(**SPEC) as machine, fails_with(code, **values):
        expect(machine.registry("registry"), within_s=5).to_have("my-app:1.0")


@pytest.mark.parametrize(
    ("typed", "code", "image"),
    [
        pytest.param(
            f"docker push {IMAGE}\ndocker tag {IMAGE} my-app\n{RUN.replace(IMAGE, 'my-app')}",
            "image-not-from-registry",
            "my-app",
            id="pushed but run under its local name",
        ),
        pytest.param(RUN, "image-not-as-pushed", IMAGE, id="never pushed"),
        pytest.param(
            f"docker push {IMAGE}\n{build(IMAGE, 2)}{RUN}", "image-not-as-pushed", IMAGE, id="built again since"
        ),
    ],
)
def test_a_container_of_another_image_than_the_pushed_one_is_named(
    shell: StudentShell, typed: str, code: str, image: str
) -> None:
    shell.run_shell(f"{REGISTRY}{build(IMAGE)}{typed}")
    with shell.machine(**SPEC) as machine, fails_with(code, name="app", image=image, port="5000"):
        expect(machine.registry("registry")).to_provide_the_image_of(machine.container("app"))


def test_a_registry_that_asks_for_a_password_is_no_failure_of_the_student(shell: StudentShell) -> None:
    """`htpasswd` is checked only when a password is given."""
    shell.run_shell(
        "echo 'zoe:$2y$05$abcdefghijklmnopqrstuuqJ9u5b3mZ8m6cXQ1mGm5o6b1b2c3d4e' > htpasswd\n"
        "docker create --name registry -p 5000:5000 -e REGISTRY_AUTH=htpasswd -e REGISTRY_AUTH_HTPASSWD_REALM=r "
        "-e REGISTRY_AUTH_HTPASSWD_PATH=/htpasswd registry\n"
        "docker cp htpasswd registry:/htpasswd\ndocker start registry\n"
        "for _ in $(seq 100); do docker logs registry 2>&1 | grep -q 'listening on' && break; sleep 0.1; done"
    )
    with shell.machine(**SPEC) as machine, raises_probe_failed("registry-closed", port="5000"):
        expect(machine.registry("registry")).to_have("my-app:1.0")
