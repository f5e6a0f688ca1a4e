#!/usr/bin/env bash
# `docker create` makes the container, and that is all.
set -eu

docker create -ti --name tp1-ubuntu ubuntu bash
docker run -dti --name tp1-fond ubuntu bash
