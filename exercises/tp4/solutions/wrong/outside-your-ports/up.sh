#!/usr/bin/env bash
# Has a reserved range of ports, and kept the course's port for the page.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 41200:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 41201:8082 -e MONGO=mydocker:41200 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 -e API_URL=mydocker:41201 todos-app-v1
