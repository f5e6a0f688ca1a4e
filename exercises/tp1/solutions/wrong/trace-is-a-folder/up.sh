#!/usr/bin/env bash
# Made a folder of that name.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --name tp1-ubuntu ubuntu bash <<'KEYS'
sleep 1  # a student is not that fast
mkdir /root/trace.txt
exit
KEYS
typed docker start -i tp1-ubuntu <<'KEYS'
ls /root/trace.txt
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
