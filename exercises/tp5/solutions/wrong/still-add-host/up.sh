#!/usr/bin/env bash
# Kept `--add-host mydocker`, as in TP4.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net --add-host mydocker:host-gateway todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
