#!/usr/bin/env bash
# `-i` without `-t`: it works, with no prompt and no line editing.
set -eu

docker run -i --name tp1-ubuntu ubuntu bash <<'KEYS'
sleep 1  # a student is not that fast
echo 'premier passage' > /root/trace.txt
exit
KEYS
docker start -i tp1-ubuntu <<'KEYS'
cat /root/trace.txt
exit
KEYS
docker run -dti --name tp1-fond ubuntu bash
