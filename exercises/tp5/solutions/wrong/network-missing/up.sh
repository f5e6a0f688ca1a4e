#!/usr/bin/env bash
# Never made a network at all: `--network` and `docker network create` are both left out.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api todos-api-v2
docker run -d --name todos-app -p 4002:7777 todos-app-v2
