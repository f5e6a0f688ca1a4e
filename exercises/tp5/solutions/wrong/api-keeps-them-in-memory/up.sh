#!/usr/bin/env bash
# An API that was made to work without its database: it answers, and forgets everything when it stops.
set -eu

"$MATERIAL/todos/build.sh"
cp -r "$MATERIAL/todos/api" .
cp "$MATERIAL/../../material/api-without-database.py" api/api.py
docker build --tag todos-api-v2 api
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
