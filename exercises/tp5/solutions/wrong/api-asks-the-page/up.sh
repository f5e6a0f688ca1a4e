#!/usr/bin/env bash
# Told the API to look for its database on the page.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net -e MONGO=todos-app:27017 todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
