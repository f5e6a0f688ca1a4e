#!/usr/bin/env bash
# The machine's own address in place of `host-gateway`, which leads nowhere on a rootless engine.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
address=$(hostname -I | cut -d' ' -f1)
docker run -d --name todos-mongo --add-host "mydocker:$address" -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host "mydocker:$address" -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host "mydocker:$address" -p 4002:7777 todos-app-v1
