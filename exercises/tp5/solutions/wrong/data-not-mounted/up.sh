#!/usr/bin/env bash
# No `-v`: the data goes away with the container.
set -eu

"$MATERIAL/todos/build.sh"
docker network create todos-net
docker run -d --name todos-mongo --network todos-net mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
