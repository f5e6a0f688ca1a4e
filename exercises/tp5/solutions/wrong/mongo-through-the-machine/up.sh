#!/usr/bin/env bash
# Published the database and had the API look for it on the machine, as in TP4.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net --add-host mydocker:host-gateway -e MONGO=mydocker:4000 todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
