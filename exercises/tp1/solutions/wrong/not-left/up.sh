#!/usr/bin/env bash
# Came out with Ctrl-P Ctrl-Q: the container still runs.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

{
    echo "echo 'premier passage' > /root/trace.txt"
    until docker exec tp1-ubuntu test -s /root/trace.txt; do sleep 0.2; done
    printf '\020\021'
    sleep 1
} | typed docker run -ti --name tp1-ubuntu ubuntu bash
docker run -dti --name tp1-fond ubuntu bash
