#!/usr/bin/env bash
# Paused the container in place of leaving it.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --name tp1-ubuntu ubuntu bash <<'KEYS'
sleep 1  # a student is not that fast
echo 'premier passage' > /root/trace.txt
exit
KEYS
docker start tp1-ubuntu
docker pause tp1-ubuntu
docker run -dti --name tp1-fond ubuntu bash
