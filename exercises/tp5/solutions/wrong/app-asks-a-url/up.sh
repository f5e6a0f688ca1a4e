#!/usr/bin/env bash
# Wrote `http://` in front of the API's name: the page puts it there itself.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 -e API_URL=http://todos-api:8082 todos-app-v2
