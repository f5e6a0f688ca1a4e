#!/usr/bin/env bash
# Changed the sources of the page, and lost what takes a new todo.
set -eu

"$MATERIAL/todos/build.sh"
cp -r "$MATERIAL/todos/app" .
sed -i 's/^@app.post("\/")$/@app.post("\/ajouter")/' app/app.py
docker build --tag todos-app-v2 app
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
