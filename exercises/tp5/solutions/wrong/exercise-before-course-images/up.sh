#!/usr/bin/env bash
# Left TP4 as it was, with the course's images.
set -eu

"$MATERIAL/todos/build.sh"
docker tag todos-api-v1 duchier/todos-api-v1
docker tag todos-app-v1 duchier/todos-app-v1
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 duchier/todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 duchier/todos-app-v1
