#!/bin/bash
# install.sh: installs the grader beside this file, and the sandbox's program, on a runner that has neither.
#
# The image of docs/ci.md has both. On a runner with sudo that is thrown away, such as GitHub's own, they are installed.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

if ! command -v bwrap > /dev/null; then
  as_root apt-get update -qq && as_root apt-get install -qq --yes --no-install-recommends bubblewrap
fi
# Ubuntu 24.04 lets no ordinary user create namespaces, which the sandbox is made of.
if ! bwrap --ro-bind / / --unshare-user true 2> /dev/null; then
  as_root sysctl --quiet --write kernel.apparmor_restrict_unprivileged_userns=0 || true
fi
if ! command -v grader > /dev/null; then
  python3 -m venv "$RUNNER_TEMP/grader"
  "$RUNNER_TEMP/grader/bin/pip" install --quiet "$source[repo]"
fi
