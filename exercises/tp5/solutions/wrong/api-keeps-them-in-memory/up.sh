#!/usr/bin/env bash
# An API that was made to work without its database: it answers, and forgets everything when it stops.
set -eu

"$MATERIAL/todos/build.sh"
cp -r "$MATERIAL/todos/api" .
cat > api/api.py << 'END'
from flask import Flask, request

app, todos = Flask(__name__), {}


@app.get("/todos")
def every():
    return [{"id": number, "text": text} for number, text in todos.items()]


@app.post("/todos")
def add():
    todos[str(len(todos))] = request.json["text"]
    return "", 201


@app.delete("/todos/<number>")
def remove(number):
    del todos[number]
    return "", 204
END
docker build --tag todos-api-v2 api
mkdir -p ~/Docker/todos/mongo/db
docker network create todos-net
docker run -d --name todos-mongo --network todos-net -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api --network todos-net todos-api-v2
docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2
