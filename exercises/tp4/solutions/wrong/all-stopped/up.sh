#!/usr/bin/env bash
# Stopped all three when the machine was shut down.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 todos-app-v1
sleep 11
docker stop -t 1 todos-app todos-api todos-mongo
