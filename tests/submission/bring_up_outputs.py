"""What real engines and their clients have printed when a bring-up failed: Docker 20.10 to 28, both builders."""

from __future__ import annotations

from grader.programs.bounded import EndReason, FinishedProgram

HUB = "https://registry-1.docker.io/v2/"
LOAD = "[internal] load metadata for docker.io/library/redis:latest"
TOKEN = "https://auth.docker.io/token?scope=repository%3Alibrary%2Fredis%3Apull&service=registry.docker.io"  # noqa: S105
UNTIL_NOW = "failed to solve: rpc error: code = Unknown desc = failed to solve with frontend dockerfile.v0: failed to create LLB definition: "
NO_RESOLVER = "dial tcp: lookup registry-1.docker.io on 127.0.0.1:53: read udp 127.0.0.1:35312->127.0.0.1:53: read: connection refused"


def ended(out: str = "", error: str = "", *, reason: EndReason = EndReason.EXITED, code: int = 1) -> FinishedProgram:
    is_exit = reason is EndReason.EXITED
    return FinishedProgram(reason, code if is_exit else None, out.encode(), tuple(error.splitlines()), (), 600.0)


def buildkit_step(number: int, heading: str, *lines: str, end: str = "DONE 0.1s") -> str:
    printed = "".join(f"#{number} {0.3 + place / 10:.3f} {line}\n" for place, line in enumerate(lines))
    return f"#{number} {heading}\n{printed}#{number} {end}\n\n"


def failed_buildkit(heading: str, why: str, target: str = UNTIL_NOW) -> FinishedProgram:
    out = buildkit_step(3, "[internal] load .dockerignore") + buildkit_step(4, heading, end=f"ERROR: {why}")
    return ended(f"{out}------\n > {heading}:\n------\n", f" Image w-a Building \n{target}{why}")


def failed_step(command: str, *lines: str, classic: bool, code: int = 1) -> FinishedProgram:
    """A `RUN` that printed these lines and ended with `code`."""
    if classic:
        printed = "\n".join(["Step 1/3 : FROM ubuntu", " ---> f4ef", f"Step 2/3 : RUN {command}", *lines])
        return ended(
            printed, f" Image w-a Building \nThe command '/bin/sh -c {command}' returned a non-zero code: {code}"
        )
    end = f'process "/bin/sh -c {command}" did not complete successfully: exit code: {code}'
    shown = "".join(f"0.{place} {line}\n" for place, line in enumerate(lines))
    excerpt = (
        f"Dockerfile:2\n--------------------\n   1 |     FROM ubuntu\n   2 | >>> RUN {command}\n--------------------\n"
    )
    step = buildkit_step(6, f"[2/2] RUN {command}", *lines, end=f"ERROR: {end}")
    return ended(
        f"{step}------\n > [2/2] RUN {command}:\n{shown}------\n{excerpt}", f"target a: failed to solve: {end}"
    )


