#!/usr/bin/env bash
# Python instead of a shell, without an input: it is started again without end.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --name tp1-ubuntu ubuntu bash <<'KEYS'
sleep 1  # a student is not that fast
echo 'premier passage' > /root/trace.txt
exit
KEYS
typed docker start -i tp1-ubuntu <<'KEYS'
cat /root/trace.txt
exit
KEYS
docker run -d --restart always --name tp1-fond ubuntu python3
until [ "$(docker inspect --format '{{.RestartCount}}' tp1-fond)" -gt 2 ]; do sleep 0.2; done
