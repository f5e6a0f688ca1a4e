#!/usr/bin/env bash
# Tried the API first under another name and port, and the page still asks that one: it works, but not all the way.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name essai-mongo -p 4010:27017 mvertes/alpine-mongo
docker run -d --name essai-api --add-host mydocker:host-gateway -p 4011:8082 -e MONGO=mydocker:4010 todos-api-v1
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 -e API_URL=mydocker:4011 todos-app-v1
