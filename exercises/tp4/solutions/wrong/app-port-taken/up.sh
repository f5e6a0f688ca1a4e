#!/usr/bin/env bash
# Another container still holds 4002, so Docker refuses to start the page.
set -eu

"$MATERIAL/todos/build.sh"
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name ancien-site -p 4002:80 python:alpine python -m http.server 80
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 todos-app-v1 || true  # port is already allocated
