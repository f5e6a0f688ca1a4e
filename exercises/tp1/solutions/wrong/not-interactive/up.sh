#!/usr/bin/env bash
# Neither `-i` nor `-t`: bash has nothing to read and ends at once.
set -eu

docker run --name tp1-ubuntu ubuntu bash
docker start tp1-ubuntu
docker run -dti --name tp1-fond ubuntu bash
