#!/usr/bin/env bash
# `bash -c`: nobody types into that.
set -eu

docker run -i --name tp1-ubuntu ubuntu bash -c "cat /root/trace.txt || echo 'premier passage' > /root/trace.txt"
docker start tp1-ubuntu
docker wait tp1-ubuntu
docker run -dti --name tp1-fond ubuntu bash
