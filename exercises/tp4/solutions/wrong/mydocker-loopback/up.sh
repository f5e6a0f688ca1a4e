#!/usr/bin/env bash
# `mydocker` is 127.0.0.1: inside a container, that is the container itself.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo --add-host mydocker:127.0.0.1 -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:127.0.0.1 -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:127.0.0.1 -p 4002:7777 todos-app-v1
