#!/usr/bin/env bash
# Published everything with `-P`.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -dP --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -dP --name todos-api --network todos-net todos-api-v2
docker run -dP --name todos-app --network todos-net todos-app-v2
