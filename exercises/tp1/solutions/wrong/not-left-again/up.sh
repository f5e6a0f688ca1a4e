#!/usr/bin/env bash
# Came out of the restarted container with Ctrl-P Ctrl-Q: it still runs.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --name tp1-ubuntu ubuntu bash <<'KEYS'
echo 'premier passage' > /root/trace.txt
exit
KEYS
{
    echo "cat /root/trace.txt"
    sleep 1
    printf '\020\021'
    sleep 1
} | typed docker start -i tp1-ubuntu
docker run -dti --name tp1-fond ubuntu bash
