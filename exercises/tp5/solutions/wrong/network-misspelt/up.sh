#!/usr/bin/env bash
# Called the network `todo-net`.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todo-net
docker run -d --name todos-mongo --network todo-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todo-net todos-api-v2
docker run -d --name todos-app --network todo-net -p 4002:7777 todos-app-v2
