#!/usr/bin/env bash
# Came out with Ctrl-P Ctrl-Q: the container still runs.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --name tp1-ubuntu ubuntu bash <<KEYS
echo 'premier passage' > /root/trace.txt
$(printf '\020\021')
KEYS
docker run -dti --name tp1-fond ubuntu bash
