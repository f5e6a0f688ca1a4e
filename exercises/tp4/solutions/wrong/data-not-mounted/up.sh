#!/usr/bin/env bash
# No `-v`: the data goes away with the container.
set -eu

"$MATERIAL/todos/build.sh"
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 todos-app-v1