REGISTRY = {
    "429": ended("", " Image nginx Pulling \n Image nginx Error toomanyrequests: You have reached your pull rate limit\n"
        "Error response from daemon: toomanyrequests: You have reached your pull rate limit"),
    "503": ended("", " Image redis Error received unexpected HTTP status: 503 Service Unavailable\n Image nginx Interrupted \n"
        "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable\n"
        "Error response from daemon: no such image: nginx: No such image: nginx:latest"),
    "no resolver": ended("", f' Image nginx Error Get "{HUB}": {NO_RESOLVER}\nError response from daemon: Get "{HUB}": {NO_RESOLVER}'),
    "cut": ended("", f'Error response from daemon: Get "{HUB}": EOF'),
    "no time": ended("", f'Error response from daemon: Get "{HUB}": net/http: request canceled while waiting for connection '
        "(Client.Timeout exceeded while awaiting headers)"),
    "in mid-pull": ended("", "failed to copy: httpReadSeeker: failed open: failed to do request: Get "
        '"https://production.cloudflare.docker.com/x": read tcp 172.17.0.3:42364->1.2.0.8:443: read: connection reset by peer'),
    "classic 500": ended("Step 1/3 : FROM redis\n", " Image w-a Building \nreceived unexpected HTTP status: 500 Internal Server Error"),
    "classic 429": ended("Step 1/3 : FROM redis\n", " Image w-a Building \ntoomanyrequests: You have reached your pull rate limit"),
    "buildkit 429": failed_buildkit(LOAD, "pulling from host registry-1.docker.io failed with status code [manifests latest]: 429 Too Many Requests"),
    "buildkit 503": failed_buildkit(LOAD, f"unexpected status from HEAD request to {HUB}library/redis/manifests/latest: 503 Service Unavailable",
        "target a: failed to solve: redis: failed to resolve source metadata for docker.io/library/redis:latest: "),
    "buildkit token": failed_buildkit(LOAD, f'failed to authorize: failed to fetch anonymous token: Get "{TOKEN}": dial tcp: i/o timeout'),
    "buildkit oauth": failed_buildkit(LOAD, f"failed to authorize: failed to fetch oauth token: unexpected status from POST request to {TOKEN}: 502 Bad Gateway"),
    "buildkit no resolver": failed_buildkit(LOAD, f'failed to do request: Head "{HUB}library/redis/manifests/latest": {NO_RESOLVER}'),
    "containerd store": ended("", 'Error response from daemon: failed to resolve reference "docker.io/library/redis:latest": '
        f'failed to do request: Head "{HUB}library/redis/manifests/latest": dial tcp: lookup registry-1.docker.io: no such host'),
    "ADD": ended("Step 2/3 : ADD https://example.org/x /x\n", f'ADD failed: Get "https://example.org/x": {NO_RESOLVER}'),
}  # fmt: skip

DISK = {
    "pull": ended("", " Image redis Pulling \nfailed to register layer: Error processing tar file(exit status 1): "
        "write /lib/x86_64-linux-gnu/libc.so.6: no space left on device"),
    "create": ended("", "Error response from daemon: write /srv/data/overlay2/0d3f-init/link: no space left on device"),
    "buildkit": failed_buildkit("[internal] load build definition from Dockerfile",
        "failed to create lease: write /srv/data/buildkit/containerdmeta.db: no space left on device"),
    "step": failed_step("npm ci", "npm error nospc ENOSPC: no space left on device, write", classic=False),
    "classic step": failed_step("cp -r /a /b", "cp: error writing '/b/x': No space left on device", classic=True),
}  # fmt: skip

BUILDKIT = {
    "mount": ended("Step 2/3 : RUN --mount=type=cache,target=/c touch /c/x\n", "the --mount option requires BuildKit. Refer to "
        "https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled"),
    "chmod": ended("Step 2/3 : COPY --chmod=755 f /f\n", "the --chmod option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/"),
    "here-document": ended("", "Error response from daemon: dockerfile parse error line 3: unknown instruction: ECHO"),
    "link": ended("", "Error response from daemon: dockerfile parse error line 2: Unknown flag: link"),
    "platform": ended("Step 1/4 : FROM --platform=$BUILDPLATFORM ubuntu\n",
        'failed to parse platform : "" is an invalid component of "": platform specifier component must match "^[A-Za-z0-9_-]+$": invalid argument'),
    "variable": ended('Step 1/4 : FROM ubuntu\nStep 2/4 : ARG TARGETARCH\nStep 3/4 : RUN test -n "$X"\n',
        "The command '/bin/sh -c test -n \"$X\"' returned a non-zero code: 1"),
    "too old": failed_buildkit("[internal] load build definition from Dockerfile", "dockerfile parse error line 2: Unknown flag: exclude"),
    "no buildx": ended("", "ERROR: BuildKit is enabled but the buildx component is missing or broken."),
    "old buildx": ended("", "compose build requires buildx 0.17.0 or later"),
}  # fmt: skip

