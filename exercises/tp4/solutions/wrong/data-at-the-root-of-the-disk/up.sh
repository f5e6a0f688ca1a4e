#!/usr/bin/env bash
# Forgot the `~`: Docker made the folder at the root of the disk, and the database fills it.
set -eu

"$MATERIAL/todos/build.sh"
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 -v /Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 todos-app-v1
