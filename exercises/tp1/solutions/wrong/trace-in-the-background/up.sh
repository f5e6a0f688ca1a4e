#!/usr/bin/env bash
# Wrote the file in the container in the background instead.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --name tp1-ubuntu ubuntu bash <<'KEYS'
exit
KEYS
typed docker start -i tp1-ubuntu <<'KEYS'
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
docker exec tp1-fond bash -c "echo 'premier passage' > /root/trace.txt"
