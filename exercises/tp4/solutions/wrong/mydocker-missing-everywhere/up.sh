#!/usr/bin/env bash
# Left out `--add-host` in all three.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api -p 4001:8082 todos-api-v1
docker run -d --name todos-app -p 4002:7777 todos-app-v1
