#!/usr/bin/env bash
# Left out `--network`: on the default bridge, containers do not know each other's names.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api todos-api-v2
docker run -d --name todos-app -p 4002:7777 todos-app-v2
