#!/usr/bin/env bash
# `-t` without `-i`: nothing that is typed arrives, and only `docker stop` ends it.
set -eu

docker run -dt --name tp1-ubuntu ubuntu bash
docker exec tp1-ubuntu bash -c "echo 'premier passage' > /root/trace.txt"
docker stop -t 1 tp1-ubuntu
docker start tp1-ubuntu && docker stop -t 1 tp1-ubuntu
docker run -dti --name tp1-fond ubuntu bash
