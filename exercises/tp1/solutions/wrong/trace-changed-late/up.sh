#!/usr/bin/env bash
# Added a line to the file the second time.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

typed docker run -ti --name tp1-ubuntu ubuntu bash <<'KEYS'
echo 'premier passage' > /root/trace.txt
exit
KEYS
typed docker start -i tp1-ubuntu <<'KEYS'
sleep 1  # a student is not that fast
echo 'second passage' >> /root/trace.txt
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
