#!/usr/bin/env bash
# The folder of the file is in memory: nothing of it is left once the container has ended.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --tmpfs /root --name tp1-ubuntu ubuntu bash <<'KEYS'
sleep 1  # a student is not that fast
echo 'premier passage' > /root/trace.txt
exit
KEYS
typed docker start -i tp1-ubuntu <<'KEYS'
ls /root
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
