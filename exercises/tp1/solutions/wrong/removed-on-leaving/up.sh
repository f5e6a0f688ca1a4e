#!/usr/bin/env bash
# `--rm` removes the container when it is left.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --rm --name tp1-ubuntu ubuntu bash <<'KEYS'
sleep 1  # a student is not that fast
echo 'premier passage' > /root/trace.txt
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
