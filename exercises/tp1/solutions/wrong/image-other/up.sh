#!/usr/bin/env bash
# Took another image, `debian`.
set -eu

# Runs a command on a terminal, and types what comes on standard input there.
typed() { script --quiet --return --command "$*" /dev/null; }

docker create --name modele ubuntu
docker export modele | docker import - debian
docker rm modele
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
