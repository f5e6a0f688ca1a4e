#!/usr/bin/env bash
# Wrote `Trace.text` for `trace.txt`.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --name tp1-ubuntu ubuntu bash <<'KEYS'
sleep 1  # a student is not that fast
echo 'premier passage' > /root/Trace.text
exit
KEYS
typed docker start -i tp1-ubuntu <<'KEYS'
cat /root/Trace.text
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
