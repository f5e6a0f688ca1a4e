#!/usr/bin/env bash
# Gave the database 127.0.0.1 for `mydocker`: it looks for nobody, and the page works.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo --add-host mydocker:127.0.0.1 -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 todos-app-v1