RETRYING = (
    "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by "
    "'NameResolutionError(\"HTTPSConnection(host='pypi.org', port=443): Failed to resolve 'pypi.org' "
    "([Errno -3] Temporary failure in name resolution)\")': /simple/flask/"
)
DOWNLOADS = {
    "pip": ("pip install flask", RETRYING, "ERROR: No matching distribution found for flask"),
    "pip read": ("pip install flask", ("pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool("
        "host='files.pythonhosted.org', port=443): Read timed out.")),
    "apt": ("apt-get update && apt-get install -y curl", ("W: Failed to fetch http://deb.debian.org/debian/dists/trixie/InRelease  "
        "Temporary failure resolving 'deb.debian.org'"), "E: Unable to locate package curl"),
    "apt 503": ("apt-get install -y curl", "E: Failed to fetch http://deb.debian.org/debian/pool/c.deb  503  Service Unavailable"),
    "apk": ("apk add curl", "WARNING: fetching https://dl-cdn.alpinelinux.org/alpine/v3.22/main: temporary error (try again later)"),
    "npm": ("npm ci", "npm error request to https://registry.npmjs.org/express failed, reason: getaddrinfo EAI_AGAIN registry.npmjs.org"),
    "curl": ("curl -fO https://example.org/x", "curl: (6) Could not resolve host: example.org"),
    "wget": ("wget https://example.org/x", "wget: bad address 'example.org'"),
    "git": ("git clone https://github.com/x/y", "fatal: unable to access 'https://github.com/x/y/': Could not resolve host: github.com"),
    "in a script": ("./install.sh", "fatal: unable to access 'https://github.com/x/y/': Failed to connect to github.com port 443"),
    "go": ("go mod download", 'go: x: Get "https://proxy.golang.org/x": dial tcp: lookup proxy.golang.org: i/o timeout'),
}  # fmt: skip

THEIRS = {
    "no such image": ended("", "Error response from daemon: manifest for nothing:latest not found: manifest unknown: MANIFEST_UNKNOWN"),
    "denied": ended("", "Error response from daemon: pull access denied for nothng, repository does not exist or may require 'docker login': "
        "denied: requested access to the resource is denied"),
    "private": ended("", f'Error response from daemon: Head "{HUB}x/y/manifests/latest": unauthorized: authentication required'),
    "buildkit no such image": failed_buildkit("[internal] load metadata for docker.io/library/nosuch:latest", "docker.io/library/nosuch:latest: not found"),
    "buildkit denied": failed_buildkit(LOAD, "pull access denied, repository does not exist or may require authorization: "
        "server message: insufficient_scope: authorization failed", "target a: failed to solve: redis: failed to resolve source metadata for x: "),
    "buildkit forbidden": failed_buildkit(LOAD, "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
        "https://ghcr.io/token?scope=x: 403 Forbidden"),
    "wrong platform": ended("", "no matching manifest for linux/amd64 in the manifest list entries"),
    "port taken": ended("", "Error response from daemon: failed to set up container networking: driver failed programming external connectivity "
        "on endpoint w-a-1: Bind for 0.0.0.0:4002 failed: port is already allocated"),
    "unhealthy": ended("", " Container w-db-1 Error \ndependency failed to start: container w-db-1 is unhealthy"),
    "no such file": failed_buildkit("[2/2] COPY nothere /x", 'failed to calculate checksum of ref x: "/nothere": not found', "failed to solve: "),
    "no such command": ended("", 'Error response from daemon: OCI runtime create failed: exec: "pyhton": executable file not found in $PATH'),
}  # fmt: skip
THEIR_STEPS = {
    "fails": ("exit 3", ""),
    "says so itself": ("echo 'toomanyrequests: 429 no space left on device' && exit 3", "toomanyrequests: 429 no space left on device"),
    "says so of a server": ('echo "Could not resolve host: example.org"; false', "Could not resolve host: example.org"),
    "no such package": ("pip install flsk", "ERROR: Could not find a version that satisfies the requirement flsk (from versions: none)",
        "ERROR: No matching distribution found for flsk"),
    "404": ("curl -f https://example.org/x", "curl: (22) The requested URL returned error: 404"),
    "no such package in apt": ("apt-get update && apt-get install -y crul", "Hit:1 http://deb.debian.org/debian trixie InRelease",
        "E: Unable to locate package crul"),
    "a container is not there yet": ("python migrate.py", ("pymongo.errors.ServerSelectionTimeoutError: todos-mongo:27017: [Errno -3] "
        "Temporary failure in name resolution, Timeout: 30s")),
    "nobody on localhost": ("curl http://localhost:8082", "curl: (7) Failed to connect to localhost port 8082: Connection refused"),
    "an address of its own": ("curl http://172.18.0.2", "curl: (7) Failed to connect to 172.18.0.2 port 80: Connection refused"),
}  # fmt: skip
