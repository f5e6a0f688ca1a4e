#!/usr/bin/env bash
# An API that was made to work without its database: it answers, and forgets everything when it stops.
set -eu

"$MATERIAL/todos/build.sh"
cp -r "$MATERIAL/todos/api" .
cp "$MATERIAL/../../material/api-without-database.py" api/api.py
echo 'ENV MONGO=mydocker:4000' >> api/Dockerfile
docker build --tag todos-api-v1 api
mkdir -p ~/Docker/todos/mongo/db
docker run -d --name todos-mongo --add-host mydocker:host-gateway -p 4000:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --add-host mydocker:host-gateway -p 4001:8082 todos-api-v1
docker run -d --name todos-app --add-host mydocker:host-gateway -p 4002:7777 todos-app-v1
