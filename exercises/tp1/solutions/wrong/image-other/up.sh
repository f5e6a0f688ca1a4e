#!/usr/bin/env bash
# Took another image, which has bash too.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

docker build --tag debian - <<'DOCKERFILE'  # stands for the real one
FROM ubuntu
ENV LANG=C.UTF-8
DOCKERFILE
typed docker run -ti --name tp1-ubuntu debian bash <<'KEYS'
sleep 1  # a student is not that fast
echo 'premier passage' > /root/trace.txt
exit
KEYS
typed docker start -i tp1-ubuntu <<'KEYS'
cat /root/trace.txt
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
