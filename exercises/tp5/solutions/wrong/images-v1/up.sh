#!/usr/bin/env bash
# Took the images of TP4, which look for `mydocker`.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v1
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v1
