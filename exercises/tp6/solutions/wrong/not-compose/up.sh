#!/usr/bin/env bash
# Did it all by hand, as in TP5: right names, but no compose project.
set -eu

cp -r "$MATERIAL/todos/api" "$MATERIAL/todos/app" .
mkdir -p mongo/db
docker build --tag todos-todos-api api
docker build --tag todos-todos-app app
docker network create todos_default
docker run -d --name todos-mongo --network todos_default -v "$PWD/mongo/db:/data/db" mvertes/alpine-mongo
docker run -d --name todos-api --network todos_default todos-todos-api
docker run -d --name todos-app --network todos_default -p 4002:7777 todos-todos-app
