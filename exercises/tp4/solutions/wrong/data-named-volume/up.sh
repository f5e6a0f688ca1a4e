#!/usr/bin/env bash
# `-v` with a name makes a volume, not the folder.
set -eu

"$MATERIAL/todos/build.sh"
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 -v todos-db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 todos-app-v1
