#!/usr/bin/env bash
# Put the file into an image of one's own, built on `ubuntu`.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

echo 'premier passage' > trace.txt
printf 'FROM ubuntu\nCOPY trace.txt /root/\n' > Dockerfile
docker build --tag mon-ubuntu .
typed docker run -ti --name tp1-ubuntu mon-ubuntu bash <<'KEYS'
sleep 1  # a student is not that fast
cat /root/trace.txt
exit
KEYS
typed docker start -i tp1-ubuntu <<'KEYS'
cat /root/trace.txt
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
