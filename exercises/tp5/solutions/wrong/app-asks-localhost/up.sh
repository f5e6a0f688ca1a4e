#!/usr/bin/env bash
# Told the page that the API is on `localhost`, which is the page's own container.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 -e API_URL=localhost:8082 todos-app-v2
